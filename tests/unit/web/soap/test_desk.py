"""Work is bounded, dropped when nobody waits for it, and never holds up what only writes."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from tests import event_loops

from headgate.web.soap.desk import COMPUTING, Busy, Desk
from headgate.web.soap.room import NoRoom, Room


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk(most_waiting=COMPUTING + 2)
    yield desk
    desk.close()


def test_too_many_are_sent_away_at_once_and_later_served(desk: Desk) -> None:
    go_on = threading.Event()

    async def crowd() -> tuple[list[bool], bool]:
        waiting = [
            asyncio.ensure_future(desk.compute(lambda: go_on.wait(20)))
            for _ in range(COMPUTING + 2)
        ]
        await asyncio.sleep(0)  # each has taken its place
        with pytest.raises(Busy):
            await desk.compute(lambda: True)
        with pytest.raises(Busy):
            await desk.write(lambda: True)
        assert await desk.read(lambda: True)  # of an answer that has begun
        go_on.set()
        return await asyncio.gather(*waiting), await desk.compute(lambda: True)

    served, afterwards = event_loops.run(crowd)
    assert all(served) and afterwards


def test_work_nobody_waits_for_is_never_begun(desk: Desk) -> None:
    go_on, begun = threading.Event(), []

    async def leaving() -> None:
        holding = [
            asyncio.ensure_future(desk.compute(lambda: go_on.wait(20))) for _ in range(COMPUTING)
        ]
        left = asyncio.ensure_future(desk.compute(lambda: begun.append("left")))
        await asyncio.sleep(0)
        left.cancel()
        await asyncio.wait({left})
        go_on.set()
        await asyncio.gather(*holding)
        await desk.compute(lambda: begun.append("stayed"))

    event_loops.run(leaving)
    assert begun == ["stayed"]


def test_who_writes_waits_for_nobody_who_computes(desk: Desk) -> None:
    go_on = threading.Event()

    async def both() -> str:
        holding = [
            asyncio.ensure_future(desk.compute(lambda: go_on.wait(20))) for _ in range(COMPUTING)
        ]
        await asyncio.sleep(0)
        said = await desk.write(lambda: "written")
        go_on.set()
        await asyncio.gather(*holding)
        return said

    assert event_loops.run(both) == "written"


def test_room_is_given_back_whatever_happens() -> None:
    room = Room(100)
    with room.share() as first:
        first.take(60)
        with pytest.raises(NoRoom), room.share() as second:
            second.take(30)
            second.take(30)
        assert room.held == 60
    assert room.held == 0
