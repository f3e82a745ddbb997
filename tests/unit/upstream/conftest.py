"""A scripted source and a Source that talks to it."""

from collections.abc import Iterator

import pytest
from tests.scripted_source import ScriptedSource, scripted_source
from tests.visitor import Visitor, visiting


@pytest.fixture
def upstream() -> Iterator[ScriptedSource]:
    with scripted_source() as source:
        yield source


@pytest.fixture
def visitor(upstream: ScriptedSource) -> Iterator[Visitor]:
    with visiting(upstream.base_url, upstream.clock) as visitor:
        yield visitor
