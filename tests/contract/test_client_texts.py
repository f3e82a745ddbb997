"""The texts and file places computers are sent, out of either database."""

import pytest

from headgate.metadata.packing import Packer
from headgate.services.catalogue.packers import Unpacker
from headgate.services.clients.core_texts import CoreTexts, LargeCore
from headgate.storage import client_fragments, file_places, transactions
from headgate.storage.engine import Engine
from headgate.storage.tables.catalogue import fragments
from headgate.storage.tables.offering import core_pieces
from tests import client_world
from tests.client_world import MU_URL, World, a_file


@pytest.fixture
def world(engine: Engine) -> World:
    return client_world.build(engine)


def cut_in_pieces(engine: Engine, number: int, texts: list[bytes], blocks: list[bytes]) -> None:
    packer = Packer()
    with transactions.write(engine) as conn:
        conn.execute(
            fragments.update()
            .where(fragments.c.revision_id == number)
            .values(core_size=100_000, core=packer.pack(b"".join(texts)).data)
        )
        for position, text in enumerate(texts):
            ready = blocks[position] if position < len(blocks) else None
            conn.execute(
                core_pieces.insert().values(
                    revision_id=number,
                    position=position,
                    size=len(text),
                    packed=packer.pack(text).data,
                    xpress=ready,
                    xpress_size=len(ready) if ready else None,
                )
            )


def test_small_cores_are_texts_and_large_ones_come_in_pieces(engine: Engine, world: World) -> None:
    small, large, uncut = (
        world.number(each) for each in (world.company, world.product, world.update)
    )
    cut_in_pieces(engine, large, [b"one ", b"two ", b"three"], [b"1", b"22", b"333"])
    cut_in_pieces(engine, uncut, [b"not cut"], [])
    with transactions.write(engine) as conn:
        conn.execute(core_pieces.delete().where(core_pieces.c.revision_id == uncut))
    texts = CoreTexts(engine, Unpacker(engine))

    found = texts.texts([small, large, uncut, 77])

    assert found.keys() == {small, large, uncut}
    assert bytes(found[small]).startswith(b"&lt;UpdateIdentity")  # type: ignore[arg-type]
    assert found[large] == LargeCore(large, 13)
    assert found[uncut] == b"not cut"  # its job has not come to it
    assert list(texts.pieces([large], xpress=False)) == [
        [(large, b"one ")],
        [(large, b"two ")],
        [(large, b"three")],
    ]
    assert list(texts.pieces([large], xpress=True)) == [
        [(large, b"1"), (large, b"22"), (large, b"333")]
    ]
    assert texts.ready_blocks([large]) == {large: 6}


def test_pieces_of_several_cores_are_read_together_in_the_order_asked(
    engine: Engine, world: World
) -> None:
    one, other = world.number(world.product), world.number(world.update)
    blocks = [bytes([number]) for number in range(11)]
    cut_in_pieces(engine, one, blocks, blocks)
    cut_in_pieces(engine, other, [b"text"], [b"block"])
    read = list(CoreTexts(engine, Unpacker(engine)).pieces([other, 10**9, one], xpress=True))

    together = [(other, b"block"), *((one, block) for block in blocks)]
    assert [piece for some in read for piece in some] == together
    assert max(map(len, read)) < len(together)  # not all of them at once


def test_blocks_count_only_when_every_piece_has_them(engine: Engine, world: World) -> None:
    number = world.number(world.product)
    cut_in_pieces(engine, number, [b"one ", b"two "], [b"1"])
    assert CoreTexts(engine, Unpacker(engine)).ready_blocks([number, 77]) == {number: None}


def test_what_is_remembered_is_bounded_and_not_read_again(engine: Engine, world: World) -> None:
    unpack = Unpacker(engine)
    unpacked: list[int] = []

    def counting(data: bytes) -> bytes:
        unpacked.append(1)
        return unpack(data)

    ids = list(world.numbers.values())
    texts = CoreTexts(engine, counting)
    first = texts.texts(ids)
    assert len(unpacked) == len(ids) == len(first)
    assert texts.texts(ids) == first and len(unpacked) == len(ids)
    forgetful = CoreTexts(engine, counting, kept=0)
    assert forgetful.texts(ids) == first and forgetful.texts(ids) == first
    assert len(unpacked) == 3 * len(ids)


def test_many_revisions_are_asked_for_at_once(engine: Engine, world: World) -> None:
    ids = [*range(1, 1500), *world.numbers.values()]
    with transactions.read(engine) as conn:
        assert client_fragments.details(conn, ids).keys() == set(world.numbers.values())
        assert client_fragments.details(conn, []) == {}


def test_a_file_has_one_place_whoever_names_it(engine: Engine, world: World) -> None:
    with transactions.read(engine) as conn:
        of_members = file_places.files_of(conn, [world.number(member) for member in world.members])
        of_update = file_places.files_of(conn, [world.number(world.update)])
        digests = [a_file("shared.cab").sha1] * 2 + [bytes(20)]
        by_digest = file_places.files_by_digest(conn, digests)
    assert [place.name for place in sorted(of_members, key=lambda place: place.name)] == [
        "member0.exe",
        "member1.exe",
        "shared.cab",
    ]
    assert {place.name: place.mu_url for place in of_update} == {
        "update.CAB": MU_URL,
        "update.psf": None,
        "terms-en.txt": None,
    }
    assert [place.sha1 for place in by_digest] == [a_file("shared.cab").sha1]
    assert of_members == sorted(of_members)
