"""`headgate sync now|preview|status|history|cancel`."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headgate.cli import output, waiting
from headgate.cli.failures import DONE_WITH_FAILURES
from headgate.cli.invocation import JsonOption, actor, home

if TYPE_CHECKING:
    from headgate.bootstrap import Home
    from headgate.storage.jobs import Job

app = typer.Typer(
    add_completion=False, help="Synchronize with the update source.", no_args_is_help=True
)


@app.command()
def now(
    ctx: typer.Context,
    categories: Annotated[
        bool, typer.Option("--categories", help="Products, classifications and languages alone.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Agree to a large first run.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Synchronize now, and return when the run has ended."""
    here = home(ctx)
    scope = "categories" if categories else "everything"
    run = _run(here, scope, confirmed=yes)
    if as_json:
        output.print_json(run)
    else:
        output.tell(_summary(run))
        for problem in run["problems"]:
            output.say(f"  {problem['kind']} {problem['subject']}: {problem['reason']}")
    if _failures(run):
        raise typer.Exit(DONE_WITH_FAILURES)


def _run(here: "Home", scope: str, *, confirmed: bool) -> Mapping[str, Any]:
    from headgate.services.synchronizing.sync_control import ASKS_FIRST

    try:
        return waiting.see_through(here, _start(here, scope, confirmed).job_id).result
    except waiting.JobFailedError as exc:
        if exc.kind != ASKS_FIRST or not sys.stdin.isatty():
            raise
        output.say(str(exc))
        typer.confirm("Go on?", abort=True, err=True)
    return waiting.see_through(here, _start(here, scope, True).job_id).result


def _start(here: "Home", scope: str, confirmed: bool) -> "Job":
    """Start a run, or take up the one whose worker died."""
    from headgate.services.synchronizing.sync_control import AlreadySynchronizingError

    try:
        return here.sync_control.start(scope=scope, confirmed=confirmed, by=actor())
    except AlreadySynchronizingError as exc:
        if not here.put_back_abandoned():
            raise
        output.say("An earlier synchronization was interrupted; it is resumed.")
        return exc.job


def _failures(run: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return what went wrong; a notice is told and is no failure."""
    return [problem for problem in run["problems"] if problem["kind"] != "notice"]


def _summary(run: Mapping[str, Any]) -> str:
    return (
        f"Synchronized: {run['new']:,} new, {run['revised']:,} revised, {run['expired']:,} expired "
        f"updates; {run['documents']:,} documents, {output.size(run['bytes'])}."
    )


@app.command()
def preview(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Ask the source how much a synchronization would bring, without fetching it."""
    here = home(ctx)
    job = here.sync_control.preview(by=actor())
    result = waiting.see_through(here, job.job_id).result
    if as_json:
        output.print_json(result)
        return
    output.tell(
        f"A synchronization would bring {result['documents']:,} documents, about "
        f"{output.size(result['bytes'])} of metadata, in {_minutes(result['minutes'])}; the "
        "members that bundles name come on top of that."
    )


def _minutes(minutes: float) -> str:
    return "less than a minute" if minutes < 1 else f"about {minutes:,.0f} minutes"


@app.command()
def status(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Say what goes on, what was last, and what comes next."""
    here = home(ctx)
    here.put_back_abandoned()
    found = here.sync_control.status()
    if as_json:
        output.print_json(
            {
                "state": found.job.state if found.job else "idle",
                "by": found.job.queued_by if found.job else None,
                "cancelling": bool(found.job and found.job.cancel_requested),
                **{
                    name: found.progress.get(name)
                    for name in ("phase", "done", "total", "rate", "seconds_left")
                },
                "last": found.last,
                "next": found.next_at,
                "zone": found.zone,
            }
        )
        return
    output.tell(_present(found.job))
    output.tell(f"Last:  {_last(found.last, found.zone)}")
    following = output.moment(found.next_at, found.zone) if found.next_at else "by hand"
    output.tell(f"Next:  {following}")


def _present(job: "Job | None") -> str:
    if job is None:
        return "Now:   nothing is being synchronized."
    if job.state == "queued":
        return f"Now:   a synchronization started by {job.queued_by} waits for a worker."
    doing = waiting.described(job.progress) if job.progress else "it begins"
    end = "; it is being cancelled" if job.cancel_requested else ""
    return f"Now:   synchronizing, started by {job.queued_by}: {doing}{end}"


def _last(run: Mapping[str, Any] | None, zone: str) -> str:
    if run is None:
        return "never"
    when = output.moment(run["ended"], zone)
    if run["result"] == "succeeded":
        return f"{when}: {_summary(run)}"
    return f"{when}: {run['result']}. {run['reason'] or ''}".rstrip()


@app.command()
def history(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many runs.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List the runs, newest first, with everything that went wrong."""
    here = home(ctx)
    found = here.sync_control.history(limit=limit)
    if as_json:
        output.print_json(found)
        return
    if not found:
        output.say("Nothing was synchronized yet. Start with `headgate sync now --categories`.")
        return
    zone = here.configuring.shared().schedule.zone
    headings = (
        "ID",
        "STARTED",
        "BY",
        "RESULT",
        "NEW",
        "REVISED",
        "EXPIRED",
        "RECEIVED",
        "PROBLEMS",
    )
    output.print_table(
        headings,
        [
            (
                run["id"],
                output.moment(run["started"], zone),
                run["by"],
                run["result"] or "running",
                run["new"],
                run["revised"],
                run["expired"],
                output.size(run["bytes"]),
                len(_failures(run)),
            )
            for run in found
        ],
    )
    for run in found:
        for problem in run["problems"]:
            what = f"{problem['kind']} {problem['subject']}"
            output.tell(f"  {run['id']}  {what}: {problem['reason']}")


@app.command()
def cancel(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Ask the run under way to stop at its next good moment; the next one resumes."""
    here = home(ctx)
    here.sync_control.cancel(by=actor())
    here.put_back_abandoned()
    if as_json:
        output.print_json({"cancelled": True})
    else:
        output.tell("The synchronization is asked to stop.")
