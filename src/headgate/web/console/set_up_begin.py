"""*Begin initial synchronization*: what it will bring, counted first; then it begins."""

from contextlib import suppress

from starlette.responses import Response

from headgate.services.synchronizing.setting_up import StepName
from headgate.services.synchronizing.sync_control import EVERYTHING, AlreadySynchronizingError
from headgate.web.console import progress, set_up_steps
from headgate.web.console.visit import Console, Visit

ADDRESS = set_up_steps.address(StepName.BEGIN)


def show(console: Console, visit: Visit) -> Response:
    """Show every choice, what was counted, and how the synchronization goes once it has begun."""
    return set_up_steps.show(
        console,
        visit,
        StepName.BEGIN,
        "set_up_begin.html",
        count=console.setting_up.counted(),
        content=console.configuring.shared().content,
        **progress.facts(console, visit),
    )


def begin(console: Console, visit: Visit) -> Response:
    """Begin, or have counted first what the choice would bring."""
    if visit.typed("act") == "count":
        console.setting_up.count(by=visit.actor)
        return visit.go(ADDRESS)
    # Pressed twice, or in two windows: the page shows the one that runs.
    with suppress(AlreadySynchronizingError):
        console.sync_control.start(scope=EVERYTHING, confirmed=True, by=visit.actor)
    return visit.go(ADDRESS)
