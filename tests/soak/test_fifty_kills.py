"""Fifty kills instead of five, as `make soak` wants them."""

import os
import random

import pytest
from tests.catalogue_picture import Picture
from tests.journeys.conftest import Install
from tests.killing import Executioner
from tests.upstream_lab import RunningLab

KILLS = 50

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not os.environ.get("HEADGATE_SOAK"), reason="takes minutes: make soak"),
]


def test_fifty_killed_synchronizations_are_resumed_to_the_same_catalogue(
    lab: RunningLab, install: Install, calm_picture: Picture
) -> None:
    executioner = Executioner(
        lab, lambda: install(lab), calm_picture, seed=random.SystemRandom().randrange(2**32)
    )

    kills = executioner.kill(KILLS)

    assert len(kills) >= KILLS
    assert sum(kill.while_storing for kill in kills) * 2 >= KILLS
