"""`headgate doctor`: look at everything that could be wrong, and say what to do."""

from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli import output
from headgate.cli.failures import DONE_WITH_FAILURES, ERROR
from headgate.cli.invocation import JsonOption, home

if TYPE_CHECKING:
    from headgate.services.findings import Finding

app = typer.Typer(add_completion=False)

_SIGNS = {"well": "ok", "note": "note", "warning": "WARNING", "failed": "FAILED"}


@app.command()
def doctor(
    ctx: typer.Context,
    seconds: Annotated[
        float, typer.Option("--seconds", min=1, help="Time limit for everything outside.")
    ] = 30.0,
    as_json: JsonOption = False,
) -> None:
    """Look at everything that could be wrong. Exit code 0: all well; 3: warnings; 1: failures."""
    from headgate.services.findings import Verdict, worst
    from headgate.services.upkeep.doctor import Patient, examine

    here = home(ctx)
    patient = Patient(
        directory=here.directory,
        local=here.local,
        shared=here.configuring.shared(),
        engine=here.engine,
        environment=here.environment,
        addresses=here.addresses,
        certificates=here.certificates,
    )
    findings = examine(patient, seconds=seconds)
    if as_json:
        output.print_json(findings)
    else:
        for finding in findings:
            _print(finding)
    outcome = worst(findings)
    if outcome is Verdict.FAILED:
        raise typer.Exit(ERROR)
    if outcome is Verdict.WARNING:
        raise typer.Exit(DONE_WITH_FAILURES)


def _print(finding: "Finding") -> None:
    output.tell(f"{_SIGNS[finding.verdict]:<8}{finding.subject}: {finding.sentence}")
    if finding.next_step:
        output.tell(f"{'':<8}  Next: {finding.next_step}")
