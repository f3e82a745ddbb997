"""Bad weather at the update source: what it does, what we make of it, and what is never lost.

The source is a scripted HTTP server; the whole of the upstream side but the proxy is real.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime

import pytest
from tests.scripted_source import (
    Asked,
    Reply,
    Script,
    ScriptedSource,
    delivered,
    documents,
    envelope,
    fault,
    faulting,
    message,
    revision,
    scripted_source,
    xpress,
)
from tests.visitor import Visitor, visiting

from headgate.catalogue.documents import DocumentEncoding
from headgate.catalogue.identity import RevisionIdentity
from headgate.errors import SourceError, UsageError
from headgate.upstream.collection import MOST_REFUSED, NothingDelivered
from headgate.upstream.exchange import NoSourceThere, NotSoap, SourceUnavailable, UnreadableAnswer
from headgate.upstream.failures import ConnectionCut
from headgate.upstream.reactions import SourceChanged, SourceFault

HTML = Reply(
    b"<!DOCTYPE html><html><head><title>Sign in to the network</title></head><body>hello</body>",
    content_type="text/html",
)
HUNDRED = [revision(number) for number in range(100)]
OPERATIONS = ("GetAuthConfig", "GetAuthorizationCookie", "GetCookie", "GetRevisionIdList")
PRODUCT = "8c3fcc84-7410-4a95-8b89-a166a0190486"
CLASSIFICATION = "e0789628-ce08-4437-be74-2495b842f43b"


@pytest.fixture
def upstream() -> Iterator[ScriptedSource]:
    with scripted_source() as source:
        source.known = {one: f"<Update n='{one}'>größer & kleiner</Update>" for one in HUNDRED}
        source.listed = HUNDRED
        yield source


@pytest.fixture
def visitor(upstream: ScriptedSource) -> Iterator[Visitor]:
    with visiting(upstream.base_url, upstream.clock) as visitor:
        yield visitor


# --- trouble that passes


def plain_500(asked: Asked) -> Reply:
    return Reply(b"Server Error in '/' Application.", 500, content_type="text/html")


def cut_off(asked: Asked) -> Reply:
    """The connection ends in the middle of the body."""
    return Reply(envelope("<a>")[:-30], announced=5000)


def truncated(asked: Asked) -> Reply:
    """The body ends in the middle, and its length says so: a source that failed while writing."""
    return Reply(envelope("<GetRevisionIdListResponse><a/></GetRevisionIdListResponse>")[:-45])


def nothing(asked: Asked) -> Reply:
    return Reply(b"")


def damaged_xpress(asked: Asked) -> Reply:
    reply = xpress(envelope("<x/>"))
    return Reply(reply.body[:-3], headers=reply.headers)


def unasked_gzip(asked: Asked) -> Reply:
    return Reply(b"\x1f\x8b\x08\x00", headers={"Content-Encoding": "gzip"})


def another_message(asked: Asked) -> Reply:
    return message("Ping", "<SuccessFlag>true</SuccessFlag>")


PASSING: dict[str, tuple[Script, type[SourceError], str]] = {
    "500 without SOAP": (plain_500, SourceUnavailable, "500"),
    "502": (lambda _: Reply(b"bad gateway", 502), SourceUnavailable, "502"),
    "503": (lambda _: Reply(b"", 503), SourceUnavailable, "503"),
    "429": (lambda _: Reply(b"", 429), SourceUnavailable, "429"),
    "web page": (lambda _: HTML, NotSoap, "Sign in to the network"),
    "web page as 500": (
        lambda _: Reply(HTML.body, 500, content_type="text/html"),
        SourceUnavailable,
        "500",
    ),
    "web page without end": (
        lambda _: Reply(b"<html>" + b"x" * 2_000_000, 502, content_type="text/html"),
        SourceUnavailable,
        "502",
    ),
    "empty body": (nothing, NotSoap, "empty"),
    "cut connection": (cut_off, ConnectionCut, "cut"),
    "truncated body": (truncated, UnreadableAnswer, "unreadable"),
    "damaged compression": (damaged_xpress, UnreadableAnswer, "cut off"),
    "unasked compression": (unasked_gzip, UnreadableAnswer, "gzip"),
    "another message": (another_message, UnreadableAnswer, "PingResponse"),
}


@pytest.mark.parametrize("weather", PASSING)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_passing_trouble_is_waited_out(
    upstream: ScriptedSource, visitor: Visitor, operation: str, weather: str
) -> None:
    script, _, _ = PASSING[weather]
    upstream.next(operation, script, script, script)
    assert visitor.source.list_configuration(None).identities == tuple(HUNDRED)
    assert len(upstream.calls(operation)) == 4
    assert [
        round(pause / nominal, 1) == pytest.approx(1, abs=0.2)
        for pause, nominal in zip(visitor.pauses, (1, 2, 4), strict=True)
    ] == [True] * 3


@pytest.mark.parametrize("weather", PASSING)
def test_trouble_that_does_not_pass_ends_in_a_sentence(
    upstream: ScriptedSource, visitor: Visitor, weather: str
) -> None:
    script, error, words = PASSING[weather]
    upstream.always("GetRevisionIdList", script)
    with pytest.raises(error, match=words) as raised:
        visitor.source.list_configuration(None)
    assert len(upstream.calls("GetRevisionIdList")) == 4
    assert raised.value.next_step.endswith(".")


@pytest.mark.parametrize("weather", PASSING)
def test_trouble_with_documents_loses_none(
    upstream: ScriptedSource, visitor: Visitor, weather: str
) -> None:
    script, _, _ = PASSING[weather]
    upstream.next("GetUpdateData", script, script)
    batch = visitor.source.documents(HUNDRED)
    assert [one.identity for one in batch.documents] == HUNDRED
    assert batch.undelivered == ()
    assert len(upstream.calls("GetUpdateData")) == 3


def test_a_source_that_asks_for_time_is_given_it(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    until = format_datetime((upstream.now + timedelta(seconds=90)).replace(microsecond=0), True)
    upstream.next(
        "GetConfigData",
        Reply(b"", 503, {"Retry-After": "30"}),
        Reply(b"", 429, {"Retry-After": until}),
    )
    visitor.source.describe(None)
    assert visitor.pauses == [30.0, 90.0]


def test_a_source_that_asks_for_an_hour_is_not_waited_for(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    upstream.always("GetConfigData", lambda _: Reply(b"", 503, {"Retry-After": "3600"}))
    with pytest.raises(SourceUnavailable) as raised:
        visitor.source.describe(None)
    assert raised.value.retry_after == timedelta(hours=1)
    assert visitor.pauses == []


@pytest.mark.parametrize(
    ("status", "headers", "words"),
    [
        (301, {"Location": "https://elsewhere.example/"}, "https://elsewhere.example/"),
        (401, {"WWW-Authenticate": "Negotiate"}, "who we are"),
        (403, {}, "does not let us in"),
        (404, {}, "without the services"),
        (405, {}, "does not answer like"),
    ],
)
def test_a_web_server_that_is_no_source_is_told_at_once(
    upstream: ScriptedSource, visitor: Visitor, status: int, headers: dict[str, str], words: str
) -> None:
    upstream.always("GetAuthConfig", lambda _: Reply(b"no", status, headers))
    with pytest.raises(NoSourceThere, match=words) as raised:
        visitor.source.describe(None)
    assert raised.value.status == status
    assert str(status) in str(raised.value)
    assert raised.value.next_step
    assert len(upstream.asked) == 1


# --- faults


def test_a_busy_source_is_asked_again_after_a_while(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    upstream.next("GetRevisionIdList", *[faulting("ServerBusy")] * 3)
    assert len(visitor.source.list_configuration(None).identities) == 100
    assert len(visitor.pauses) == 3
    assert visitor.pauses[0] < visitor.pauses[1] < visitor.pauses[2]


def test_a_source_that_stays_busy_ends_in_a_sentence(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    upstream.always("GetUpdateData", faulting("ServerBusy"))
    with pytest.raises(SourceFault, match="too busy to answer GetUpdateData") as raised:
        visitor.source.documents(HUNDRED)
    assert raised.value.code == "ServerBusy"
    assert len(upstream.calls("GetUpdateData")) == 6
    assert sum(visitor.pauses) < 200


@pytest.mark.parametrize(
    "code",
    [
        "InvalidParameters",
        "InternalServerError",
        "IncompatibleProtocolVersion",
        "FileDigestsMissing",
        "TooManyIds",
        "RegistrationRequired",
        "",
    ],
)
def test_faults_that_end_the_protocol_end_it_at_once(
    upstream: ScriptedSource, visitor: Visitor, code: str
) -> None:
    upstream.always("GetRevisionIdList", faulting(code))
    with pytest.raises(SourceFault) as raised:
        visitor.source.list_configuration(None)
    assert raised.value.code == code
    assert raised.value.operation == "GetRevisionIdList"
    assert raised.value.next_step
    assert len(upstream.calls("GetRevisionIdList")) == 1


def test_a_fault_counts_whatever_the_status(upstream: ScriptedSource, visitor: Visitor) -> None:
    upstream.next("GetConfigData", lambda asked: fault("InvalidCookie", asked, status=200))
    upstream.next("GetConfigData", lambda asked: fault("InvalidCookie", asked, status=400))
    visitor.source.describe(None)
    assert len(upstream.calls("GetConfigData")) == 3


def test_an_old_protocol_is_named(upstream: ScriptedSource, visitor: Visitor) -> None:
    upstream.always("GetCookie", faulting("IncompatibleProtocolVersion"))
    with pytest.raises(SourceFault, match=re.escape("version 1.20")):
        visitor.source.describe(None)


def test_a_changed_source_tells_to_forget_the_anchors(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    upstream.next("GetRevisionIdList", faulting("ServerChanged"))
    with pytest.raises(SourceChanged):
        visitor.source.list_configuration("1,2026-11-01 00:00:00.000")
    assert len(visitor.source.list_configuration(None).identities) == 100


def test_a_refused_anchor_tells_to_forget_the_anchors(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    upstream.always("GetRevisionIdList", faulting("InvalidParameters", "filter"))
    with pytest.raises(SourceChanged, match="mark of the last synchronization"):
        visitor.source.list_configuration("garbage")
    with pytest.raises(SourceFault, match="filter"):
        visitor.source.list_configuration(None)


# --- lists


def test_150_000_identities_come_in_one_body(upstream: ScriptedSource, visitor: Visitor) -> None:
    many = [RevisionIdentity(f"{n:08x}-0000-4000-8000-00000000abcd", 200) for n in range(150_000)]
    upstream.listed = many
    found = visitor.source.list_updates(
        anchor=None, products=[PRODUCT], classifications=[CLASSIFICATION], delta=False
    )
    assert found.identities == tuple(many)
    assert found.anchor == upstream.anchor
    assert found.received_bytes > 18_000_000
    assert len(upstream.calls("GetRevisionIdList")) == 1


def test_identities_differ_neither_by_case_nor_by_being_listed_twice(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    loud = RevisionIdentity(revision(7).update_id.upper(), revision(7).revision_number)
    upstream.listed = [revision(7), loud, revision(8), revision(7)]
    assert visitor.source.list_configuration(None).identities == (revision(7), revision(8))


def test_a_list_in_xpress_with_a_stored_block_is_read(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    plain = upstream.ordinary

    def compressed(asked: Asked) -> Reply:
        return xpress(plain(asked).body)

    upstream.always("GetRevisionIdList", compressed)
    found = visitor.source.list_configuration(None)
    assert found.identities == tuple(HUNDRED)
    size = len(plain(upstream.calls("GetRevisionIdList")[0]).body)
    assert found.received_bytes != size


def test_a_source_is_never_asked_with_one_list_alone(visitor: Visitor) -> None:
    for products, classifications in (([PRODUCT], []), ([], [CLASSIFICATION])):
        with pytest.raises(UsageError) as raised:
            visitor.source.list_updates(
                anchor=None, products=products, classifications=classifications, delta=True
            )
        assert raised.value.next_step


def test_delta_is_asked_for_only_with_an_anchor(upstream: ScriptedSource, visitor: Visitor) -> None:
    for anchor in (None, "", "9438,2026-10-04 16:09:27.371"):
        visitor.source.list_updates(
            anchor=anchor, products=[PRODUCT], classifications=[CLASSIFICATION], delta=True
        )
    deltas = [re.findall("<Delta>(.*?)</Delta>", one.body) for one in upstream.asked[3:]]
    assert deltas == [["false"] * 2, ["false"] * 2, ["true"] * 2]
    assert "<Anchor" not in upstream.asked[4].body


# --- documents


def test_documents_arrive_byte_for_byte(upstream: ScriptedSource, visitor: Visitor) -> None:
    batch = visitor.source.documents(HUNDRED[:3])
    assert [one.data.decode() for one in batch.documents] == [
        upstream.known[one] for one in HUNDRED[:3]
    ]
    assert {one.encoding for one in batch.documents} == {DocumentEncoding.UTF8}


def test_documents_in_xpress_with_a_stored_block_are_read(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    upstream.always("GetUpdateData", lambda asked: xpress(upstream.update_data(asked).body))
    batch = visitor.source.documents(HUNDRED)
    assert [one.data.decode() for one in batch.documents] == list(upstream.known.values())


def test_file_addresses_come_by_digest(upstream: ScriptedSource, visitor: Visitor) -> None:
    urls = {"h/W9BGlYUAaqXTp30cZi/SiV3c0=": "http://download.example/a.exe?x=1&y=2"}
    upstream.next("GetUpdateData", documents({HUNDRED[0]: "<a/>"}, urls))
    batch = visitor.source.documents(HUNDRED[:1])
    digest = bytes.fromhex("87f5bd0469585006aa5d3a77d1c662fd2895ddcd")
    assert batch.mu_urls == {digest: "http://download.example/a.exe?x=1&y=2"}


def test_no_question_is_longer_than_the_source_allows(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    upstream.most_updates = 30
    assert visitor.source.describe(None).max_updates_per_request == 30
    batch = visitor.source.documents(HUNDRED)
    assert len(batch.documents) == 100
    assert [len(one.identities) for one in upstream.calls("GetUpdateData")] == [30, 30, 30, 10]


def test_a_limit_nobody_told_is_found_by_halving(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    upstream.most_updates = 60
    assert len(visitor.source.documents(HUNDRED).documents) == 100
    assert [len(one.identities) for one in upstream.calls("GetUpdateData")] == [100, 50, 50]


def test_what_is_asked_for_twice_is_asked_once(upstream: ScriptedSource, visitor: Visitor) -> None:
    batch = visitor.source.documents([*HUNDRED[:5], *HUNDRED[:5]])
    assert len(batch.documents) == 5
    assert len(upstream.calls("GetUpdateData")[0].identities) == 5


def test_short_answers_are_asked_for_the_rest(upstream: ScriptedSource, visitor: Visitor) -> None:
    def only_thirty(asked: Asked) -> Reply:
        return documents({one: upstream.known[one] for one in asked.identities[:30]})

    upstream.always("GetUpdateData", only_thirty)
    batch = visitor.source.documents(HUNDRED)
    assert [one.identity for one in batch.documents] == HUNDRED
    assert [len(one.identities) for one in upstream.calls("GetUpdateData")] == [100, 70, 40, 10]
    assert visitor.pauses == []


def test_what_a_source_always_leaves_out_is_undelivered(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    kept_back = {HUNDRED[3], HUNDRED[77]}

    def leave_out(asked: Asked) -> Reply:
        wanted = [one for one in asked.identities if one not in kept_back]
        return documents({one: upstream.known[one] for one in wanted})

    upstream.always("GetUpdateData", leave_out)
    batch = visitor.source.documents(HUNDRED)
    assert len(batch.documents) == 98
    assert {one.identity for one in batch.undelivered} == kept_back
    assert all("asked again" in one.reason for one in batch.undelivered)


def test_an_answer_with_none_of_what_was_asked_is_a_failure(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    upstream.always("GetUpdateData", lambda _: documents({}))
    with pytest.raises(NothingDelivered, match="any of the 100 documents") as raised:
        visitor.source.documents(HUNDRED)
    assert raised.value.next_step
    assert len(upstream.calls("GetUpdateData")) == 2


def test_one_unknown_identity_is_found_by_halving(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    stranger = HUNDRED[42]
    del upstream.known[stranger]
    batch = visitor.source.documents(HUNDRED)
    assert len(batch.documents) == 99
    assert [one.identity for one in batch.undelivered] == [stranger]
    assert "does not know it" in batch.undelivered[0].reason
    # each level of halving asks two questions: 100, 50, 25, 12, 6, 3, 1
    assert len(upstream.calls("GetUpdateData")) <= 15
    assert visitor.pauses == []


def test_a_document_that_spoils_every_answer_is_found_by_halving(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    spoiler = HUNDRED[42]
    plain = upstream.update_data

    def spoilt(asked: Asked) -> Reply:
        body = plain(asked).body
        if spoiler in asked.identities:
            body = body.replace(b"<XmlUpdateBlob>", b"<XmlUpdateBlob>&#x1f;", 1)
        return Reply(body)

    upstream.always("GetUpdateData", spoilt)
    batch = visitor.source.documents(HUNDRED)
    assert len(batch.documents) == 99
    assert [one.identity for one in batch.undelivered] == [spoiler]
    assert "unreadable" in batch.undelivered[0].reason


def test_a_source_that_refuses_everything_is_to_blame_itself(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    upstream.always("GetUpdateData", faulting("InternalServerError"))
    with pytest.raises(SourceFault, match="failed internally in GetUpdateData"):
        visitor.source.documents(HUNDRED)
    assert len(upstream.calls("GetUpdateData")) < 3 * MOST_REFUSED


def test_a_batch_of_strangers_is_no_reason_to_doubt_a_source_that_still_answers(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    strangers = [revision(number) for number in range(1000, 1020)]
    visitor.source.documents(HUNDRED[:1])
    batch = visitor.source.documents(strangers)
    assert batch.documents == ()
    assert [one.identity for one in batch.undelivered] == strangers


def test_a_source_that_broke_down_meanwhile_is_found_out(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    visitor.source.documents(HUNDRED[:1])
    upstream.always("GetUpdateData", faulting("InternalServerError"))
    with pytest.raises(SourceFault):
        visitor.source.documents(HUNDRED)


def test_a_few_strangers_are_undelivered_even_when_nothing_else_was_asked(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    batch = visitor.source.documents([revision(1000), revision(1001)])
    assert len(batch.undelivered) == 2


def test_duplicates_and_gifts_are_ignored_with_a_note(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    gift = revision(5000)
    found = [(HUNDRED[0], "<first/>"), (HUNDRED[0], "<second/>"), (gift, "<gift/>")]
    upstream.next("GetUpdateData", message("GetUpdateData", delivered(found, {})))
    batch = visitor.source.documents(HUNDRED[:1])
    assert [one.data for one in batch.documents] == [b"<first/>"]
    assert len(batch.notes) == 2
    assert any(str(gift) in note for note in batch.notes)


def test_an_empty_document_is_undelivered(upstream: ScriptedSource, visitor: Visitor) -> None:
    upstream.known[HUNDRED[1]] = ""
    batch = visitor.source.documents(HUNDRED[:3])
    assert [one.identity for one in batch.documents] == [HUNDRED[0], HUNDRED[2]]
    assert [one.identity for one in batch.undelivered] == [HUNDRED[1]]


def test_a_cookie_refused_in_the_middle_costs_a_handshake_and_no_document(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    upstream.most_updates = 10
    visitor.source.describe(None)
    upstream.next("GetUpdateData", *[upstream.ordinary] * 4, faulting("InvalidCookie"))
    batch = visitor.source.documents(HUNDRED)
    assert [one.identity for one in batch.documents] == HUNDRED
    assert len(upstream.calls("GetCookie")) == 2
    assert len(upstream.calls("GetUpdateData")) == 11


def test_received_bytes_are_those_on_the_wire(upstream: ScriptedSource, visitor: Visitor) -> None:
    visitor.source.describe(None)
    sent: list[int] = []

    def weigh(asked: Asked) -> Reply:
        reply = xpress(upstream.update_data(asked).body)
        sent.append(len(reply.body))
        return reply

    upstream.always("GetUpdateData", weigh)
    upstream.next("GetUpdateData", Reply(b"x" * 1000, 502))
    batch = visitor.source.documents(HUNDRED)
    assert batch.received_bytes == sum(sent) + 1000


def test_a_large_document_arrives_whole(upstream: ScriptedSource, visitor: Visitor) -> None:
    upstream.known[HUNDRED[0]] = "<Update>" + "läßt & <![CDATA[x]]>" * 600_000 + "</Update>"
    batch = visitor.source.documents(HUNDRED[:2])
    assert batch.documents[0].data.decode() == upstream.known[HUNDRED[0]]
    assert len(batch.documents[0].data) > 12_000_000
