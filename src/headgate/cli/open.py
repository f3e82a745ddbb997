"""`headgate open`: where the console is now, and a link into it for who may read its data."""

from typing import TYPE_CHECKING

import typer

from headgate.cli import output
from headgate.cli.invocation import JsonOption, actor, home

if TYPE_CHECKING:
    from headgate.bootstrap import Home

app = typer.Typer(add_completion=False)


@app.command(name="open")
def open_(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Print the present address of the console and a link that signs you in, once.

    Whoever may read the data directory is an administrator. While there is none yet, the link
    makes the first one.
    """
    here = home(ctx)
    present = here.addresses.present()
    token = here.accounts.make_first_link()
    is_first = token is not None
    link = here.addresses.link(token or here.sessions.make_sign_in_link(by=actor()))
    if as_json:
        output.print_json(
            {
                "running": present.running,
                "console": present.console,
                "addresses": present.all,
                "after_next_start": present.change,
                "link": link,
                "link_for": "first administrator" if is_first else "sign-in",
                "ca_sha256": _ca_fingerprint(here),
            }
        )
        return
    print(f"The console is at {present.console}")
    print(_purpose(is_first=is_first))
    print(link)
    _say_what_else(here)


def _purpose(*, is_first: bool) -> str:
    if is_first:
        return "This link makes the first administrator, once; links made before count no longer:"
    return f"This link signs you in as {actor()}, once, within ten minutes:"


def _ca_fingerprint(here: "Home") -> str | None:
    facts = here.certificates.describe()
    return facts.authority.fingerprint if facts and facts.authority else None


def _say_what_else(here: "Home") -> None:
    present = here.addresses.present()
    fingerprint = _ca_fingerprint(here)
    if present.https and fingerprint:
        output.say(f"SHA-256 of its CA: {fingerprint}")
    if present.change:
        output.say(present.change)
    if not present.running:
        output.say(
            "No server runs with this data directory, so the link leads nowhere yet. Start it with "
            "`headgate serve`, or `systemctl start headgate` where it is a service."
        )
