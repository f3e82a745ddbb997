"""`headgate connect`: what to set on a Windows computer so that it uses this server.

Without ``--format``, everything for people. ``reg``: for the registry editor, ``ps1``: a script for
the computer itself, ``gpo``: a script for a domain controller; written to stdout as ASCII, to be
put into a file (``headgate connect --format reg > headgate.reg``).
"""

import sys
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any

import typer

from headgate.cli import output
from headgate.cli.invocation import JsonOption, home
from headgate.services.way_in import client_settings
from headgate.services.way_in.connect_clients import BEGIN, MUST_RUN, ConnectClients, Connection

app = typer.Typer(add_completion=False)

GPO_NAME = "Headgate"

_DOWNLOAD_MODE = (
    "Without a way to the internet, set Delivery Optimization's Download Mode to 99 (simple): "
    "DODownloadMode under Policies\\Microsoft\\Windows\\DeliveryOptimization."
)
_ONLY_HERE = (
    "These computers never ask Microsoft's own servers; the Microsoft Store may stop working, too."
)
_COULD_BE_ONLY_HERE = (
    "With --only-here computers never ask Microsoft's own servers; the Microsoft Store may stop "
    "working, too."
)
_FROM_MICROSOFT = (
    "Computers fetch update files from Microsoft (content.store=microsoft): let them reach it."
)


class Format(StrEnum):
    """The forms settings can have."""

    REG = "reg"
    PS1 = "ps1"
    GPO = "gpo"


@app.command()
def connect(
    ctx: typer.Context,
    form: Annotated[
        Format | None,
        typer.Option("--format", help="A file for the registry editor, or a script."),
    ] = None,
    tls: Annotated[
        bool | None,
        typer.Option("--tls/--no-tls", help="Connect with TLS; else as the certificate suggests."),
    ] = None,
    group: Annotated[
        str | None, typer.Option("--group", help="The group computers ask for themselves.")
    ] = None,
    only_here: Annotated[
        bool,
        typer.Option(
            "--only-here",
            help="Computers never ask Microsoft's own servers; the Microsoft Store may stop "
            "working, too.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Print what to set on a Windows computer so that it uses this server."""
    here = home(ctx)
    found = ConnectClients(
        addresses=here.addresses,
        certificates=here.certificates,
        has_own_certificate=here.local.certificate is not None,
        files_from_microsoft=not here.configuring.shared().content.is_kept_here,
    ).connection(tls=tls, group=group, only_here=only_here)
    if as_json:
        output.print_json(_as_object(found))
    elif form is None:
        _explain(found)
    else:
        # As bytes: lines end as the form wants them, whatever the terminal would make of them.
        sys.stdout.flush()
        sys.stdout.buffer.write(_written(found, form).encode("ascii"))
    for caution in found.cautions:
        output.say(caution)


def _written(found: Connection, form: Format) -> str:
    if form is Format.REG:
        return client_settings.as_reg(found.values, list(_notes(found)))
    if form is Format.GPO:
        return client_settings.as_group_policy(found.values, list(_notes(found)), GPO_NAME)
    commands = ["Restart-Service wuauserv", BEGIN[1][1]]
    if found.authority is not None:
        commands.insert(0, client_settings.trust_here(found.authority.der))
    return client_settings.as_powershell(
        found.values, [f"Windows updates from {found.server}.", *_sources(found)], commands
    )


def _notes(found: Connection) -> Iterator[str]:
    yield f"Windows updates from {found.server}."
    yield from _trust(found)
    yield from _sources(found)


def _sources(found: Connection) -> Iterator[str]:
    yield _FROM_MICROSOFT if found.files_from_microsoft else _DOWNLOAD_MODE
    if found.only_here:
        yield _ONLY_HERE


def _trust(found: Connection) -> Iterator[str]:
    if found.authority is None:
        return
    yield f"Computers must trust this server's CA first: {found.authority_url}"
    yield "It comes over plain HTTP, so compare its SHA-256 fingerprint before you trust it:"
    yield found.authority.fingerprint
    yield "On one computer, as administrator:"
    yield "certutil -addstore -f Root headgate-ca.crt"
    yield (
        "In a domain: Computer Configuration, Policies, Windows Settings, Security Settings, "
        "Public Key Policies, Trusted Root Certification Authorities, Import."
    )


def _explain(found: Connection) -> None:
    key = None
    for value in found.values:
        if value.key != key:
            key = value.key
            print(f"[{key}]")
        print(f"  {value.name} = {value.value}")
    print("\nAs a file or script: --format reg, --format ps1, --format gpo.")
    for title, lines in _sections(found):
        print(f"\n{title}")
        for line in lines:
            print(f"  {line}")


def _sections(found: Connection) -> Iterator[tuple[str, list[str]]]:
    trust = list(_trust(found))
    if trust:
        yield "Trust", trust
    if found.could_use_tls:
        yield "Safer", ["headgate connect --tls   (once computers trust this server's CA)"]
    yield "Services that must be able to run", [f"Get-Service {', '.join(MUST_RUN)}"]
    ports = [f"{port}/tcp" for port in found.ports]
    yield (
        "Open on this server",
        [
            "firewall-cmd --permanent " + " ".join(f"--add-port={port}" for port in ports),
            "firewall-cmd --reload",
            *(f"ufw allow {port}" for port in ports),
        ],
    )
    yield "Begin at once", [f"{command}   ({system})" for system, command in BEGIN]
    yield "Downloads", list(_sources(found))
    if not (found.only_here or found.files_from_microsoft):
        yield "Microsoft's own servers", [_COULD_BE_ONLY_HERE]
    yield "Seen here", ["headgate computers list"]


def _as_object(found: Connection) -> dict[str, Any]:
    return {
        "server": found.server,
        "ports": found.ports,
        "values": found.values,
        "ca_sha256": found.authority.fingerprint if found.authority else None,
        "ca_url": found.authority_url,
        "files_from_microsoft": found.files_from_microsoft,
        "services": MUST_RUN,
        "cautions": found.cautions,
    }
