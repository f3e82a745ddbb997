"""A disconnected site: the bundle is carried there, and nothing of it needs a network.

Building the bundle fetches wheels, so this needs a network for that half; installing happens in a
network namespace of its own, which has none.
"""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.material import REPOSITORY

CUT_OFF = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]


#: Runs the command behind it with the loopback interface up, which a new namespace has down:
#: SIOCSIFFLAGS with IFF_UP and IFF_RUNNING (netdevice(7)).
WITH_LOOPBACK = [
    sys.executable,
    "-c",
    "import fcntl, os, socket, struct, sys\n"
    "fcntl.ioctl(socket.socket(), 0x8914, struct.pack('16sh22x', b'lo', 0x41))\n"
    "os.execv(sys.argv[1], sys.argv[1:])",
]


def _network_can_be_cut() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*CUT_OFF, "true"], capture_output=True, check=False).returncode == 0


def _run(command: list[str | Path], **variables: str) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **variables}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked bundle, made for the Python that runs the tests."""
    out = tmp_path_factory.mktemp("bundle")
    this_python = f"{sys.version_info.major}.{sys.version_info.minor}"
    _run([REPOSITORY / "scripts/bundle", out], BUNDLE_PYTHONS=this_python)
    (tarball,) = out.glob("headgate-*.tar.gz")
    assert tarball.name.endswith(f"-linux-{platform.machine()}.tar.gz")
    shutil.unpack_archive(tarball, out, filter="tar")
    return out / tarball.name.removesuffix(".tar.gz")


@pytest.mark.xdist_group("bundle")
@pytest.mark.skipif(not _network_can_be_cut(), reason="unshare may not cut the network off here")
def test_bundle_installs_and_runs_without_network(bundle: Path, tmp_path: Path) -> None:
    prefix = tmp_path / "prefix"

    _run([*CUT_OFF, bundle / "install", prefix], PYTHON=sys.executable)

    told = _run([*CUT_OFF, *WITH_LOOPBACK, prefix / "bin/headgate", "demo", "--once"])
    assert "headgate sync history" in told


@pytest.mark.xdist_group("bundle")
def test_damaged_bundle_is_refused_before_anything_is_installed(
    bundle: Path, tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(bundle, damaged)
    with (damaged / "requirements.txt").open("a") as requirements:
        requirements.write("\n")

    refused = subprocess.run(
        [damaged / "install", tmp_path / "prefix"], capture_output=True, text=True, check=False
    )

    assert refused.returncode == 1
    assert "damaged" in refused.stderr
    assert not (tmp_path / "prefix").exists()
