"""Generated worlds have the counted shapes, and the same shape gives the same bytes."""

import hashlib
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from headgate.catalogue.documents import DocumentEncoding
from headgate.catalogue.revisions import UpdateKind
from headgate.metadata.document import read_document
from headgate.metadata.packing import Packer
from headgate.simulator.microsoft_update import open_world
from headgate.simulator.microsoft_update.generated import generated_world
from headgate.simulator.microsoft_update.publication import World
from headgate.simulator.microsoft_update.shapes import (
    WINDOWS_11,
    DocumentSizes,
    WorldShape,
    WorldShapeError,
)
from headgate.simulator.microsoft_update.sizes import member_bytes
from headgate.simulator.microsoft_update.world_file import WorldFileError, read_world_file
from headgate.simulator.microsoft_update.worlds import UnknownWorld

MIB = 1024 * 1024


def test_the_windows_11_sizes_are_those_that_were_counted() -> None:
    sizes = [member_bytes(WINDOWS_11, rank / 551) for rank in range(551)]
    assert sum(size > 32 * MIB for size in sizes) == 10
    assert sum(size > 1_000_000 for size in sizes) == 46
    assert sum(size > 50_000 for size in sizes) == pytest.approx(180, abs=3)
    assert max(sizes) == pytest.approx(46_887_043, rel=0.001)
    assert sum(sizes) == pytest.approx(1_184_000_000, rel=0.02)


def test_an_ordinary_world_has_no_giants_and_eleven_kilobytes_on_average() -> None:
    shape = WorldShape(name="ordinary")
    members = (shape.revisions - shape.configuration) // 2
    sizes = [member_bytes(shape, rank / members) for rank in range(members)]
    assert max(sizes) < 5_000_000
    assert sum(sizes) / shape.revisions == pytest.approx(6_000, rel=0.2)


@pytest.mark.parametrize("name", ["ordinary:700", "windows11:700", "large:2000"])
def test_a_world_has_as_many_revisions_as_it_says_and_all_can_be_read(name: str) -> None:
    world = open_world(name)
    first = world.months[0].publications
    assert len(first) == int(name.partition(":")[2])
    assert len({one.identity for month in world.months for one in month.publications}) == sum(
        len(month.publications) for month in world.months
    )
    packer, kinds = Packer(), Counter[UpdateKind]()
    for one in first[:: max(1, len(first) // 150)]:
        text = one.write().encode()
        if len(text) < 1_000_000:
            read = read_document(text, DocumentEncoding.UTF8, one.identity, packer)
            kinds[read.revision.kind] += 1
            assert len(read.revision.files) == len(one.files())
    assert set(kinds) >= {UpdateKind.CATEGORY, UpdateKind.DETECTOID, UpdateKind.SOFTWARE}


def test_bundles_name_members_that_exist_and_supersede_bundles_that_exist() -> None:
    world = open_world("ordinary:900")
    everything = [one for month in world.months for one in month.publications]
    known = {(one.identity.update_id, str(one.identity.revision_number)) for one in everything}
    ids = {one.identity.update_id for one in everything}
    superseded = 0
    for one in everything:
        root = etree.fromstring(one.write(), etree.XMLParser(huge_tree=True))
        for member in root.iterfind(".//{*}BundledUpdates//{*}UpdateIdentity"):
            assert (member.get("UpdateID"), member.get("RevisionNumber")) in known
        for older in root.iterfind(".//{*}SupersededUpdates/{*}UpdateIdentity"):
            assert older.get("UpdateID") in ids
            superseded += 1
    assert superseded > 100


def fingerprint(world: World) -> str:
    digest = hashlib.sha256()
    for month in world.months:
        for one in month.publications:
            digest.update(one.write().encode())
    return digest.hexdigest()


def test_the_same_seed_gives_the_same_world_and_another_seed_another() -> None:
    def world(seed: int) -> World:
        return generated_world(WorldShape(name="seeded", revisions=300, seed=seed, next_month=4))

    assert fingerprint(world(1)) == fingerprint(world(1))
    assert fingerprint(world(1)) != fingerprint(world(2))


def test_the_next_month_brings_new_ones_and_withdraws_two() -> None:
    month = open_world("ordinary:600").months[1].publications
    assert 30 <= len(month) <= 60
    assert sum(one.expired for one in month) == 2


def test_unknown_worlds_are_explained() -> None:
    for name in ("atlantis", "ordinary:many"):
        with pytest.raises(UnknownWorld) as error:
            open_world(name)
        assert name in str(error.value) and "FILE.toml" in error.value.next_step


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_describes_a_world(tmp_path: Path) -> None:
    path = written(
        tmp_path / "office.toml",
        '[world]\nsizes = "windows11"\nrevisions = 400\nseed = 7\nnext_month = 0\n',
    )
    shape = read_world_file(path)
    assert shape.name == "office"
    assert (shape.sizes, shape.revisions, shape.seed) == (DocumentSizes.WINDOWS_11, 400, 7)
    assert len(open_world(path).months) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[world\n", "is not TOML"),
        ("revisions = 5\n", "must have one table, [world]"),
        ("[world]\nsize = 3\n", "unknown entry 'size'"),
        ('[world]\nrevisions = "many"\n', "revisions must be a whole number"),
        ("[world]\nrevisions = 12\n", "cannot have revisions = 12"),
        ("[world]\nrevisions = 150001\n", "cannot have revisions = 150001"),
        ('[world]\nsizes = "huge"\n', "sizes must be one of ordinary, windows11"),
        ("[world]\nname = 4\n", "name must be a text"),
        ("[world]\nconfiguration_share = 2\n", "configuration_share must be a number like"),
        ("[world]\nlanguages = 0\n", "cannot have languages = 0"),
    ],
)
def test_a_wrong_file_is_explained(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(WorldShapeError) as error:
        open_world(written(tmp_path / "wrong.toml", text))
    assert said in str(error.value)


def test_a_missing_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(WorldFileError, match="cannot be read"):
        open_world(tmp_path / "none.toml")
