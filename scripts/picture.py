"""Puts a transcript of a real `headgate demo --once` into README.md, between its PICTURE marks."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MARKS = re.compile(r"(<!-- PICTURE: begin\..*?-->\n).*?(<!-- PICTURE: end -->)", re.DOTALL)


def main() -> None:
    """Run the demo and rewrite README.md; raises CalledProcessError when the demo fails."""
    demo = [ROOT / ".venv/bin/headgate", "demo", "--once"]
    told = subprocess.run(demo, check=True, capture_output=True, text=True).stdout.strip("\n")
    picture = f"```\n$ headgate demo --once\n{told}\n```\n"
    readme = ROOT / "README.md"
    text = readme.read_text("utf-8")
    readme.write_text(MARKS.sub(lambda marks: marks[1] + picture + marks[2], text), "utf-8")


if __name__ == "__main__":
    main()
