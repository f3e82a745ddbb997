"""Every fault an update source can send has a reaction, a sentence and a next step."""

import pytest

from headgate.errors import SourceError
from headgate.upstream import reactions
from headgate.upstream.reactions import Reaction, SourceChanged, SourceFault
from headgate.wire.faults import ErrorCode, SoapFault

#: [MS-WSUSSS] 2.2.9.3, and TooManyIds of 3.1.4.9.
SERVER_TO_SERVER = {
    "InvalidParameters": Reaction.STOP,
    "InvalidCookie": Reaction.START_OVER,
    "InternalServerError": Reaction.STOP,
    "IncompatibleProtocolVersion": Reaction.STOP,
    "InvalidAuthorizationCookie": Reaction.START_OVER,
    "FileDigestsMissing": Reaction.STOP,
    "ServerChanged": Reaction.FORGET_ANCHORS,
    "ServerBusy": Reaction.WAIT,
    "TooManyIds": Reaction.STOP,
}


def failure(code: str, **details: str) -> SourceError:
    return reactions.failure(SoapFault(code, **details), "GetRevisionIdList")  # type: ignore[arg-type]


@pytest.mark.parametrize(("code", "reaction"), SERVER_TO_SERVER.items())
def test_reactions_are_those_of_the_specification(code: str, reaction: Reaction) -> None:
    assert reactions.face_of(SoapFault(code)).reaction is reaction


@pytest.mark.parametrize("code", [*ErrorCode, "SomethingNew", ""])
def test_every_fault_is_told_in_a_sentence_with_a_next_step(code: str) -> None:
    error = failure(code)
    assert str(error).endswith(".")
    assert "{" not in str(error)
    assert error.next_step.endswith(".")
    if code:
        assert code in str(error)


def test_sentences_of_different_codes_differ() -> None:
    sentences = {reactions.face_of(SoapFault(code)).sentence for code in SERVER_TO_SERVER}
    assert len(sentences) == len(SERVER_TO_SERVER)


def test_codes_of_the_client_protocol_are_unexpected_here() -> None:
    assert reactions.face_of(SoapFault("CookieExpired")).reaction is Reaction.STOP
    assert "unexpected" in str(failure("CookieExpired"))


def test_a_fault_says_what_was_wrong_and_where_to_look_it_up() -> None:
    error = failure("InvalidParameters", message="filter", id="9432-7110")
    assert isinstance(error, SourceFault)
    assert (error.code, error.parameter, error.fault_id) == (
        "InvalidParameters",
        "filter",
        "9432-7110",
    )
    assert "GetRevisionIdList" in str(error)
    assert "filter" in str(error)
    assert "9432-7110" in str(error)


def test_a_fault_without_a_code_still_says_what_the_source_wrote() -> None:
    assert "Access is denied" in str(failure("", reason="Access is denied"))


def test_a_changed_source_is_no_ordinary_fault() -> None:
    assert isinstance(failure("ServerChanged"), SourceChanged)
