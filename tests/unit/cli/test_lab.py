"""What `headgate lab clients` says about a round."""

import pytest

from headgate.cli import lab
from headgate.simulator import fleet
from headgate.simulator.windows_client.client import Outcome
from headgate.simulator.windows_client.installation import Treated


def _told(capsys: pytest.CaptureFixture[str], outcome: Outcome) -> str:
    lab._tell(fleet.summary([outcome]))
    return capsys.readouterr().out


def test_what_was_offered_and_not_installed_is_explained(
    capsys: pytest.CaptureFixture[str],
) -> None:
    installed = [Treated(update_id="a", title="November")]
    outcome = Outcome(
        name="pc", client_id="1", scans=1, offered=3, installed=installed, unneeded={"b", "c"}
    )

    said = _told(capsys, outcome)

    assert "3 updates were offered, 1 installed" in said
    assert "2 not installed: not needed any more once others were." in said


def test_one_is_no_plural(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = Outcome(name="pc", client_id="1", scans=1, offered=1, round_trips=1, events=1)

    said = _told(capsys, outcome)

    assert "1 of 1 computer scanned in 1 call, 1 reported 1 event." in said
    assert "1 update was offered, 0 installed" in said
    assert said.endswith("0 restarts.\n")
