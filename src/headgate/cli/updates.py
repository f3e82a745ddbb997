"""`headgate updates list|show`."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headgate.catalogue.update_list import NOT_DECLINED, UpdateLine, UpdateState
from headgate.cli import lists, output
from headgate.cli.deciding import updates_named
from headgate.cli.invocation import JsonOption, home
from headgate.cli.update_report import (
    approval_object,
    approval_said,
    as_object,
    computers_said,
    print_details,
)
from headgate.errors import UsageError

if TYPE_CHECKING:
    from headgate.services.computers.compliance import UpdateCounts

app = typer.Typer(add_completion=False, help="The updates in the catalogue.", no_args_is_help=True)


class Severity(StrEnum):
    """What Microsoft's security response centre calls it."""

    CRITICAL = "critical"
    IMPORTANT = "important"
    MODERATE = "moderate"
    LOW = "low"


class StateChoice(StrEnum):
    """Which states to list: those of ``UpdateState``, or all of them."""

    NOT_APPROVED = "not_approved"
    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"
    ANY = "any"

    @property
    def states(self) -> frozenset[UpdateState]:
        """The states that are meant."""
        return frozenset(UpdateState if self is StateChoice.ANY else (UpdateState(self.value),))


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
    state: Annotated[
        StateChoice | None,
        typer.Option(
            "--state", case_sensitive=False, help="Without it, all but those that are declined."
        ),
    ] = None,
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
    computers: Annotated[
        bool, typer.Option("--computers", help="With how many computers miss it and have it.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List updates, the newest arrival first."""
    from headgate.services.catalogue.update_lists import UpdateFilter

    here = home(ctx)
    page = here.catalogue_browser.updates(
        UpdateFilter(
            text=text,
            kbs=kb or "",
            products=product or (),
            classifications=classification or (),
            severities=[severity] if severity else (),
            states=state.states if state else NOT_DECLINED,
            superseded=superseded,
            arrived_since=_moment(since, here.configuring.shared().schedule.zone),
            limit=limit or None,
        )
    )
    counts = (
        here.compliance.counts([line.identity.update_id for line in page.lines])
        if computers
        else None
    )
    if as_json:
        output.print_json([_as_object(line, counts) for line in page.lines])
        return
    headings, rows = _table(page.lines, counts)
    lists.print_list(
        headings,
        rows,
        flexible=len(headings) - 1,
        empty="No updates match."
        if page.total or here.catalogue_browser.updates(UpdateFilter(limit=1)).total
        else "No updates yet. Run `headgate sync now`.",
    )
    if page.total > len(page.lines):
        output.say(f"{len(page.lines):,} of {page.total:,}; --limit 0 lists all.")


def _as_object(line: UpdateLine, counts: "Mapping[str, UpdateCounts] | None") -> dict[str, Any]:
    found = as_object(line)
    return found if counts is None else found | {"computers": counts[line.identity.update_id]}


def _table(
    lines: Sequence[UpdateLine], counts: "Mapping[str, UpdateCounts] | None"
) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    rows: list[tuple[Any, ...]] = []
    for line in lines:
        row: tuple[str, ...] = (
            line.identity.update_id,
            f"{line.arrived:%Y-%m-%d}",
            line.kb or "-",
        )
        if counts is not None:
            computers = counts[line.identity.update_id]
            row += (f"{computers.missing:,}", f"{computers.installed:,}")
        rows.append((*row, _title(line)))
    numbers = () if counts is None else ("MISSING", "INSTALLED")
    return ("ID", "ARRIVED", "KB", *numbers, "TITLE"), rows


@app.command()
def show(
    ctx: typer.Context,
    update: Annotated[str, typer.Argument(metavar="ID[/REVISION]|KB")],
    as_json: JsonOption = False,
) -> None:
    """Show everything about one update."""
    from headgate.services.deciding.naming_updates import names_article

    here = home(ctx)
    if names_article(update):
        (update,) = updates_named(here.approving, [update], None, every=False)
    details = here.catalogue_browser.details(update, most=None)
    update_id = details.line.identity.update_id
    computers = here.compliance.counts([update_id])[update_id]
    outlook = here.approving.outlook(update_id)
    if as_json:
        facts = {"approval": approval_object(outlook), "computers": computers}
        output.print_json(as_object(details) | facts)
        return
    zone = here.configuring.shared().schedule.zone
    print_details(
        details, approval=approval_said(outlook, zone), computers=computers_said(computers)
    )


def _title(line: UpdateLine) -> str:
    marks = []
    if line.for_removal:
        marks.append("approved for removal")
    elif line.state is not UpdateState.NOT_APPROVED:
        marks.append(str(line.state))
    marks += ["superseded"] if line.superseded else []
    return "".join(f"[{mark}] " for mark in marks) + line.title


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
