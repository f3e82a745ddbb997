"""`headgate computers list|show|refused|forget`: the computers that came here."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from headgate.cli import lists, output
from headgate.cli.invocation import JsonOption, actor, home
from headgate.cli.update_report import print_section
from headgate.fleet.computers import ComputerState
from headgate.fleet.states import UpdateStateOnComputer
from headgate.services.computers.listing import ComputerDetails, ComputerLine, Computers

app = typer.Typer(add_completion=False, help="The computers that came here.", no_args_is_help=True)

NONE_YET = "No computer has been here yet. `headgate connect` tells what to set on one."

Asked = Annotated[str, typer.Argument(metavar="ID|NAME", help="Id, or name on the network.")]


@app.command(name="list")
def list_(
    ctx: typer.Context,
    text: Annotated[
        str | None, typer.Option("--text", help="Part of a name, an address or an id.")
    ] = None,
    state: Annotated[ComputerState | None, typer.Option("--state", case_sensitive=False)] = None,
    missing: Annotated[
        str | None,
        typer.Option("--missing", metavar="ID|KB", help="Those that need this update still."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List computers by name, with the system they run and when they were here last."""
    found = list(_computers(ctx).list(text=text, state=state, missing=missing))
    if as_json:
        output.print_json(found)
        return
    zone = home(ctx).configuring.shared().schedule.zone
    lists.print_list(
        ("NAME", "WINDOWS", "BUILD", "ADDRESS", "LAST CONTACT", "STATE"),
        [_columns(line, zone) for line in found],
        flexible=0,
        empty="No computers match." if text or state or missing else NONE_YET,
    )


@app.command()
def show(ctx: typer.Context, computer: Asked, as_json: JsonOption = False) -> None:
    """Show everything about one computer; all of it is what the computer said."""
    details = _computers(ctx).show(computer)
    if as_json:
        output.print_json(_as_object(details))
        return
    zone = home(ctx).configuring.shared().schedule.zone
    rows = [(label, value) for label, value in _facts(details, zone) if value]
    width = max(len(label) for label, _ in rows)
    for label, value in rows:
        output.tell(f"{label:<{width}}  {value}")
    failed = [one for one in details.missing if one.state is UpdateStateOnComputer.FAILED]
    waiting = [one for one in details.missing if one.approved and one not in failed]
    print_section("Failed", (one.title or one.update_id for one in failed))
    print_section(
        "Approved and missing",
        (f"{one.title or one.update_id} ({_words(one.state)})" for one in waiting),
    )
    for note in details.notes:
        output.tell(f"\n{note}")
    if details.events:
        output.tell("\nReported lately")
    for event in details.events:
        about = f": {event.title or event.update_id}" if event.update_id else ""
        output.tell(f"  {output.moment(event.at, zone)}  {event.name}{about}")
        if event.error is not None:
            named = f" {event.error.name}" if event.error.name else ""
            hint = f"{event.error.meaning} {event.error.next_step}"
            output.tell(f"    {event.error.code}{named}: {hint}")
            if event.device_id is not None:
                output.tell(f"    Device: {event.device_id}")


@app.command()
def refused(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at most.")] = 100,
    as_json: JsonOption = False,
) -> None:
    """List who was sent away, from which address and why, the latest first."""
    found = _computers(ctx).refused(limit=limit)
    if as_json:
        output.print_json(found)
        return
    zone = home(ctx).configuring.shared().schedule.zone
    lists.print_list(
        ("ADDRESS", "LAST", "TIMES", "CALL", "REASON"),
        [
            (
                one.address,
                output.moment(one.last_at, zone),
                f"{one.contacts:,}",
                one.operation or "-",
                one.reason,
            )
            for one in found
        ],
        flexible=4,
        empty="Nobody was sent away.",
    )


@app.command()
def forget(ctx: typer.Context, computer: Asked) -> None:
    """Remove a computer and all it reported; if it comes again, it appears anew."""
    gone = _computers(ctx).forget(computer, by=actor())
    output.tell(f"Forgotten: {gone.name} ({gone.id}).")


def _computers(ctx: typer.Context) -> Computers:
    from headgate import clock

    return Computers(engine=home(ctx).engine, now=clock.now)


def _columns(line: ComputerLine, zone: str) -> tuple[str, ...]:
    return (
        line.name,
        line.windows or "-",
        line.build or "-",
        line.address or "-",
        output.moment(line.last_contact, zone),
        _words(line.state),
    )


def _words(state: str) -> str:
    return state.replace("_", " ")


def _as_object(details: ComputerDetails) -> dict[str, Any]:
    row, line = details.row, details.line
    return {
        "id": line.id,
        "name": line.name,
        "address": line.address,
        "windows": line.windows,
        "build": line.build,
        "last_contact": line.last_contact,
        "last_report": line.last_report,
        "state": line.state,
        "first_contact": row.first_contact,
        "registered": row.registered_at,
        "last_scan": row.last_scan,
        "requested_group": row.requested_group,
        "earlier_names": row.earlier_names,
        "description": row.os_description,
        "locale": row.os_locale,
        "architecture": row.architecture,
        "agent": row.agent_version,
        "protocol": row.protocol_version,
        "manufacturer": row.manufacturer,
        "model": row.model,
        "bios": row.bios_version,
        "bios_date": row.bios_date,
        "updates": details.updates,
        "missing": details.missing,
        "inventory": details.inventory,
        "notes": details.notes,
        "events": details.events,
    }


def _facts(details: ComputerDetails, zone: str) -> Iterator[tuple[str, str | None]]:
    row, line = details.row, details.line
    yield "Name", line.name
    yield "Id", line.id
    yield "State", _words(line.state)
    yield "Windows", " ".join(filter(None, (line.windows, line.build and f"({line.build})")))
    yield "Calls itself", row.os_description
    yield "Language", row.os_locale
    yield "Architecture", row.architecture
    yield "Machine", " ".join(filter(None, (row.manufacturer, row.model)))
    yield "BIOS", row.bios_version
    yield "Agent", row.agent_version
    yield "Address", line.address
    yield "Group asked for", row.requested_group
    yield "First contact", output.moment(row.first_contact, zone)
    yield "Last contact", output.moment(line.last_contact, zone)
    yield "Last scan", output.moment(row.last_scan, zone)
    yield "Last report", output.moment(line.last_report, zone)
    for state, count in (details.updates or {}).items():
        yield f"Updates {_words(state)}", f"{count:,}"
    for section, said in details.inventory.items():
        for name, value in said.items():
            yield f"{section}: {name}", value
