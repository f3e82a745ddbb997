"""`headgate approve ID|KB…`: computers install it, or remove it."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from headgate.cli import deciding, output, waiting
from headgate.cli.deciding import AllOption, NamesArgument
from headgate.cli.failures import DONE_WITH_FAILURES
from headgate.cli.invocation import JsonOption, actor, home

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.services.deciding.approving import Approving, Decided

app = typer.Typer(add_completion=False)


@app.command()
def approve(
    ctx: typer.Context,
    names: NamesArgument,
    every: AllOption = False,
    uninstall: Annotated[
        bool, typer.Option("--uninstall", help="Approve for removal instead.")
    ] = False,
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Accept the licences of the updates.")
    ] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Stay until the files are here.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Approve updates for all computers. Their files are fetched first, where they are kept here.

    What is declined is undeclined with that.
    """
    from headgate.services.deciding.rules import Verb

    here = home(ctx)
    verb = Verb.UNINSTALL if uninstall else Verb.INSTALL
    updates = deciding.updates_named(here.approving, names, verb, every=every)
    done = _approve(
        here.approving, updates, uninstall=uninstall, accepted=accept_licence, asks=not as_json
    )
    result: Mapping[str, Any] | None = None
    if not as_json:
        deciding.tell(verb, done)
        _tell_files(done, waits=wait)
    if wait and done.job is not None:
        result = waiting.see_through(here, done.job.job_id).result
    if as_json:
        output.print_json({**deciding.as_object(verb, done), "fetched": result})
    elif result is not None:
        _tell_result(result)
    if result is not None and result["problems"]:
        raise typer.Exit(DONE_WITH_FAILURES)


def _approve(
    approving: "Approving", updates: list[str], *, uninstall: bool, accepted: bool, asks: bool
) -> "Decided":
    """``asks``: shows licences that are not accepted, and asks; a program only gets the error."""
    from headgate.approvals.decisions import Action
    from headgate.services.deciding.approving import LicenceNotAcceptedError

    action = Action.UNINSTALL if uninstall else Action.INSTALL
    try:
        return approving.approve(updates, action=action, accept_licences=accepted, by=actor())
    except LicenceNotAcceptedError as exc:
        if not (asks and deciding.accepts(approving, exc.proposals)):
            raise
    return approving.approve(updates, action=action, accept_licences=True, by=actor())


def _tell_files(done: "Decided", *, waits: bool) -> None:
    if done.job is None:
        return
    files = "file is" if done.fetch.count == 1 else "files are"
    print(f"{done.fetch.count:,} {files} to be fetched ({output.size(done.fetch.size)}).")
    if not waits:
        output.say(
            "The worker of `headgate serve` fetches them; with --wait this command does, or waits "
            "for it. Computers are told to install when all are here."
        )


def _tell_result(result: "Mapping[str, Any]") -> None:
    count = result["files"]
    print(
        f"Fetched {count:,} {'file' if count == 1 else 'files'} ({output.size(result['bytes'])})."
    )
    for problem in result["problems"]:
        output.say(f"  {problem['kind']} {problem['subject']}: {problem['reason']}")
