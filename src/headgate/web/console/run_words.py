"""How the console calls what the history of synchronizations knows: results, starters, problems."""

from headgate.sentences import Sentence
from headgate.services.synchronizing.sync_control import BY_SCHEDULE, CATEGORIES
from headgate.storage.run_history import CANCELLED, FAILED, RUNNING, SUCCEEDED, RunLine
from headgate.web.console.words import Words

#: Result of a run to its name, in the order people choose from.
RESULTS = {
    SUCCEEDED: Sentence("Succeeded"),
    FAILED: Sentence("Failed"),
    CANCELLED: Sentence("Cancelled"),
    RUNNING: Sentence("Running"),
}

#: Result of a run to Tabler's colour for it; the word always stands beside.
COLOURS = {SUCCEEDED: "success", FAILED: "danger", CANCELLED: "secondary", RUNNING: "info"}

#: Kind of problem to the heading of all problems of that kind, the worst first.
KINDS = {
    "call": Sentence("The conversation with the update source"),
    "document": Sentence("Update documents"),
    "file": Sentence("Update files"),
    "notice": Sentence("Worth knowing"),
}


def starter(words: Words, name: str) -> str:
    """Return who has started a synchronization, as readers say it."""
    return words.t("the schedule") if name == BY_SCHEDULE else name


def extent(words: Words, run: RunLine) -> str:
    """Return what a run was meant to bring."""
    if run.scope == CATEGORIES:
        return words.t("Products, classifications and languages")
    return words.t("Everything that is chosen")


def result(words: Words, run: RunLine) -> str:
    """Return how a run has ended."""
    return words.say(RESULTS[run.result])
