"""How the steps of *Test connection* look: a title, a mark, a word."""

from collections.abc import Iterable
from dataclasses import dataclass

from headgate.sentences import Sentence
from headgate.services.synchronizing.connection_test import Step, Verdict, What

_TITLES = {
    What.NAME: Sentence("Name resolution"),
    What.PROXY: Sentence("Proxy server"),
    What.SIGN_IN: Sentence("Signing in at the proxy server"),
    What.TLS: Sentence("Encryption (TLS)"),
    What.ANSWER: Sentence("Answer of the update source"),
}
#: Colour, icon and word of a verdict: never told by the colour alone.
_MARKS = {
    Verdict.OK: ("green", "circle-check", Sentence("works")),
    Verdict.FAILED: ("red", "alert-circle", Sentence("failed")),
    Verdict.SKIPPED: ("secondary", "help-circle", Sentence("not tried")),
    Verdict.NOT_NEEDED: ("secondary", "info-circle", Sentence("not needed")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepShown:
    """One step as the page shows it."""

    what: What
    verdict: Verdict
    title: str
    colour: str
    picture: str
    word: str
    sentence: str
    next_step: str


def shown(steps: Iterable[Step]) -> list[StepShown]:
    """Return the steps as the page shows them."""
    return [_shown(step) for step in steps]


def _shown(step: Step) -> StepShown:
    colour, picture, word = _MARKS[step.verdict]
    return StepShown(
        what=step.what,
        verdict=step.verdict,
        title=_TITLES[step.what],
        colour=colour,
        picture=picture,
        word=word,
        sentence=step.sentence,
        next_step=step.next_step,
    )


def is_reached(steps: Iterable[Step]) -> bool:
    """Whether the source answers."""
    return all(step.verdict in (Verdict.OK, Verdict.NOT_NEEDED) for step in steps)
