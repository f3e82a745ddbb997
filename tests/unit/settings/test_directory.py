import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from headgate.settings import directory
from headgate.settings.directory import DataDirectory, DataDirectoryError, locate, prepare


def test_the_option_wins_over_the_environment(tmp_path: Path) -> None:
    environment = {"HEADGATE_DATA": "/elsewhere", "HOME": "/home-of-alice"}

    assert locate(tmp_path, environment).path == tmp_path
    assert locate(None, environment).path == Path("/elsewhere")


def test_a_person_has_a_personal_directory() -> None:
    found = locate(None, {"HOME": "/home-of-alice"})

    assert found.path == Path("/home-of-alice/.local/share/headgate")


def test_a_system_service_has_the_systems_directory() -> None:
    started_by_systemd = {"SYSTEMD_EXEC_PID": str(os.getpid()), "HOME": "/"}

    assert locate(None, started_by_systemd).path == Path("/var/lib/headgate")


@pytest.mark.parametrize("extra", [{"SYSTEMD_EXEC_PID": "1"}, {"MANAGERPID": "77"}])
def test_a_shell_below_a_service_or_a_users_service_is_no_system_service(
    extra: dict[str, str],
) -> None:
    environment = {"SYSTEMD_EXEC_PID": str(os.getpid()), "HOME": "/home-of-alice", **extra}

    assert locate(None, environment).path == Path("/home-of-alice/.local/share/headgate")


def test_a_new_directory_is_for_its_owner_alone(tmp_path: Path) -> None:
    data = tmp_path / "deep" / "data"

    prepare(DataDirectory(data))

    assert data.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", [None, "headgate.db", ".profile"])
def test_our_own_directory_is_closed_to_others(name: str | None, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    if name:
        (tmp_path / name).touch()

    prepare(DataDirectory(tmp_path))

    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_an_open_directory_with_other_things_keeps_its_mode_and_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").touch()
    tmp_path.chmod(0o755)

    with pytest.raises(DataDirectoryError, match="open to others") as caught:
        prepare(DataDirectory(tmp_path))

    assert tmp_path.stat().st_mode & 0o777 == 0o755
    assert "--data" in caught.value.next_step


def test_the_directory_of_another_user_is_refused_with_the_command_to_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    monkeypatch.setattr(directory.pwd, "getpwuid", lambda _: SimpleNamespace(pw_name="keeper"))

    with pytest.raises(DataDirectoryError, match="belongs to the user keeper") as caught:
        prepare(DataDirectory(tmp_path))

    assert "sudo -u keeper headgate" in caught.value.next_step


def test_a_file_in_the_way_is_a_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").touch()

    with pytest.raises(DataDirectoryError, match="is a file"):
        prepare(DataDirectory(tmp_path / "data"))
