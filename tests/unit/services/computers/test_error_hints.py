"""Codes of failures, explained to administrators."""

import pytest

from headgate.sentences import Sentence
from headgate.services.computers.error_hints import _CODES, error_hint


def test_the_code_of_a_captured_failure_is_explained() -> None:
    hint = error_hint(-2145099769)  # reports/native-install-events.json, exchange 163

    assert hint is not None
    assert (hint.code, hint.name) == ("0x80246007", "WU_E_DM_NOTDOWNLOADED")
    assert "not downloaded" in hint.meaning
    assert "tells why" in hint.next_step


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (-2145123272, "WU_E_PT_ENDPOINT_UNREACHABLE"),  # flow/000016
        (2359301, "WU_S_REBOOT_REQUIRED"),  # exchange 80
        (-2146762487, "CERT_E_UNTRUSTEDROOT"),  # exchange 162
        (-2145124299, "WU_E_UPDATE_NOT_PROCESSED"),
        (-2147467262, "E_NOINTERFACE"),
        (0x80070643, "ERROR_INSTALL_FAILURE"),
        (1603, "ERROR_INSTALL_FAILURE"),  # some installers give the bare code
    ],
)
def test_signed_unsigned_and_bare_codes_are_known(code: int, name: str) -> None:
    hint = error_hint(code)

    assert hint is not None
    assert hint.name == name


def test_success_needs_no_hint() -> None:
    assert error_hint(0) is None


def test_an_unknown_code_says_where_to_look() -> None:
    hint = error_hint(-1)

    assert hint is not None
    assert (hint.code, hint.name) == ("0xFFFFFFFF", None)
    assert hint.next_step


def test_every_code_is_explained_in_sentences_that_can_be_translated() -> None:
    for code, known in _CODES.items():
        assert 0 < code <= 0xFFFFFFFF
        for said in (known.meaning, known.hint):
            assert isinstance(said, Sentence), hex(code)
            assert said.endswith("."), hex(code)


def test_codes_of_the_agent_have_the_agents_names() -> None:
    for code, known in _CODES.items():
        is_agents = code >> 16 in (0x0024, 0x8024)

        assert is_agents == (known.name or "").startswith(("WU_E_", "WU_S_")), hex(code)
