"""The command line of the system service."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from headgate.cli.service import app
from headgate.services.upkeep import system_service
from headgate.services.upkeep.system_service import Installed


def test_install_says_where_things_are(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []

    def installing(executable: Path) -> Installed:
        asked.append(executable)
        return Installed(
            unit=Path("/etc/systemd/system/headgate.service"),
            data=Path("/var/lib/headgate"),
            user="headgate",
            started=True,
        )

    monkeypatch.setattr(system_service, "install", installing)

    result = CliRunner().invoke(app, ["install"])

    assert result.exit_code == 0, result.output
    assert asked[0].name == "headgate"
    assert asked[0].is_absolute()
    assert "/etc/systemd/system/headgate.service" in result.stdout
    assert "starts with the machine" in result.stdout


def test_uninstall_says_that_the_data_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_service, "uninstall", lambda: Path("/var/lib/headgate"))

    result = CliRunner().invoke(app, ["uninstall"])

    assert result.exit_code == 0, result.output
    assert "still in /var/lib/headgate" in result.stdout
