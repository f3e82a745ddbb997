"""*Start Connecting*: the first conversation with the source, which names what can be chosen."""

from starlette.responses import Response

from headgate.sentences import Sentence
from headgate.services.people.telling import Told, Tone
from headgate.services.synchronizing.setting_up import StepName
from headgate.services.synchronizing.sync_control import CATEGORIES, AlreadySynchronizingError
from headgate.web.console import progress, run_words, set_up_steps
from headgate.web.console.visit import Console, Visit

ADDRESS = set_up_steps.address(StepName.CONNECT)


def show(console: Console, visit: Visit) -> Response:
    """Show whether the source was connected to, live while it is, and why it failed."""
    failed = console.setting_up.failure()
    return set_up_steps.show(
        console,
        visit,
        StepName.CONNECT,
        "set_up_connect.html",
        failed=failed,
        problems=console.sync_control.problems(failed.run_id, "call") if failed else [],
        **progress.facts(console, visit),
    )


def start(console: Console, visit: Visit) -> Response:
    """Begin to connect; what comes is products, classifications and languages alone."""
    try:
        console.sync_control.start(scope=CATEGORIES, confirmed=False, by=visit.actor)
    except AlreadySynchronizingError as error:
        sentence = Sentence(
            "A synchronization is already under way, started by {who}.",
            who=run_words.starter(visit.words, error.job.queued_by),
        )
        return visit.go(ADDRESS, Told(Tone.NOTE, sentence))
    return visit.go(ADDRESS)
