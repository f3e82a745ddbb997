"""What no linter looks at: tracked files name no machine, and requirement files are whole.

Reads pyproject.toml, requirements/*.txt and the tracked text files. Prints one line per finding
and exits 1 when there is any.
"""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent

#: A clone must work anywhere: no registry is named, and no folder of the machine it was written on.
FOREIGN = {
    "a package registry": re.compile(r"\bpyp[i]\.(org|io)|python[h]osted|registry\.np[m]js", re.I),
    "an index for pip": re.compile(r"--(extra-)?index[-]url\b"),
    "a folder of one machine": re.compile(r"(?<![\w.$}])/(work|root|farm|Users)/|/home/\w+/"),
}
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)", re.M)


def tracked_files() -> Iterator[Path]:
    """Yield what git tracks, and what it would track next."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in listed.split("\0"):
        if name and (ROOT / name).is_file():
            yield ROOT / name


def foreign_names() -> Iterator[str]:
    """Yield a sentence for every line that ties the repository to one place."""
    for path in tracked_files():
        if path == Path(__file__).resolve():
            continue
        try:
            lines = path.read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # not text
        for number, line in enumerate(lines, 1):
            for what, pattern in FOREIGN.items():
                if pattern.search(line):
                    yield f"{path.relative_to(ROOT)}:{number} names {what}"


def pins_of(file: Path) -> dict[str, str]:
    """Return name to version of a requirements file."""
    return {canonicalize_name(name): version for name, version in PIN.findall(file.read_text())}


def unhashed(file: Path) -> Iterator[str]:
    """Yield every requirement that is not pinned with ``==`` or has no hash."""
    for entry in file.read_text().replace("\\\n", " ").splitlines():
        if not entry.strip() or entry.lstrip().startswith("#"):
            continue
        if not PIN.match(entry) or "--hash=sha256:" not in entry:
            yield f"{file.relative_to(ROOT)}: not pinned and hashed: {entry.split()[0]}"


def out_of_step(file: Path, wanted: list[str]) -> Iterator[str]:
    """Yield every dependency of pyproject.toml that ``file`` does not satisfy."""
    pins = pins_of(file)
    for text in wanted:
        requirement = Requirement(text)
        name = canonicalize_name(requirement.name)
        if name == "headgate":
            continue
        pinned = pins.get(name)
        if pinned is None or not requirement.specifier.contains(pinned, prereleases=True):
            yield f"{file.relative_to(ROOT)} does not satisfy {text!r} (run `make lock`)"


def requirement_files() -> Iterator[str]:
    """Yield what is wrong with the requirement files, seen from pyproject.toml and each other."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project = pyproject["project"]
    extras = project["optional-dependencies"]
    runtime, dev = ROOT / "requirements/runtime.txt", ROOT / "requirements/dev.txt"
    shipped = project["dependencies"] + extras["postgresql"]

    for file in sorted((ROOT / "requirements").glob("*.txt")):
        yield from unhashed(file)
    yield from out_of_step(runtime, shipped)
    yield from out_of_step(dev, shipped + extras["dev"] + pyproject["build-system"]["requires"])
    tested = pins_of(dev)
    for name, version in pins_of(runtime).items():
        if tested.get(name) != version:
            yield f"{name} is {version} in runtime.txt but {tested.get(name)} in dev.txt"


def main() -> int:
    """Print the findings; return the exit code."""
    findings = [*foreign_names(), *requirement_files()]
    whole = "Tree: no foreign names; requirement files pinned, hashed and in step with pyproject."
    sys.stdout.write("\n".join(findings or [whole]) + "\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
