"""The live part: what is being synchronized now, else how the last synchronization ended.

Any page may show it: it passes ``**progress.facts(console, visit)`` to its template, which includes
``progress.html`` (and ``progress_head.html`` in its block *head*, for readers without script). The
part asks for itself again while it is shown; all it knows lies in the database, so it survives a
reload, a second window and a restart of the server.

Here too, because they belong to the part's buttons: starting and stopping.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.responses import Response

from headgate.sentences import Sentence
from headgate.services.people.telling import Told, Tone
from headgate.services.synchronizing.sync_control import (
    CATEGORIES,
    EVERYTHING,
    AlreadySynchronizingError,
    Glance,
    NothingToCancelError,
)
from headgate.storage.jobs import QUEUED
from headgate.storage.run_history import RunLine
from headgate.web.console import run_words
from headgate.web.console.own_paths import HOME, own_path
from headgate.web.console.page import with_query
from headgate.web.console.visit import Console, Visit
from headgate.web.console.words import Words

PART = "/console/progress"
START = "/console/synchronizations/start"
STOP = "/console/synchronizations/stop"

#: Told to the page when a synchronization has begun, or the one that was watched has ended.
BEGAN, ENDED = "synchronization-began", "synchronization-ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePart:
    """What the part shows."""

    state: str  #: queued | running | idle
    job_id: int | None
    said: str  #: in one sentence, for screen readers; changes seldom
    address: str  #: where the part asks for itself
    every: str  #: how often
    back: str  #: the page it stands on
    offers_start: bool
    started_by: str
    is_stopping: bool
    connects: bool  #: it asks for products, classifications and languages alone
    phase: str
    done: int
    total: int | None
    rate: float | None  #: per second
    seconds_left: int | None
    received: int  #: bytes
    run: RunLine | None  #: the one under way
    last: RunLine | None
    last_starter: str
    last_result: str
    asks: bool
    next_at: datetime | None

    @property
    def is_busy(self) -> bool:
        """Whether a synchronization waits or runs."""
        return self.state != "idle"


def facts(console: Console, visit: Visit, *, offers_start: bool = False) -> dict[str, Any]:
    """Return what ``progress.html`` needs; ``offers_start``: it shows *Synchronize now* too."""
    glance = console.sync_control.glance()
    back = own_path(visit.query.get("back") or visit.request.url.path)
    return {"progress": _part(visit.words, glance, back, offers_start)}


def show(console: Console, visit: Visit) -> Response:
    """Answer the part that asks for itself; without script nobody does."""
    if not visit.is_live:
        return visit.go(HOME)
    found = facts(console, visit, offers_start="start" in visit.query)
    answer = visit.page("progress.html", **found)
    watched, now = visit.query.get("job", ""), str(found["progress"].job_id or "")
    if watched != now:
        answer.headers["HX-Trigger"] = ENDED if watched else BEGAN
    return answer


def start(console: Console, visit: Visit) -> Response:
    """*Synchronize now*; ``confirmed`` agrees to a large first run."""
    back = own_path(visit.typed("back"))
    try:
        console.sync_control.start(
            scope=EVERYTHING, confirmed=bool(visit.typed("confirmed")), by=visit.actor
        )
    except AlreadySynchronizingError as error:
        return visit.go(
            back,
            Told(
                Tone.NOTE,
                Sentence(
                    "A synchronization is already under way, started by {who}.",
                    who=run_words.starter(visit.words, error.job.queued_by),
                ),
            ),
        )
    return visit.done(back, [Sentence("The synchronization has been started.")])


def stop(console: Console, visit: Visit) -> Response:
    """*Stop*: the run ends at its next good moment."""
    back = own_path(visit.typed("back"))
    try:
        console.sync_control.cancel(by=visit.actor)
    except NothingToCancelError:
        return visit.go(back, Told(Tone.NOTE, Sentence("The synchronization had already ended.")))
    return visit.done(
        back,
        [
            Sentence(
                "The synchronization stops at its next good moment; what it has brought stays, and "
                "the next one goes on from there."
            )
        ],
    )


def _part(words: Words, glance: Glance, back: str, offers_start: bool) -> LivePart:
    job = glance.job
    state = "idle" if job is None else "queued" if job.state == QUEUED else "running"
    told = job.progress if job is not None else {}
    phase = words.say(told.get("phase") or "")
    return LivePart(
        state=state,
        job_id=job.job_id if job else None,
        said=_said(words, state, phase, glance),
        address=with_query(
            PART,
            job=job.job_id if job else None,
            back=back,
            start="yes" if offers_start else None,
        ),
        every="1s" if job else "10s",
        back=back,
        offers_start=offers_start,
        started_by=run_words.starter(words, job.queued_by) if job else "",
        is_stopping=bool(job and job.cancel_requested),
        connects=bool(job and job.payload["scope"] == CATEGORIES),
        phase=phase,
        done=told.get("done") or 0,
        total=told.get("total"),
        rate=_rate(told.get("rate")),
        seconds_left=told.get("seconds_left"),
        received=max(told.get("bytes") or 0, glance.run.received if glance.run else 0),
        run=glance.run,
        last=glance.last,
        last_starter=run_words.starter(words, glance.last.started_by) if glance.last else "",
        last_result=run_words.result(words, glance.last) if glance.last else "",
        asks=glance.asks,
        next_at=glance.next_at,
    )


def _rate(rate: float | None) -> float | None:
    """Return a rate without decimals nobody reads."""
    return rate if rate is None or rate < 10 else round(rate)


def _said(words: Words, state: str, phase: str, glance: Glance) -> str:
    if glance.job is not None and glance.job.cancel_requested:
        return words.t("The synchronization is being stopped …")
    if state == "queued":
        return words.t("A synchronization is about to begin.")
    if state == "running":
        return words.t("Synchronizing: {phase}", phase=phase) if phase else words.t("Synchronizing")
    if glance.last is None:
        return words.t("Nothing has been synchronized yet.")
    return words.t(
        "Last synchronization: {result}", result=words.say(run_words.RESULTS[glance.last.result])
    )
