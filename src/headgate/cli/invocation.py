"""What one call of the command line works with: the options in front of the noun, the open home."""

import os
import pwd
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from headgate.bootstrap import Home

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@dataclass(slots=True)
class Invocation:
    """The options in front of the noun; the installation is opened when it is first asked for."""

    data: Path | None = None
    verbose: bool = False
    _home: "Home | None" = field(default=None, repr=False)

    def home(self, *, serving: bool = False) -> "Home":
        """Return the installation; ``serving``: a process that logs as the settings say."""
        if self._home is None:
            from headgate import logs
            from headgate.bootstrap import open_home

            logs.configure("info" if self.verbose else "warning", json=False)
            self._home = open_home(self.data)
            local = self._home.local
            level = local.log_level if serving else "info" if self.verbose else "warning"
            logs.configure(level, json=local.log_json)
        return self._home


def home(ctx: typer.Context) -> "Home":
    """Return the installation a command works on, opened and up to date."""
    invocation: Invocation = ctx.obj
    return invocation.home()


def actor() -> str:
    """Return who runs this command, for the audit trail: the user of the operating system."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
