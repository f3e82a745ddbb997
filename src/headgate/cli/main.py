"""All commands on one screen. A noun's module is imported when it is used, so that help is quick.

``headgate [--data DIR] NOUN VERB [--json]``: stdout carries the result alone; progress, sentences
and logs go to stderr. Exit codes: 0 done, 1 error, 2 wrong usage, 3 done with failures.
"""

import importlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from headgate import __version__
from headgate.cli.invocation import Invocation
from headgate.errors import HeadgateError


@dataclass(frozen=True, slots=True)
class Noun:
    """One command of the first level: the module with its ``app``, its verbs, what it is for."""

    module: str
    verbs: str
    purpose: str
    hidden: bool = False


NOUNS = {
    "serve": Noun("serve", "", "Run the server: console, health, worker, schedule"),
    "open": Noun("open", "", "Print the address of the console and a link into it"),
    "sync": Noun("sync", "now|preview|status|history|cancel", "Synchronize with the update source"),
    "settings": Noun("settings", "show|get|set", "The settings all processes share"),
    "products": Noun("products", "list|select|deselect", "What the catalogue is about"),
    "classifications": Noun("classifications", "list|select|deselect", "Which kinds of updates"),
    "languages": Noun("languages", "list|select|deselect", "Which languages' files are kept"),
    "updates": Noun("updates", "list|show", "The updates in the catalogue"),
    "approve": Noun("approve", "ID|KB…", "Have computers install updates"),
    "unapprove": Noun("unapprove", "ID|KB…", "Take approvals back"),
    "decline": Noun("decline", "ID|KB…", "Offer updates to nobody"),
    "undecline": Noun("undecline", "ID|KB…", "Take that back"),
    "computers": Noun("computers", "list|show|refused|forget", "The computers that came here"),
    "connect": Noun("connect", "[--format reg|ps1|gpo]", "What to set on a Windows computer"),
    "import": Noun("importing", "FILE.cab", "Read a package written by `wsusutil export`"),
    "content": Noun("content", "status|verify|purge|adopt", "The files of updates"),
    "users": Noun("users", "add|password|role|disable|enable|list", "Who may use the console"),
    "database": Noun("database", "upgrade|backup|restore|check", "The database itself"),
    "doctor": Noun("doctor", "", "Look for what could be wrong, and say what to do"),
    "service": Noun("service", "install|uninstall", "Run as a service of this machine"),
    "demo": Noun("demo", "[--once]", "Watch a synchronization, in a throw-away directory"),
    "lab": Noun("lab", "upstream|clients", "A pretend Microsoft Update, pretend computers"),
    "worker": Noun("worker", "", "Run jobs; started by `serve`", hidden=True),
}


class Nouns(TyperGroup):
    """A group whose commands are imported one at a time, and whose help is one screen."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {
            name: TyperCommand(name, help=noun.purpose, hidden=noun.hidden)
            for name, noun in NOUNS.items()
        }

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import the module of a noun and return its command; None when there is none."""
        noun = NOUNS.get(cmd_name)
        if noun is None:
            return None
        command = typer.main.get_command(importlib.import_module(f"headgate.cli.{noun.module}").app)
        command.name = cmd_name
        return command

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the one screen."""
        shown = {name: noun for name, noun in NOUNS.items() if not noun.hidden}
        calls = {name: f"{name} {noun.verbs}".rstrip() for name, noun in shown.items()}
        width = max(map(len, calls.values()))
        lines = [f"  {calls[name]:<{width}}  {noun.purpose}" for name, noun in shown.items()]
        formatter.write(_HELP.format(commands="\n".join(lines)))


_HELP = """\
Usage: headgate [--data DIR] COMMAND …

An update server for Windows fleets that runs on Linux.

{commands}

  --data DIR   the data directory (else HEADGATE_DATA, else ~/.local/share/headgate)
  --verbose    log what is done to stderr
  --version    say which Headgate this is

`headgate COMMAND --help` tells more. Lists and reports take --json behind the verb.
"""


app = typer.Typer(cls=Nouns, invoke_without_command=True, pretty_exceptions_enable=False)


def _say_version(wanted: bool) -> None:
    if wanted:
        print(f"headgate {__version__}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    data: Annotated[Path | None, typer.Option("--data", metavar="DIR")] = None,
    verbose: Annotated[bool, typer.Option("--verbose")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True)
    ] = False,
) -> None:
    """Take what stands in front of the noun; without one, show the screen."""
    if ctx.invoked_subcommand is None:
        print(ctx.get_help())
    ctx.obj = Invocation(data=data, verbose=verbose)


def main() -> int:
    """Run the command line of this process and return its exit code."""
    os.umask(0o077)  # what we write is nobody else's to read
    try:
        try:
            app(prog_name="headgate", standalone_mode=True)
        finally:
            sys.stdout.flush()  # here, where a reader that has left can still be excused
    except HeadgateError as exc:
        from headgate.cli import failures

        return failures.show(exc)
    except BrokenPipeError:
        # The reader of our output has left (`| head`); Python must not complain at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0
