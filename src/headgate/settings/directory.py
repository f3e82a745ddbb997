"""The data directory: where it is, that nobody else can read it, and what lies in it.

headgate.toml   local settings          secret.key    encrypts stored secrets (0600)
headgate.db     SQLite, the default     content/      update files
tls/            CA and certificate      serving.json  where the running server listens
"""

import os
import pwd
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from headgate.errors import SettingsError
from headgate.sentences import Sentence

SYSTEM_DIRECTORY = Path("/var/lib/headgate")
PERSONAL_DIRECTORY = Path(".local/share/headgate")

#: One of these in a directory says that it is ours.
_OURS = ("headgate.toml", "headgate.db", "secret.key")

_CHOOSE_ANOTHER = Sentence("Choose another with --data DIR, or give this one to your user.")


class DataDirectoryError(SettingsError):
    """The data directory cannot be used as it is."""


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """The paths below one data directory; they need not exist."""

    path: Path

    @property
    def settings_file(self) -> Path:
        """Local settings."""
        return self.path / "headgate.toml"

    @property
    def database_file(self) -> Path:
        """The SQLite database, unless a URL names another one."""
        return self.path / "headgate.db"

    @property
    def secret_file(self) -> Path:
        """The key that encrypts stored secrets."""
        return self.path / "secret.key"

    @property
    def content(self) -> Path:
        """Update files by digest."""
        return self.path / "content"

    @property
    def tls(self) -> Path:
        """The CA and certificate Headgate makes for itself; never in a backup of the database."""
        return self.path / "tls"

    @property
    def serving_file(self) -> Path:
        """Where the running server listens; there is none when none runs."""
        return self.path / "serving.json"

    @property
    def backups(self) -> Path:
        """Copies of the database taken before an upgrade."""
        return self.path / "backups"


def locate(chosen: Path | None, environment: Mapping[str, str]) -> DataDirectory:
    """Return the data directory: the option, ``HEADGATE_DATA``, or the one for who we are."""
    if chosen is None and environment.get("HEADGATE_DATA"):
        chosen = Path(environment["HEADGATE_DATA"])
    if chosen is None:
        chosen = SYSTEM_DIRECTORY if _is_system_service(environment) else _home(environment)
    return DataDirectory(chosen.expanduser().absolute())


def _is_system_service(environment: Mapping[str, str]) -> bool:
    # systemd names the process it started; MANAGERPID tells a user's manager from the system's.
    started_by_systemd = environment.get("SYSTEMD_EXEC_PID") == str(os.getpid())
    return started_by_systemd and "MANAGERPID" not in environment


def _home(environment: Mapping[str, str]) -> Path:
    home = environment.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir
    return Path(home) / PERSONAL_DIRECTORY


def prepare(directory: DataDirectory) -> None:
    """Create the directory with mode 0700, or make sure that the one there is ours alone.

    Raises DataDirectoryError when it belongs to somebody else, cannot be written, or is an open
    directory with other people's things in it (then its mode is not ours to change).
    """
    path = directory.path
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _keep_others_out(path)
    except FileExistsError as exc:
        raise DataDirectoryError(
            Sentence("The data directory {path} is a file.", path=str(path)),
            next_step=Sentence("Choose a directory with --data DIR."),
        ) from exc
    except OSError as exc:
        raise DataDirectoryError(
            Sentence(
                "The data directory {path} cannot be used ({reason}).",
                path=str(path),
                reason=exc.strerror,
            ),
            next_step=_CHOOSE_ANOTHER,
        ) from exc
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise DataDirectoryError(
            Sentence("The data directory {path} cannot be written.", path=str(path)),
            next_step=_CHOOSE_ANOTHER,
        )


def _keep_others_out(path: Path) -> None:
    found = path.stat()
    if found.st_uid != os.geteuid():
        _refuse_somebody_elses(path, found.st_uid)
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o077 == 0:
        return
    if _is_ours_or_empty(path):
        path.chmod(0o700)
        return
    raise DataDirectoryError(
        Sentence(
            "{path} is open to others (mode {mode}) and holds things that are not Headgate's.",
            path=str(path),
            mode=f"{mode:04o}",
        ),
        next_step=Sentence("Choose a directory that is Headgate's alone with --data DIR."),
    )


def _refuse_somebody_elses(path: Path, owner: int) -> None:
    """Files written here by another user would lock the owner's server out of its database.

    An owner without a name is a mounted volume of another system, which is all right.
    """
    try:
        name = pwd.getpwuid(owner).pw_name
    except KeyError:
        return
    raise DataDirectoryError(
        Sentence(
            "The data directory {path} belongs to the user {name}.", path=str(path), name=name
        ),
        next_step=Sentence(
            "Run the command as that user: `sudo -u {name} headgate --data {path} …`.",
            name=name,
            path=str(path),
        ),
    )


def _is_ours_or_empty(path: Path) -> bool:
    names = {entry.name for entry in path.iterdir()}
    visible = {name for name in names if not name.startswith(".") and name != "lost+found"}
    return not visible or not names.isdisjoint(_OURS)
