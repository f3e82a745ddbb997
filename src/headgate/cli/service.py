"""`headgate service install|uninstall`: Headgate as a system service of this machine."""

import shutil
import sys
from pathlib import Path

import typer

from headgate.errors import UsageError
from headgate.services.upkeep import system_service

app = typer.Typer(
    add_completion=False,
    name="service",
    help="Run Headgate as a service of this machine (systemd).",
    no_args_is_help=True,
)


@app.command()
def install() -> None:
    """Create the user headgate, write the systemd unit and start it. May be repeated."""
    installed = system_service.install(_this_command())
    typer.echo(f"Unit:  {installed.unit}")
    typer.echo(f"User:  {installed.user}")
    typer.echo(f"Data:  {installed.data}")
    if installed.started:
        typer.echo("The service runs and starts with the machine.")
    else:
        typer.echo("systemd does not run here; the service starts with the machine that does.")


@app.command()
def uninstall() -> None:
    """Stop the service and remove its unit. The data and the user that owns it stay."""
    data = system_service.uninstall()
    typer.echo(f"The service is removed. Its data is still in {data}.")


def _this_command() -> Path:
    """Return the absolute path of the command that is running, for the unit to start."""
    beside_python = Path(sys.executable).with_name("headgate")
    if beside_python.exists():
        return beside_python
    found = shutil.which("headgate")
    if found is None:
        raise UsageError(
            "Cannot tell where the command `headgate` is installed.",
            next_step="Run it by its full path, for example /opt/headgate/bin/headgate.",
        )
    return Path(found).resolve()
