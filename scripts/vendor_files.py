"""The front-end files of others that the console serves: fetch them, or check their digests.

``static/vendor/vendor.json`` names packages, versions, licences and files, and the SHA-256 of each
file. ``fetch`` renews files and digests with npm; ``check`` (part of `make check`) compares.
"""

import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "src/headgate/web/console/static/vendor"
LIST = VENDOR / "vendor.json"


def digest(data: bytes) -> str:
    """Return the SHA-256 of a file's content in hex."""
    return hashlib.sha256(data).hexdigest()


def packed(package: str, version: str) -> tarfile.TarFile:
    """Download a released package and open it."""
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(["npm", "pack", "--silent", f"{package}@{version}"], cwd=scratch, check=True)
        (archive,) = Path(scratch).glob("*.tgz")
        return tarfile.open(fileobj=io.BytesIO(archive.read_bytes()))


def fetch() -> int:
    """Renew every file and write its digest into the list."""
    wanted: dict[str, Any] = json.loads(LIST.read_text("utf-8"))
    for package in wanted["packages"]:
        with packed(package["name"], package["version"]) as archive:
            for file in package["files"]:
                member = archive.extractfile(f"package/{file['from']}")
                assert member is not None, file["from"]
                # A source map is not shipped; its mention would make browsers ask for it.
                data = member.read().split(b"\n/*# sourceMappingURL")[0].rstrip() + b"\n"
                target = VENDOR / file["to"]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
                file["sha256"] = digest(data)
    LIST.write_text(json.dumps(wanted, indent=2) + "\n", "utf-8")
    return 0


def findings() -> Iterator[str]:
    """Yield a sentence for every file that is not what the list says."""
    known = {LIST.name}
    for package in json.loads(LIST.read_text("utf-8"))["packages"]:
        known.add(package["licence_file"])
        for file in package["files"]:
            known.add(file["to"])
            target = VENDOR / file["to"]
            if not target.is_file():
                yield f"{file['to']} is missing (run `make vendor`)"
            elif digest(target.read_bytes()) != file["sha256"]:
                yield f"{file['to']} is not the released file (run `make vendor`)"
    for path in VENDOR.rglob("*"):
        if path.is_file() and path.relative_to(VENDOR).as_posix() not in known:
            yield f"{path.relative_to(VENDOR)} is not in {LIST.name}"


def main(arguments: list[str]) -> int:
    """Do what the one argument says; return the exit code."""
    if arguments == ["fetch"]:
        return fetch()
    found = list(findings())
    sys.stdout.write("\n".join(found or ["Vendor: every file is the released one."]) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
