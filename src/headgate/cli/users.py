"""`headgate users add|password|role|disable|enable|list`: who may use the console."""

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from headgate.cli import lists, output
from headgate.cli.invocation import JsonOption, actor, home
from headgate.errors import UsageError
from headgate.services.people.roles import Role, User

app = typer.Typer(add_completion=False, help="Who may use the console.", no_args_is_help=True)

NONE_YET = "No users yet. `headgate users add NAME --role administrator` makes the first one."

Name = Annotated[str, typer.Argument(metavar="NAME")]
PasswordFile = Annotated[
    str | None,
    typer.Option(
        "--password-file",
        metavar="FILE|-",
        help="Take the password from the first line of a file, or of stdin.",
    ),
]


@app.command()
def add(
    ctx: typer.Context,
    name: Name,
    role: Annotated[Role, typer.Option(help="What the user may do.")] = Role.REPORTER,
    no_password: Annotated[
        bool,
        typer.Option("--no-password", help="Only a trusted proxy or Kerberos lets the user in."),
    ] = False,
    password_file: PasswordFile = None,
) -> None:
    """Add a user; the password is asked for twice, or read from stdin."""
    if no_password and password_file is not None:
        raise UsageError("--no-password and --password-file exclude each other.")
    password = None if no_password else _password(password_file)
    user = home(ctx).accounts.add(name, role=role, password=password, by=actor())
    print(f"Added: {user.name} ({user.role}).")


@app.command()
def password(ctx: typer.Context, name: Name, password_file: PasswordFile = None) -> None:
    """Give a user a new password; their open sessions end."""
    accounts = home(ctx).accounts
    user = accounts.user(name)  # before somebody types a password in vain
    accounts.set_password(user.name, _password(password_file), by=actor())
    print(f"Changed: the password of {user.name}.")


@app.command()
def role(
    ctx: typer.Context, name: Name, role: Annotated[Role, typer.Argument(metavar="ROLE")]
) -> None:
    """Make a user administrator or reporter; it counts from the next request."""
    accounts = home(ctx).accounts
    accounts.set_role(name, role, by=actor())
    print(f"Changed: {accounts.user(name).name} is {role} now.")


@app.command()
def disable(ctx: typer.Context, name: Name) -> None:
    """Shut a user out at once."""
    accounts = home(ctx).accounts
    accounts.disable(name, by=actor())
    print(f"Disabled: {accounts.user(name).name}.")


@app.command()
def enable(ctx: typer.Context, name: Name) -> None:
    """Let a user in again."""
    accounts = home(ctx).accounts
    accounts.enable(name, by=actor())
    print(f"Enabled: {accounts.user(name).name}.")


@app.command(name="list")
def list_(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List the users, with what they may do and when they were last seen."""
    here = home(ctx)
    found = here.accounts.users()
    if as_json:
        output.print_json(found)
        return
    zone = here.configuring.shared().schedule.zone
    lists.print_list(
        ("NAME", "ROLE", "STATE", "SIGNS IN WITH", "LAST SEEN"),
        [_line(user, zone) for user in found],
        flexible=0,
        empty=NONE_YET,
    )


def _line(user: User, zone: str) -> tuple[str, ...]:
    return (
        user.name,
        user.role,
        "disabled" if user.disabled_at else "enabled",
        "password" if user.has_password else "proxy, Kerberos",
        output.moment(user.last_seen_at, zone),
    )


def _password(file: str | None) -> str:
    if file is not None and file != "-":
        return _first_line(Path(file))
    if file is None and sys.stdin.isatty():
        return _typed_twice()
    return sys.stdin.readline().rstrip("\r\n")


def _first_line(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as lines:
            return lines.readline().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8"
        raise UsageError(f"{file} cannot be read ({reason}).") from exc


def _typed_twice() -> str:
    typed = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != typed:
        raise UsageError("The two passwords differ.", next_step="Run the command again.")
    return typed
