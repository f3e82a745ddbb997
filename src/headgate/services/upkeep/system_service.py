"""Headgate as a system service: its own user, its own folder, one systemd unit.

Decides what the unit says and in which order a machine is changed; every step may be repeated.
Nothing of the service runs as root: the ports are above 1024 and the unit takes every capability
away. Removing the service keeps the data and the user, which owns it.
"""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from headgate.errors import HeadgateError, UsageError
from headgate.sentences import Sentence

USER = "headgate"
UNIT = "headgate.service"
DATA = Path("/var/lib/headgate")

#: Runs one command of the machine; raises SystemServiceError when it fails.
Runner = Callable[[Sequence[str]], None]


class SystemServiceError(HeadgateError):
    """A command of the machine (useradd, systemctl) failed; the message has its words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """What an installation left on the machine."""

    unit: Path
    data: Path
    user: str
    started: bool  #: False where systemd does not run (a container, an image being built)


def unit_text(executable: Path) -> str:
    """Return the systemd unit that serves ``DATA`` with ``executable`` (absolute path)."""
    return f"""\
[Unit]
Description=Headgate, an update server for Windows fleets
Wants=network-online.target
After=network-online.target

[Service]
Type=exec
User={USER}
Group={USER}
ExecStart={executable} --data {DATA} serve
Restart=on-failure
RestartSec=5
# serve ends its worker itself and needs ten seconds at most.
KillMode=mixed
TimeoutStopSec=30
StateDirectory={DATA.name}
StateDirectoryMode=0700
UMask=0077

AmbientCapabilities=
CapabilityBoundingSet=
NoNewPrivileges=yes
LockPersonality=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=read-only
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectSystem=strict
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
"""


def install(executable: Path, *, root: Path = Path("/"), run: Runner | None = None) -> Installed:
    """Create the user and the data folder, write the unit, start the service; return what is there.

    ``executable`` is the installed ``headgate`` command. ``root`` is the top of the machine's
    tree: anything but ``/`` prepares an image and starts nothing. Raises UsageError without root
    rights or when the new user could not run ``executable``, SystemServiceError when a command
    fails; a second call goes on where the first stopped.
    """
    _require_rights(root, Sentence("Only root may install a system service."))
    if root == Path("/"):
        _require_reachable(executable)
    run = run or _run
    if not _user_exists(root):
        _create_user(root, run)
    data = root / DATA.relative_to("/")
    if root == Path("/") and not data.exists():
        run(["install", "--directory", "--owner", USER, "--group", USER, "--mode=0700", str(data)])
    unit = _unit_path(root)
    unit.parent.mkdir(parents=True, exist_ok=True)
    unit.write_text(unit_text(executable), encoding="utf-8")
    unit.chmod(0o644)  # whatever the umask: anybody may read how a service is started
    started = _systemd_runs(root)
    if started:
        run(["systemctl", "daemon-reload"])
        run(["systemctl", "enable", UNIT])
        run(["systemctl", "restart", UNIT])
    return Installed(unit=unit, data=data, user=USER, started=started)


def uninstall(*, root: Path = Path("/"), run: Runner | None = None) -> Path:
    """Stop the service and remove its unit; return the data folder, which stays with its user.

    Raises UsageError without root rights or when no service is installed.
    """
    _require_rights(root, Sentence("Only root may uninstall a system service."))
    run = run or _run
    unit = _unit_path(root)
    if not unit.exists():
        raise UsageError(
            Sentence("No service is installed: {unit} does not exist.", unit=str(unit)),
            next_step=Sentence("Install one with `headgate service install`."),
        )
    if _systemd_runs(root):
        run(["systemctl", "disable", "--now", UNIT])
    unit.unlink()
    if _systemd_runs(root):
        run(["systemctl", "daemon-reload"])
    return root / DATA.relative_to("/")


def closed_to_others(program: Path) -> Path | None:
    """Return what keeps another user from running ``program``: itself, a folder above, or None."""
    if not program.exists():
        return program
    for place in (*reversed(program.parents), program):
        if not place.stat().st_mode & stat.S_IXOTH:
            return place
    return None


def _unit_path(root: Path) -> Path:
    return root / "etc/systemd/system" / UNIT


def _require_rights(root: Path, refusal: Sentence) -> None:
    if root == Path("/") and os.geteuid() != 0:
        raise UsageError(
            refusal,
            next_step=Sentence(
                "Run the same command as root, for example with `sudo` and its full path."
            ),
        )


def _require_reachable(executable: Path) -> None:
    """Refuse a command, or a Python behind it, that lies in a folder closed to other users."""
    for program in (executable, Path(sys.executable).resolve()):
        closed = closed_to_others(program)
        if closed is not None:
            raise UsageError(
                Sentence(
                    "The user {user} could not run {program}: {closed} is closed to other users.",
                    user=USER,
                    program=str(program),
                    closed=str(closed),
                ),
                next_step=Sentence(
                    "Install Headgate outside home folders, for example into /opt/headgate with "
                    "the bundle's install script, and run the command from there."
                ),
            )


def _user_exists(root: Path) -> bool:
    passwd = root / "etc/passwd"
    if not passwd.exists():
        return False
    return any(line.startswith(f"{USER}:") for line in passwd.read_text("utf-8").splitlines())


def _create_user(root: Path, run: Runner) -> None:
    command = ["useradd", "--system", "--user-group", "--no-create-home"]
    command += ["--home-dir", str(DATA), "--shell", "/usr/sbin/nologin"]
    if root != Path("/"):
        command += ["--prefix", str(root)]
    run([*command, USER])


def _systemd_runs(root: Path) -> bool:
    """Tell whether there is a running systemd to talk to (sd_booted(3)), on this very machine."""
    if root != Path("/"):
        return False
    return Path("/run/systemd/system").is_dir() and shutil.which("systemctl") is not None


def _run(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as missing:
        raise SystemServiceError(
            Sentence("This machine has no `{program}`.", program=command[0]),
            next_step=Sentence("Install it, or write the unit by hand: see docs/operating.md."),
        ) from missing
    if done.returncode != 0:
        words = done.stderr.strip() or done.stdout.strip()
        raise SystemServiceError(
            Sentence(
                "`{command}` failed with {code}: {words}",
                command=" ".join(command),
                code=str(done.returncode),
                words=words,
            ),
            next_step=Sentence(
                "Put that right and run the command again; it goes on where it stopped."
            ),
        )
