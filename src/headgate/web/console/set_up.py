"""The set-up of an empty installation: all its steps at a glance, and where to go on."""

from starlette.responses import Response

from headgate.services.synchronizing.setting_up import StepName
from headgate.web.console import set_up_steps
from headgate.web.console.visit import Console, Visit


def show(console: Console, visit: Visit) -> Response:
    """Show every step with what is set, and lead to the first that is left."""
    state = console.setting_up.state()
    return visit.page(
        "set_up.html",
        steps=set_up_steps.steps(console, visit, state, here=None),
        state=state,
        go_on=set_up_steps.address(state.next or StepName.BEGIN),
        is_begun=state.next is not StepName.SOURCE,
    )
