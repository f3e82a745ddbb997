"""The computers of the benchmarks say what real ones say, and read of answers what they need."""

import asyncio
import random
from collections import Counter

from benchmarks import clients_catalogue, scans_crowd
from benchmarks import clients_requests as requests
from benchmarks.clients_agent import Agent, Cached, end_of
from benchmarks.clients_load import Taken
from tests import event_loops

from headgate.wire import soap, xpress
from headgate.wire.clientsync import (
    get_cookie,
    report_event_batch,
    sync_updates,
)

COOKIE = b"<Expiration>2026-11-20T12:00:00Z</Expiration><EncryptedData>Y29va2ll</EncryptedData>"
NOBODY = "http://127.0.0.1:9"


def test_a_prepared_scan_carries_the_cookie_that_is_put_in() -> None:
    body = requests.software((1, 2), (3,)).replace(requests.COOKIE_HERE, COOKIE)

    asked = sync_updates.decode_request(soap.read_request(body))

    assert asked.cookie is not None
    assert asked.cookie.encrypted_data == b"cookie"
    assert asked.parameters is not None
    assert asked.parameters.installed_non_leaf_update_ids == (1, 2)
    assert asked.parameters.other_cached_update_ids == (3,)


def test_a_driver_pass_describes_seventy_devices_known_ones_first() -> None:
    known = r"PCI\VEN_1D6B&DEV_0017&SUBSYS_00010001"
    body = requests.drivers((1,), (), clients_catalogue.devices([known]))

    asked = sync_updates.decode_request(soap.read_request(body)).parameters

    assert asked is not None
    assert asked.skip_software_sync
    assert asked.system_spec is not None
    assert len(asked.system_spec) == 70
    assert asked.system_spec[0].hardware_ids is not None
    assert asked.system_spec[0].hardware_ids[0] == known


def test_get_cookie_shows_the_ticket_and_the_cookie_of_before() -> None:
    asked = get_cookie.decode_request(
        soap.read_request(requests.cookie(b"dGlja2V0", COOKIE, "2026-01-01T00:00:00Z"))
    )

    assert asked.auth_cookies[0].cookie_data == b"ticket"
    assert asked.old_cookie is not None
    assert asked.old_cookie.encrypted_data == b"cookie"
    assert asked.last_change == "2026-01-01T00:00:00Z"


def test_a_new_computer_has_no_cookie_of_before() -> None:
    asked = get_cookie.decode_request(
        soap.read_request(requests.cookie(b"dGlja2V0", requests.NO_COOKIE, ""))
    )

    assert asked.old_cookie is not None
    assert not asked.old_cookie.encrypted_data


def test_every_event_of_a_batch_has_a_place_for_its_id() -> None:
    me = "a11ce000-0000-4000-8000-000000000001"
    needed, present = clients_catalogue.states(8, 300)
    scanned = requests.scan_report(me, needed, present)
    installed = requests.installation_report(me, needed, present)

    assert scanned.count(requests.INSTANCE_HERE) == 2
    assert installed.count(requests.INSTANCE_HERE) == 6
    batch = report_event_batch.decode_request(soap.read_request(installed)).event_batch
    assert [one.basic_data.event_id for one in batch] == [147, 156, 167, 162, 181, 183]


def test_of_a_compressed_answer_the_end_is_read() -> None:
    noise = random.Random(1).randbytes(100_000)  # some blocks do not shrink
    text = noise + b"<a>" * 50_000 + b"<NewCookie>"

    found = end_of(xpress.compress(text))

    assert text.endswith(found)
    assert len(found) > xpress.BLOCK_SIZE


def test_what_came_and_counts_as_installed_is_told_as_installed() -> None:
    cached = Cached(installed=(1,), others=(5,)).with_new([2, 3], frozenset({1, 2, 9}))

    assert cached == Cached(installed=(1, 2), others=(3, 5))


def test_the_same_number_is_the_same_computer() -> None:
    assert Agent(NOBODY, 7).client_id == Agent(NOBODY, 7).client_id
    assert Agent(NOBODY, 7).client_id != Agent(NOBODY, 8).client_id


def test_rounds_are_counted_over_the_time_they_lasted() -> None:
    taken = Taken(seconds=[0.1] * 95 + [0.5] * 5, lasted=2.0)

    assert taken.per_second == 50
    assert round(taken.milliseconds(50)) == 100
    assert taken.milliseconds(98) > 400


def test_a_crowd_tells_apart_who_is_answered_who_comes_again_and_who_fails() -> None:
    answers = (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"
        b"HTTP/1.1 503 Busy\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n"
        b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
        b"HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )

    async def read() -> tuple[scans_crowd.Crowd, list[bool]]:
        reader, crowd = asyncio.StreamReader(), scans_crowd.Crowd()
        reader.feed_data(answers)
        return crowd, [await scans_crowd.count_answer(reader, crowd) for _ in range(4)]

    crowd, goes_on = event_loops.run(read)

    assert (crowd.answered, crowd.later) == (1, 1)
    assert crowd.wrong == Counter({"status 503": 1, "status 500": 1})
    assert goes_on == [True, True, True, False]
