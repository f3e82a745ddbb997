"""The simulator's addresses: letter case, methods, files by range, the lab's own pages."""

import hashlib
from collections.abc import Iterator

import pytest

from headgate.wire import xpress
from tests.unit.simulator.downstream import SYNC, Downstream, connected
from tests.unit.simulator.worlds import identity, two_products
from tests.upstream_lab import running_upstream

AUTH_CONFIG = f'<GetAuthConfig xmlns="{SYNC}"/>'


@pytest.fixture
def source() -> Iterator[Downstream]:
    with running_upstream(world=two_products()) as lab, connected(lab) as downstream:
        yield downstream


@pytest.fixture
def address(source: Downstream) -> str:
    """Where the 5,000 bytes of an update file lie."""
    return source.file_addresses([identity("w-security")])[0]


@pytest.mark.parametrize(
    "path",
    [
        "/ServerSyncWebService/ServerSyncWebService.asmx",
        "/SERVERSYNCWEBSERVICE/serversyncwebservice.ASMX",
    ],
)
def test_paths_have_no_letter_case(source: Downstream, path: str) -> None:
    assert source.post(AUTH_CONFIG, path=path).status_code == 200


def test_the_path_of_the_wsdl_does_not_exist(source: Downstream) -> None:
    path = "/ServerSyncWebService/ServerSyncProxy.asmx"
    assert source.post(AUTH_CONFIG, path=path).status_code == 404


def test_a_service_is_not_for_reading(source: Downstream) -> None:
    path = "/ServerSyncWebService/ServerSyncWebService.asmx"
    assert source.http.get(source.lab.address + path).status_code == 405


def test_answers_are_xpress_when_the_caller_takes_it(source: Downstream) -> None:
    plain = source.post(AUTH_CONFIG)
    packed = source.post(AUTH_CONFIG, **{"Accept-Encoding": "xpress"})
    assert packed.headers["content-encoding"] == "xpress"
    reader = xpress.XpressReader()
    assert reader.feed(packed.content) == plain.content
    reader.close()


def test_a_fault_closes_the_connection(source: Downstream) -> None:
    answer = source.post(f'<GetRevisionIdList xmlns="{SYNC}"/>')
    assert (answer.status_code, answer.headers["connection"]) == (500, "close")


def test_a_file_lies_under_content_too_in_any_letter_case(source: Downstream, address: str) -> None:
    whole = source.http.get(address).content
    digest = hashlib.sha1(whole).hexdigest()
    for path in (
        f"/Content/{digest[-2:].upper()}/{digest.upper()}.exe",
        f"/content/{digest[-2:]}/{digest}.EXE",
    ):
        assert source.http.get(source.lab.address + path).content == whole


def test_a_file_in_the_wrong_folder_or_without_extension_is_refused(
    source: Downstream, address: str
) -> None:
    digest = hashlib.sha1(source.http.get(address).content).hexdigest()
    right = f"{source.lab.address}/Content/{digest[-2:]}/{digest}"
    assert source.http.get(right).status_code == 403
    wrong = f"{source.lab.address}/Content/zz/{digest}.exe"
    assert source.http.get(wrong).status_code == 404


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-99", 0, 99),
        ("bytes=4000-", 4_000, 4_999),
        ("bytes=-10", 4_990, 4_999),
        ("bytes=4990-9999", 4_990, 4_999),
        ("bytes=-9999", 0, 4_999),
    ],
)
def test_one_range_is_answered_with_exactly_that_part(
    source: Downstream, address: str, wanted: str, first: int, last: int
) -> None:
    whole = source.http.get(address)
    part = source.http.get(address, headers={"Range": wanted})
    assert (whole.status_code, part.status_code) == (200, 206)
    assert part.content == whole.content[first : last + 1]
    assert part.headers["content-range"] == f"bytes {first}-{last}/5000"
    assert part.headers["etag"] == whole.headers["etag"]


def test_a_range_outside_the_file_is_not_satisfiable(source: Downstream, address: str) -> None:
    answer = source.http.get(address, headers={"Range": "bytes=5000-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */5000")


def test_several_ranges_are_answered_with_the_whole_file(source: Downstream, address: str) -> None:
    assert source.http.get(address, headers={"Range": "bytes=0-1,5-6"}).status_code == 200


def test_head_tells_the_size(source: Downstream, address: str) -> None:
    answer = source.http.head(address)
    assert (answer.status_code, answer.headers["content-length"]) == (200, "5000")
    assert answer.headers["accept-ranges"] == "bytes"


def test_the_weather_is_set_by_name_and_a_wrong_name_is_explained(source: Downstream) -> None:
    source.lab.set_weather("slow")
    assert source.lab.get("/lab/weather") == {"weather": "slow"}
    answer = source.http.post(source.lab.address + "/lab/weather", json={"weather": "sunny"})
    assert answer.status_code == 400
    assert "calm, busy, slow, cut, damaged, expiring" in answer.json()["error"]


def test_statistics_tell_what_was_asked(source: Downstream) -> None:
    source.listing(configuration=True)
    source.documents([identity("w-security"), identity("w-critical")])
    told = source.lab.statistics()
    assert told["calls"]["GetUpdateData"] == 1
    assert told["identities_asked"] == {"GetUpdateData": 2}
    assert told["filter_log"][0]["get_config"] is True
    assert told["protocol_versions"] == {"1.20": 1}
