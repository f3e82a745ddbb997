"""The machine is changed step by step, and a second time without harm."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from headgate.errors import UsageError
from headgate.services.upkeep import system_service

EXECUTABLE = Path("/opt/headgate/bin/headgate")


class Recorder:
    """Stands in for the machine: keeps the commands, runs none."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []

    def __call__(self, command: Sequence[str]) -> None:
        self.commands.append(list(command))


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """The top of a machine's tree, as an image builder has it."""
    etc = tmp_path / "etc"
    etc.mkdir()
    (etc / "passwd").write_text("root:x:0:0:root:/root:/bin/bash\n")
    (etc / "group").write_text("root:x:0:\n")
    (etc / "shadow").write_text("root:*:19000:0:99999:7:::\n")
    (etc / "gshadow").write_text("root:*::\n")
    return tmp_path


def test_installing_creates_user_and_unit(image: Path) -> None:
    machine = Recorder()

    installed = system_service.install(EXECUTABLE, root=image, run=machine)

    assert [command[0] for command in machine.commands] == ["useradd"]
    assert {"--system", "headgate"} <= set(machine.commands[0])
    assert installed.unit == image / "etc/systemd/system/headgate.service"
    assert installed.data == image / "var/lib/headgate"
    assert not installed.started
    unit = installed.unit.read_text()
    assert "ExecStart=/opt/headgate/bin/headgate --data /var/lib/headgate serve\n" in unit
    assert "User=headgate\n" in unit
    assert "AmbientCapabilities=\n" in unit


def test_installing_again_renews_the_unit_and_keeps_the_user(image: Path) -> None:
    with (image / "etc/passwd").open("a") as passwd:
        passwd.write("headgate:x:990:990::/var/lib/headgate:/usr/sbin/nologin\n")
    machine = Recorder()
    system_service.install(EXECUTABLE, root=image, run=machine)

    installed = system_service.install(Path("/srv/headgate"), root=image, run=machine)

    assert machine.commands == []
    assert "ExecStart=/srv/headgate --data" in installed.unit.read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="useradd needs root")
@pytest.mark.skipif(shutil.which("useradd") is None, reason="no useradd on this machine")
def test_real_useradd_accepts_the_command(image: Path) -> None:
    system_service.install(EXECUTABLE, root=image)

    entry = next(
        line for line in (image / "etc/passwd").read_text().splitlines() if "headgate" in line
    )
    assert entry.endswith(":/var/lib/headgate:/usr/sbin/nologin")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze")
def test_systemd_understands_every_line_of_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "headgate.service"
    unit.write_text(system_service.unit_text(Path("/bin/true")))

    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert [line for line in verified.stderr.splitlines() if "headgate.service" in line] == []


def test_uninstalling_removes_the_unit_and_keeps_the_data(image: Path) -> None:
    installed = system_service.install(EXECUTABLE, root=image, run=Recorder())
    installed.data.mkdir(parents=True)

    kept = system_service.uninstall(root=image, run=Recorder())

    assert not installed.unit.exists()
    assert kept == installed.data
    assert kept.is_dir()


def test_uninstalling_nothing_says_so(image: Path) -> None:
    with pytest.raises(UsageError, match="No service is installed"):
        system_service.uninstall(root=image, run=Recorder())


def test_only_root_changes_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    machine = Recorder()

    for change in (
        lambda: system_service.install(EXECUTABLE, run=machine),
        lambda: system_service.uninstall(run=machine),
    ):
        with pytest.raises(UsageError, match="Only root") as refusal:
            change()
        assert "as root" in refusal.value.next_step
    assert machine.commands == []


def test_a_command_the_service_user_cannot_reach_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    machine = Recorder()

    with pytest.raises(UsageError, match="could not run"):
        system_service.install(tmp_path / "headgate", run=machine)

    assert machine.commands == []


def test_a_closed_folder_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    program = tmp_path / "bin" / "headgate"
    program.parent.mkdir()
    program.touch(mode=0o755)

    closed = system_service.closed_to_others(program)

    assert closed is not None
    assert closed in (tmp_path, *tmp_path.parents)
    assert system_service.closed_to_others(Path("/bin/sh")) is None


@pytest.mark.skipif(shutil.which("useradd") is None, reason="no useradd on this machine")
def test_a_failing_command_is_quoted_with_its_words(image: Path) -> None:
    (image / "etc/shadow").unlink()
    (image / "etc/shadow").mkdir()

    with pytest.raises(system_service.SystemServiceError, match=r"useradd.* failed") as failure:
        system_service.install(EXECUTABLE, root=image)

    assert "run the command again" in failure.value.next_step
