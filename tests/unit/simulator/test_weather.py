"""Bad weather over HTTP: it happens, it is the same every time, and patience survives it."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import httpx2
import pytest
from lxml import etree

from headgate.simulator.microsoft_update import open_world
from headgate.simulator.microsoft_update.weather import (
    Damage,
    Mishap,
    Sky,
    UnknownWeather,
    Weather,
    weather_named,
)
from headgate.wire import cab
from tests.unit.simulator.downstream import Downstream, Item, Refused, connected, stranger
from tests.unit.simulator.worlds import identity, two_products
from tests.upstream_lab import running_upstream

PATIENCE = 6
T = TypeVar("T")


def test_unknown_weather_is_a_sentence_with_the_names() -> None:
    with pytest.raises(UnknownWeather) as error:
        weather_named("sunny")
    assert "'sunny'" in error.value.sentence() and "expiring" in error.value.sentence()


def test_the_same_seed_brings_the_same_weather() -> None:
    def story(seed: int) -> list[Mishap | None]:
        sky = Sky(Weather.BUSY, seed=seed)
        return [sky.mishap("GetUpdateData", bytes([n])) for n in range(60)]

    assert story(1) == story(1)
    assert story(1) != story(2)


def test_busy_refuses_a_third_of_the_questions_at_most_twice() -> None:
    sky = Sky(Weather.BUSY)
    questions = [bytes([n, n]) for n in range(200)]
    refused = [[sky.mishap("GetUpdateData", question) for _ in range(4)] for question in questions]
    assert all(attempts[2:] == [None, None] for attempts in refused)
    share = sum(attempts[0] is Mishap.BUSY for attempts in refused) / len(questions)
    assert 0.2 < share < 0.5


def test_a_document_is_damaged_once_and_every_kind_of_damage_occurs() -> None:
    sky = Sky(Weather.DAMAGED)
    names = [f"update {n}" for n in range(1_000)]
    first = [sky.damage(name) for name in names]
    assert {damage for damage in first if damage} == set(Damage)
    assert 20 < sum(damage is not None for damage in first) < 100
    assert [sky.damage(name) for name in names] == [None] * len(names)


def test_changed_weather_forgets_what_it_did() -> None:
    sky = Sky(Weather.DAMAGED)
    before = [sky.damage(f"update {n}") for n in range(100)]
    sky.change(Weather.CALM)
    assert not any(sky.damage(f"update {n}") for n in range(100))
    sky.change(Weather.DAMAGED)
    assert [sky.damage(f"update {n}") for n in range(100)] == before


def tried(downstream: Downstream, ask: Callable[[], T]) -> T:
    """Ask until there is an answer, as a patient client does."""
    for _ in range(PATIENCE):
        try:
            return ask()
        except Refused as refused:
            if refused.code == "InvalidCookie":
                tried(downstream, downstream.handshake)
        except (httpx2.RemoteProtocolError, ValueError):
            pass
    raise AssertionError("patience has an end")


def patiently(downstream: Downstream) -> dict[tuple[str, int], Item]:
    """Synchronize everything; what arrives damaged counts as arrived."""
    tried(downstream, downstream.handshake)
    wanted = [
        one
        for configuration in (True, False)
        for one in tried(downstream, partial(downstream.listing, configuration=configuration))[1]
    ]
    found: dict[tuple[str, int], Item] = {}
    while wanted:
        items = tried(downstream, partial(downstream.documents, wanted[:40]))
        found |= {item.identity: item for item in items}
        wanted = wanted[len(items) :]
    return found


def calm_catalogue() -> set[tuple[str, int]]:
    return {
        (one.identity.update_id, one.identity.revision_number)
        for one in two_products().months[0].publications
    }


@pytest.mark.parametrize("weather", ["busy", "slow", "cut", "expiring"])
def test_a_patient_client_gets_everything(weather: str) -> None:
    world = two_products()
    with running_upstream(world=world, weather=weather) as lab, stranger(lab) as downstream:
        assert set(patiently(downstream)) == calm_catalogue()
        told = lab.statistics()
    match weather:
        case "busy":
            assert told["faults"]["ServerBusy"] > 0
        case "cut":
            assert sum(told["cut"].values()) > 0
        case "expiring":
            assert told["faults"]["InvalidCookie"] > 0


def reads_well(item: Item) -> bool:
    try:
        text = item.text
        if item.cabinet is not None:
            text = cab.read_members(item.cabinet)["blob"].decode("utf-16-le")
        assert text is not None
        root = etree.fromstring(text)
    except (cab.CabError, UnicodeDecodeError, etree.XMLSyntaxError):
        return False
    if root.getroottree().docinfo.internalDTD is not None:
        return False
    return root[0].get("UpdateID", "").lower() == item.identity[0]


def test_damaged_documents_are_whole_when_asked_for_again() -> None:
    world = open_world("ordinary:400")
    with running_upstream(world=world, weather="damaged") as lab, stranger(lab) as downstream:
        found = patiently(downstream)
        bad = sorted(one for one, item in found.items() if not reads_well(item))
        told = lab.statistics()
        assert [f"{one}/{number}" for one, number in bad] == sorted(
            entry["id"] for entry in told["damaged"]
        )
        assert len(found) == 400 and bad
        lab.set_weather("calm")
        downstream.handshake()
        assert all(map(reads_well, downstream.documents(bad)))


def test_a_web_page_and_a_plain_error_come_once_each() -> None:
    world = two_products()
    with running_upstream(world=world, weather="damaged") as lab, connected(lab) as downstream:
        seen = []
        for _ in range(4):
            try:
                downstream.documents([identity("w-security")])
            except ValueError as error:
                seen.append(str(error))
    assert len(seen) == 2
    assert "HTTP 200" in seen[0] and "html" in seen[0]
    assert "HTTP 500" in seen[1]


def test_a_cut_download_can_be_resumed_where_it_broke() -> None:
    with running_upstream(weather="calm") as lab, connected(lab) as downstream:
        wanted = [one for one in lab.upstream.publisher.publications() if one.files()][:30]
        files = [file for one in wanted for file in one.files()]
        lab.set_weather("cut")
        cuts = 0
        for file in files:
            got = b""
            while len(got) < file.file.size:
                headers = {"Range": f"bytes={len(got)}-"} if got else {}
                with downstream.http.stream("GET", lab.address + file.path, headers=headers) as one:
                    assert one.status_code == (206 if got else 200)
                    try:
                        for chunk in one.iter_raw():
                            got += chunk
                    except httpx2.RemoteProtocolError:
                        cuts += 1
            assert got == file.content()
        assert 0 < cuts < 40
