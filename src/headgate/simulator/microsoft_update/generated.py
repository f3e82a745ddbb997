"""Generated worlds: any number of revisions in a real catalogue's shape, made on demand.

An update is a number until its document is asked for; everything about it follows from the shape
and that number. Products and classifications are the real ones; made-up categories and detectoids
fill the configuration up to its real size.
"""

import functools
from collections.abc import Iterator
from datetime import UTC, datetime

from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import (
    CategoryType,
    PrerequisiteClause,
    Revision,
    UpdateKind,
)
from headgate.simulator.microsoft_update import rules, taxonomy
from headgate.simulator.microsoft_update.documents import write_document
from headgate.simulator.microsoft_update.generated_updates import UpdateWriter
from headgate.simulator.microsoft_update.publication import Month, Publication, World
from headgate.simulator.microsoft_update.shapes import DocumentSizes, WorldShape
from headgate.simulator.microsoft_update.sizes import detectoid_tests
from headgate.simulator.microsoft_update.texts import english
from headgate.simulator.microsoft_update.world_building import (
    PUBLISHER,
    WorldBuilder,
    made_up_id,
)

_CREATED = datetime(2020, 3, 10, 17, tzinfo=UTC)
_WINDOWS = "6964aab4-c5b5-43bd-a17d-ffb4346a8e1d"
_MADE_UP_CATEGORIES = 0.06  #: of the configuration
_PRODUCTS = (
    "Windows 11",
    "Windows 10, version 1903 and later",
    "Windows Server 2016",
    "Windows Server 2019",
    "Microsoft Server operating system-21H2",
    "Microsoft Server Operating System-24H2",
    "Office 2016",
    "Microsoft Edge",
)
_NO_CATEGORIES: frozenset[str] = frozenset()
_WITHDRAWN = 2  #: bundles that the next month withdraws


def generated_world(shape: WorldShape) -> World:
    """Return the world of ``shape``, its documents to be packed before it is served."""
    configuration = list(_configuration(shape))
    per_group = shape.members + 1
    groups = max(1, (shape.revisions - len(configuration)) // per_group)
    writer = UpdateWriter(shape=shape, products=_products(shape), groups=groups)
    updates = [one for group in range(groups) for one in _group(writer, group)]
    missing = shape.revisions - len(configuration) - len(updates)
    configuration.extend(_detectoid(1_000_000 + one, 0.5) for one in range(max(0, missing)))
    first = Month(publications=(*configuration, *updates), languages=taxonomy.languages())
    months = [first]
    if shape.next_month:
        months.append(Month(publications=tuple(_next_month(writer, groups))))
    return World(name=shape.name, months=tuple(months), prepare=True)


def _products(shape: WorldShape) -> tuple[str, ...]:
    if shape.sizes is DocumentSizes.WINDOWS_11:
        return (taxonomy.product_id("Windows 11"),)
    return tuple(taxonomy.product_id(title) for title in _PRODUCTS)


def _configuration(shape: WorldShape) -> Iterator[Publication]:
    builder = WorldBuilder(shape.name)
    builder.configuration()
    real = builder.world().months[0].publications
    yield from real
    room = max(0, shape.configuration - len(real))
    categories = round(room * _MADE_UP_CATEGORIES)
    yield from (_category(shape, number) for number in range(categories))
    detectoids = room - categories
    yield from (
        _detectoid(number, (number * 61 % detectoids) / detectoids) for number in range(detectoids)
    )


def _category(shape: WorldShape, number: int) -> Publication:
    revision = Revision(
        identity=RevisionIdentity(made_up_id("generated category", str(number)), 200),
        kind=UpdateKind.CATEGORY,
        category_type=CategoryType.PRODUCT,
        texts=english(f"Lab Product {number}", f"A product made up for world {shape.name}."),
        created=_CREATED,
        publisher_id=PUBLISHER,
        handler="Category",
        prerequisites=(PrerequisiteClause(any_of=(_WINDOWS,), is_category=True),),
        prohibits_subcategories=True,
    )
    return _configured(revision, rules.Rules(is_installed=rules.ALWAYS))


def _detectoid(number: int, place: float) -> Publication:
    identity = RevisionIdentity(made_up_id("generated detectoid", str(number)), 200)
    return Publication(
        identity=identity,
        title="",
        in_configuration=True,
        categories=_NO_CATEGORIES,
        classifications=_NO_CATEGORIES,
        write=functools.partial(_detectoid_document, identity, number, place),
    )


def _configured(revision: Revision, its_rules: rules.Rules) -> Publication:
    return Publication(
        identity=revision.identity,
        title=revision.title,
        in_configuration=True,
        categories=_NO_CATEGORIES,
        classifications=_NO_CATEGORIES,
        write=functools.partial(write_document, revision, its_rules),
    )


def _detectoid_document(identity: RevisionIdentity, number: int, place: float) -> str:
    tests = [
        rules.registry_value(rf"SOFTWARE\Lab\Detect{number}", f"Value{one}", str(one * number))
        for one in range(detectoid_tests(place))
    ]
    revision = Revision(
        identity=identity,
        kind=UpdateKind.DETECTOID,
        texts=english(f"Lab Detectoid {number}"),
        created=_CREATED,
        publisher_id=PUBLISHER,
        prerequisites=(PrerequisiteClause(any_of=(taxonomy.AMD64,)),),
    )
    installed = tests[0] if len(tests) == 1 else rules.any_of(*tests)
    return write_document(revision, rules.Rules(is_installed=installed))


def _group(writer: UpdateWriter, group: int) -> Iterator[Publication]:
    """Yield a bundle and its members, or as many drivers."""
    listed = frozenset({writer.product(group)}), frozenset({writer.classification(group)})
    if writer.is_driver(group):
        for member in range(writer.shape.members + 1):
            yield Publication(
                identity=writer.identity(group, member),
                title="",
                in_configuration=False,
                categories=listed[0],
                classifications=listed[1],
                write=functools.partial(writer.driver, group, member),
                files=functools.partial(writer.files, group, member),
            )
        return
    for member in range(1, writer.shape.members + 1):
        yield Publication(
            identity=writer.identity(group, member),
            title="",
            in_configuration=False,
            categories=listed[0],
            classifications=_NO_CATEGORIES,
            write=functools.partial(writer.member, group, member),
            files=functools.partial(writer.files, group, member),
        )
    yield _bundle(writer, group, 200, expired=False)


def _bundle(writer: UpdateWriter, group: int, number: int, *, expired: bool) -> Publication:
    return Publication(
        identity=writer.identity(group, 0, number),
        title=f"Update of group {group}",
        in_configuration=False,
        categories=frozenset({writer.product(group)}),
        classifications=frozenset({writer.classification(group)}),
        write=functools.partial(writer.bundle, group, number, expired=expired),
        expired=expired,
    )


def _next_month(writer: UpdateWriter, first_group: int) -> Iterator[Publication]:
    """Yield new groups and the withdrawal of two old bundles, ``next_month`` revisions or so."""
    per_group = writer.shape.members + 1
    for group in range(first_group, first_group + max(1, writer.shape.next_month // per_group)):
        yield from _group(writer, group)
    bundles = (one for one in range(first_group) if not writer.is_driver(one))
    for _, group in zip(range(_WITHDRAWN), bundles, strict=False):
        yield _bundle(writer, group, 201, expired=True)
