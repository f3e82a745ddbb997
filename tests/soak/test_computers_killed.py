"""Twenty kills under computers at work instead of three, as `make soak` wants them."""

import os
import random
from pathlib import Path

import pytest
from tests.fleet_kills import drawn, journey
from tests.fleet_lab import approve, approved_by_title, office, opened
from tests.journeys.test_computers_killed import TITLES

KILLS = 20
_AT_A_TIME = 4
_JOURNEYS = 15

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not os.environ.get("HEADGATE_SOAK"), reason="takes minutes: make soak"),
]


def test_twenty_killed_servers_leave_computers_with_the_same_end(tmp_path: Path) -> None:
    data = tmp_path / "catalogue"
    with office(data), opened(data) as server:
        approve(server, *approved_by_title(server, *TITLES))
    calm = journey(data, tmp_path / "calm")
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}; a calm journey takes {calm.calls} calls")

    killed = 0
    for number in range(_JOURNEYS):
        calls = drawn(calm, _AT_A_TIME, seed=seed + number)
        end = journey(data, tmp_path / f"journey{number}", calls)
        print(f"calls {calls}: {end.kills} kills")
        assert end.installed == calm.installed
        assert end.told == calm.told
        killed += end.kills
        if killed >= KILLS:
            break
    assert killed >= KILLS
