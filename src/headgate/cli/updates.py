"""`headgate updates list|show`."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from headgate.catalogue.update_list import UpdateLine, UpdateState
from headgate.cli import lists, output
from headgate.cli.invocation import JsonOption, home
from headgate.cli.update_report import as_object, print_details
from headgate.errors import UsageError

app = typer.Typer(add_completion=False, help="The updates in the catalogue.", no_args_is_help=True)


class Severity(StrEnum):
    """What Microsoft's security response centre calls it."""

    CRITICAL = "critical"
    IMPORTANT = "important"
    MODERATE = "moderate"
    LOW = "low"


@app.command(name="list")
def list_(
    ctx: typer.Context,
    text: Annotated[
        str | None, typer.Option("--text", help="Words, or beginnings of words.")
    ] = None,
    kb: Annotated[str | None, typer.Option("--kb", help="Knowledge base numbers.")] = None,
    product: Annotated[
        list[str] | None, typer.Option("--product", help="Id or title; may be repeated.")
    ] = None,
    classification: Annotated[
        list[str] | None, typer.Option("--classification", help="Id or title; may be repeated.")
    ] = None,
    severity: Annotated[Severity | None, typer.Option("--severity", case_sensitive=False)] = None,
    state: Annotated[UpdateState | None, typer.Option("--state", case_sensitive=False)] = None,
    superseded: Annotated[
        bool | None, typer.Option("--superseded/--not-superseded", help="Replaced by another.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DATE", help="Arrived here since, as 2026-11-20."),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=0, help="How many at most; 0 for all.")
    ] = 100,
    as_json: JsonOption = False,
) -> None:
    """List updates, the newest arrival first."""
    from headgate.services.update_lists import UpdateFilter

    here = home(ctx)
    page = here.catalogue_browser.updates(
        UpdateFilter(
            text=text,
            kbs=kb or "",
            products=product or (),
            classifications=classification or (),
            severities=[severity] if severity else (),
            states=[state] if state else (),
            superseded=superseded,
            arrived_since=_moment(since, here.configuring.shared().schedule.zone),
            limit=limit or None,
        )
    )
    if as_json:
        output.print_json([as_object(line) for line in page.lines])
        return
    lists.print_list(
        ("ID", "ARRIVED", "KB", "TITLE"),
        [
            (line.identity.update_id, f"{line.arrived:%Y-%m-%d}", line.kb or "-", _title(line))
            for line in page.lines
        ],
        flexible=3,
        empty="No updates match."
        if page.total or _is_filtered(ctx)
        else "No updates yet. Run `headgate sync now`.",
    )
    if page.total > len(page.lines):
        output.say(f"{len(page.lines):,} of {page.total:,}; --limit 0 lists all.")


@app.command()
def show(
    ctx: typer.Context,
    update: Annotated[str, typer.Argument(metavar="ID[/REVISION]")],
    as_json: JsonOption = False,
) -> None:
    """Show everything about one update."""
    details = home(ctx).catalogue_browser.details(update, most=None)
    if as_json:
        output.print_json(as_object(details))
    else:
        print_details(details)


def _title(line: UpdateLine) -> str:
    marks = [str(line.state)] if line.state is UpdateState.EXPIRED else []
    marks += ["superseded"] if line.superseded else []
    return "".join(f"[{mark}] " for mark in marks) + line.title


def _is_filtered(ctx: typer.Context) -> bool:
    return any(
        value not in (None, (), [])
        for name, value in ctx.params.items()
        if name not in ("limit", "as_json")
    )


def _moment(written: str | None, zone: str) -> datetime | None:
    """Read a date, or a moment in ISO 8601; without a zone it is the server's."""
    if written is None:
        return None
    from zoneinfo import ZoneInfo

    try:
        found = datetime.fromisoformat(written)
    except ValueError as exc:
        raise UsageError(
            f"{written!r} is no date.", next_step="Write 2026-11-20 or 2026-11-20T14:00Z."
        ) from exc
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
