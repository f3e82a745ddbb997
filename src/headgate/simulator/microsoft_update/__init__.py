"""A source of updates that behaves like Microsoft Update and like a WSUS, for tests and the demo.

run_upstream(...)        the program behind ``headgate lab upstream``
open_world, WorldBuilder what it publishes
open_upstream, serving_upstream   the same, inside a test
"""

from headgate.simulator.microsoft_update.serving import (
    DEFAULT_PORT,
    RunningUpstream,
    run_upstream,
    serving_upstream,
)
from headgate.simulator.microsoft_update.upstream import Upstream, open_upstream
from headgate.simulator.microsoft_update.weather import Weather
from headgate.simulator.microsoft_update.world_building import WorldBuilder
from headgate.simulator.microsoft_update.worlds import open_world

__all__ = [
    "DEFAULT_PORT",
    "RunningUpstream",
    "Upstream",
    "Weather",
    "WorldBuilder",
    "open_upstream",
    "open_world",
    "run_upstream",
    "serving_upstream",
]
