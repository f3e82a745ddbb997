"""The steps of the set-up: their order, what each says about itself, and the frame around each."""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from headgate.sentences import Sentence
from headgate.services.synchronizing.setting_up import SetUpState, Standing, StepName
from headgate.web.console import at_present
from headgate.web.console.visit import Console, Visit
from headgate.web.console.words import Words

ADDRESS = "/console/set-up"

TITLES = {
    StepName.SOURCE: Sentence("Update source"),
    StepName.PROXY: Sentence("Proxy server"),
    StepName.CONNECT: Sentence("Start Connecting"),
    StepName.LANGUAGES: Sentence("Languages"),
    StepName.PRODUCTS: Sentence("Products"),
    StepName.CLASSIFICATIONS: Sentence("Classifications"),
    StepName.SCHEDULE: Sentence("Schedule"),
    StepName.BEGIN: Sentence("Begin initial synchronization"),
}
ORDER = tuple(StepName)

STANDINGS = {
    Standing.DONE: Sentence("done"),
    Standing.DEFAULT: Sentence("default"),
    Standing.MISSING: Sentence("to do"),
    Standing.WAITING: Sentence("after connecting"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step as a page shows it."""

    title: str
    address: str
    standing: Standing
    standing_said: str
    said: str  #: what is set, in words
    is_here: bool
    is_choice: bool  #: something is chosen in it


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """The frame around a step."""

    steps: tuple[Step, ...]
    state: SetUpState
    title: str
    address: str  #: of the step
    back: str | None  #: address of the step before
    next: str | None  #: address of the step after
    number: int


def address(name: StepName) -> str:
    """Return the address of a step."""
    return f"{ADDRESS}/{name.value}"


def after(name: StepName) -> str:
    """Return the address of the step after one."""
    return address(ORDER[ORDER.index(name) + 1])


def missing(console: Console) -> list[tuple[str, str]]:
    """Return title and address of every step an installation without updates still lacks."""
    return [(TITLES[name], address(name)) for name in console.setting_up.state().missing]


def show(
    console: Console,
    visit: Visit,
    name: StepName,
    template: str,
    *,
    status: int = 200,
    **facts: Any,
) -> Response:
    """Answer with a step, in the frame that tells how far the set-up is."""
    state = console.setting_up.state()
    at = ORDER.index(name)
    frame = SetUp(
        steps=steps(console, visit, state, here=name),
        state=state,
        title=TITLES[name],
        address=address(name),
        back=address(ORDER[at - 1]) if at else ADDRESS,
        next=after(name) if name is not ORDER[-1] else None,
        number=at + 1,
    )
    return visit.page(template, status=status, set_up=frame, **facts)


def steps(
    console: Console, visit: Visit, state: SetUpState, *, here: StepName | None
) -> tuple[Step, ...]:
    """Return all steps, each with what is set."""
    said = _said(console, visit, state)
    return tuple(
        Step(
            title=TITLES[name],
            address=address(name),
            standing=standing,
            standing_said=STANDINGS[standing],
            said=said[name],
            is_here=name is here,
            is_choice=name not in (StepName.CONNECT, StepName.BEGIN),
        )
        for name, standing in state.standings.items()
    )


def _said(console: Console, visit: Visit, state: SetUpState) -> dict[StepName, str]:
    """Return for each step what is set, in words."""
    words, present = visit.words, at_present.said(console, visit)
    return {name: present[name.value] for name in StepName if name.value in present} | {
        StepName.CONNECT: _connected(words, state),
        StepName.BEGIN: words.t("The first synchronization has not succeeded yet.")
        if state.is_needed
        else words.t("The first synchronization has succeeded."),
    }


def _connected(words: Words, state: SetUpState) -> str:
    if not state.is_connected:
        return words.t("The server has not connected to this update source yet.")
    return words.t(
        "The source offers {products} products, {classifications} classifications, {languages} "
        "languages.",
        products=state.products,
        classifications=state.classifications,
        languages=state.languages,
    )
