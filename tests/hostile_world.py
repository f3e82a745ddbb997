"""A world whose texts are hostile: mark-up, endless words, other directions, control characters.

The same text stands in every place that the world outside fills: documents of all kinds, and a run
of the history that failed for hostile reasons.
"""

from dataclasses import dataclass

from headgate.catalogue.files import UpdateFile
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import (
    Behavior,
    CategoryType,
    DriverMetadata,
    LocalizedText,
    PrerequisiteClause,
    Revision,
    UpdateKind,
)
from headgate.sentences import Sentence
from headgate.storage import runs, transactions
from headgate.storage.engine import Engine
from headgate.storage.runs import Problem
from tests.cast import NOON, a_category, a_guid, an_identity
from tests.published import publish

SCRIPT = "<script>alert(1)</script>"
OVERRIDE = "\N{RIGHT-TO-LEFT OVERRIDE}"
HOSTILE = (
    f"{SCRIPT}\"'><img src=x onerror=alert(1)> {OVERRIDE}gpj.exe תיקון "
    "{0} {name} {{7*7}} {% raw %} %s a\x85b\x9f\ufeffc \\../../etc/passwd \N{PILE OF POO} "
    + "W"
    * 10_000
)
#: What somebody may be called: no control characters, at most 100 long.
NAME = f"{SCRIPT}\"'>&amp; {{0}} אבג %s"


def _named(*ids: str) -> tuple[PrerequisiteClause, ...]:
    return tuple(PrerequisiteClause(any_of=(each,), is_category=True) for each in ids)


def _texts(text: str) -> tuple[LocalizedText, ...]:
    return tuple(
        LocalizedText(
            language=language,
            title=text,
            description=text,
            uninstall_notes=text,
            more_info_url=f"javascript:alert(1)//{text}",
            support_url=f"https://example.invalid/{text}",
        )
        for language in ("en", "de", "sv")
    )


@dataclass(frozen=True)
class World:
    """Ids of what was published."""

    update: RevisionIdentity
    product: str
    classification: str
    run: int


def _categories(text: str) -> list[Revision]:
    """A company with a family with a product, and a classification."""

    def category(kind: CategoryType, above: str) -> Revision:
        return a_category(text, kind, prerequisites=_named(above), handler="Category")

    company = category(CategoryType.COMPANY, a_guid())
    family = category(CategoryType.FAMILY, company.identity.update_id)
    product = category(CategoryType.PRODUCT, family.identity.update_id)
    return [company, family, product, category(CategoryType.CLASSIFICATION, a_guid())]


def _driver(text: str, old: Revision, *categories: str) -> Revision:
    """An update that says everything a document can say."""
    files = [("EXE", "en"), ("Express", "de")]
    return Revision(
        identity=an_identity(),
        kind=UpdateKind.DRIVER,
        explicitly_deployable=True,
        texts=_texts(text),
        prerequisites=(*_named(*categories), *_named(old.identity.update_id)),
        supersedes=(old.identity.update_id,),
        bundled=((old.identity,),),
        kb_articles=("5034441",),
        security_bulletins=(text,),
        cves=(text,),
        severity=text,
        languages=("all", text[:60]),
        more_info_urls=(f"javascript:{text}", f"data:text/html,{text}", "https://example.invalid/"),
        installation=Behavior(impact=text, reboot=text),
        uninstallation=Behavior(impact=text, reboot=text),
        eula_id=a_guid(),
        files=tuple(
            UpdateFile(
                sha1=bytes([number]) * 20,
                sha256=None,
                name=text,
                size=1,
                patching_type=kind,
                languages=(language,),
                is_eula=number == 1,
            )
            for number, (kind, language) in enumerate(files)
        ),
        drivers=(
            DriverMetadata(
                hardware_id=text,
                driver_class=text,
                manufacturer=text,
                model=text,
                provider=text,
                version=text,
                version_date=text,
            ),
        ),
    )


def fill(engine: Engine, text: str = HOSTILE) -> World:
    """Publish the world in a run that fails for hostile reasons."""
    categories = _categories(text)
    product, kind = categories[2:]
    with transactions.write(engine) as conn:
        run = runs.begin_run(conn, scope="everything", source=text, started_by=NAME, at=NOON)
    old = Revision(
        identity=an_identity(),
        kind=UpdateKind.SOFTWARE,
        explicitly_deployable=True,
        texts=_texts(text),
        prerequisites=_named(product.identity.update_id, kind.identity.update_id),
    )
    ids = [one.identity.update_id for one in (product, kind)]
    new = _driver(text, old, *ids)
    publish(engine, *categories, old, new, run=run)
    with transactions.write(engine) as conn:
        for problem in ("call", "document", "file", "notice"):
            reason = Sentence("{text} is not right.", text=text + "\x01\x1b[31m")
            runs.note_problem(
                conn, run, Problem(kind=problem, subject=text, reason=reason, detail=text), at=NOON
            )
        runs.end_run(conn, run, result="failed", reason=text + "\x01\x1b", at=NOON)
    return World(
        update=new.identity,
        product=product.identity.update_id,
        classification=kind.identity.update_id,
        run=run,
    )
