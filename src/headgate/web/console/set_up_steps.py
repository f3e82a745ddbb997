"""The steps of the set-up: their order, what each says about itself, and the frame around each."""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from headgate.sentences import Sentence
from headgate.services.language_choice import described
from headgate.services.setting_up import SetUpState, Standing, StepName
from headgate.services.subscribing import Choice
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
        steps=steps(console, visit.words, state, here=name),
        state=state,
        title=TITLES[name],
        address=address(name),
        back=address(ORDER[at - 1]) if at else ADDRESS,
        next=after(name) if name is not ORDER[-1] else None,
        number=at + 1,
    )
    return visit.page(template, status=status, set_up=frame, **facts)


def steps(
    console: Console, words: Words, state: SetUpState, *, here: StepName | None
) -> tuple[Step, ...]:
    """Return all steps, each with what is set."""
    said = _said(console, words, state)
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


def _said(console: Console, words: Words, state: SetUpState) -> dict[StepName, str]:
    """Return for each step what is set, in words."""
    shared = console.configuring.shared()
    source, proxy, schedule = shared.source, shared.proxy, shared.schedule
    choice = console.subscribing().choice()
    return {
        StepName.SOURCE: words.t("Microsoft Update")
        if source.kind == "microsoft"
        else words.t("{name}, port {port}", name=source.host or "", port=str(source.port)),
        StepName.PROXY: words.t("{name}, port {port}", name=proxy.host or "", port=str(proxy.port))
        if proxy.enabled
        else words.t("No proxy server"),
        StepName.CONNECT: _connected(words, state),
        StepName.LANGUAGES: words.say(described(shared.languages)),
        StepName.PRODUCTS: _products(words, choice),
        StepName.CLASSIFICATIONS: words.tn(
            "{count} classification selected",
            "{count} classifications selected",
            count=len(choice.subscription.classifications),
        ),
        StepName.SCHEDULE: words.t("Synchronize manually")
        if schedule.mode == "manual"
        else words.tn(
            "Once a day at {first}",
            "{count} times a day from {first}",
            count=schedule.per_day,
            first=schedule.first,
        ),
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


def _products(words: Words, choice: Choice) -> str:
    if choice.products is None:
        return words.t("All products, including future ones")
    chosen = len(choice.tree.products_below(choice.products))
    return words.tn("{count} product selected", "{count} products selected", count=chosen)
