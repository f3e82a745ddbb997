"""`headgate database upgrade|backup|restore|check`: the database itself."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli import output
from headgate.cli.failures import ERROR
from headgate.cli.invocation import JsonOption, actor

if TYPE_CHECKING:
    from headgate.services.upkeep.databases import Databases

app = typer.Typer(add_completion=False, help="The database itself.", no_args_is_help=True)


@app.command()
def backup(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    with_key: Annotated[
        bool, typer.Option("--with-key", help="Also write secret.key, as FILE.key.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Copy the database into one file, also while Headgate serves."""
    done = _databases(ctx).back_up(file, with_key=with_key)
    if as_json:
        output.print_json({"file": str(done.file), "bytes": done.size, "key": _path(done.key)})
        return
    print(f"Backed up to {done.file} ({output.size(done.size)}).")
    if done.key:
        print(f"The key is in {done.key}: keep it where the backup is not.")
    else:
        print("secret.key is not in it: stored passwords cannot be read from this backup alone.")
    print("Update files are not in it: back up the content directory with your own tools.")


@app.command()
def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    with_key: Annotated[
        bool, typer.Option("--with-key", help="Also take FILE.key as secret.key.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Put a backup in the place of the database; the old one is kept as a copy."""
    done = _databases(ctx).restore(file, with_key=with_key, by=actor())
    if as_json:
        output.print_json(
            {"schema": done.schema, "replaced": _path(done.replaced), "key": done.key}
        )
        return
    print(f"Restored from {file} (schema {done.schema}).")
    if done.replaced:
        print(f"What was there is in {done.replaced}.")
    if not done.key:
        print("secret.key stays as it is; if the backup is of another server, give passwords anew.")


@app.command()
def check(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Read the whole database and say what is wrong with it."""
    complaints = _databases(ctx).check()
    if as_json:
        output.print_json(complaints)
    elif not complaints:
        print("The database is whole.")
    for complaint in complaints if not as_json else ():
        output.say(f"Damaged: {complaint}")
    if complaints:
        output.say("Restore the newest backup: `headgate database restore FILE`.")
        raise typer.Exit(ERROR)


@app.command()
def upgrade(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Bring the schema up to date; a copy is taken first."""
    copy = _databases(ctx).upgrade()
    if as_json:
        output.print_json({"copy": _path(copy)})
    else:
        print("The schema is up to date." + (f" The copy before is {copy}." if copy else ""))


def _databases(ctx: typer.Context) -> "Databases":
    """Return the database without bringing it up to date: it may be damaged, or too new."""
    from headgate.bootstrap import find_database

    return find_database(ctx.obj.data)


def _path(path: Path | None) -> str | None:
    return None if path is None else str(path)
