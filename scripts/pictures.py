"""`make pictures [-- DIRECTORY]`: a picture of every page of the console, from a real server.

A throw-away installation behind the pretend Microsoft Update is set up and synchronized with the
commands an administrator would type; Chromium then looks at each page.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from headgate.simulator.children import Child, clean_environment, free_port, headgate

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs/pictures"
WIDTH, HEIGHT, TALLEST = 1280, 800, 1600
NAME, PASSWORD = "anna", "a password for pictures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture: what is looked at, in which language and light."""

    name: str
    path: str
    language: str = "en"
    dark: bool = False
    signed_in: bool = True


def pictures(update: str) -> Iterator[Picture]:
    """Yield every picture; ``update`` is the id of an update with much to tell."""
    yield Picture(name="sign-in", path="/console/sign-in", signed_in=False)
    yield Picture(name="certificate", path="/console/certificate", signed_in=False)
    yield Picture(name="home", path="/console/")
    yield Picture(name="home-dark-german", path="/console/", language="de", dark=True)
    yield Picture(name="options", path="/console/options")
    options = "/console/options/synchronization"
    yield Picture(name="synchronization-options", path=options)
    yield Picture(name="synchronization-options-german", path=options, language="de")
    yield Picture(name="advanced-warning", path=f"{options}/advanced")
    yield Picture(name="advanced-synchronization-options", path=f"{options}/advanced?read=yes")
    yield Picture(name="products", path=f"{options}/products")
    yield Picture(name="classifications", path=f"{options}/classifications")
    yield Picture(name="set-up", path="/console/set-up")
    for step in ("source", "proxy", "connect", "languages", "products", "classifications"):
        yield Picture(name=f"set-up-{step}", path=f"/console/set-up/{step}")
    for step in ("schedule", "begin"):
        yield Picture(name=f"set-up-{step}", path=f"/console/set-up/{step}")
    yield Picture(name="updates", path="/console/updates")
    yield Picture(name="updates-swedish", path="/console/updates", language="sv")
    yield Picture(name="update", path=f"/console/updates/{update}")
    yield Picture(name="synchronizations", path="/console/synchronizations")
    yield Picture(name="synchronization", path="/console/synchronizations/1")
    yield Picture(name="account", path="/console/account")
    yield Picture(name="help", path="/console/help")


@dataclass(slots=True)
class Shown:
    """An installation that is being served."""

    data: Path
    address: str

    def done(self, *arguments: str, stdin: str = "") -> str:
        """Run a command of its administrator and return what it printed."""
        return subprocess.run(
            headgate("--data", str(self.data), *arguments),
            input=stdin,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            env=clean_environment(),
        ).stdout

    def sign_in(self, page: Page) -> None:
        """Sign in as its administrator."""
        page.goto("/console/sign-in")
        page.locator("input[name=name]").fill(NAME)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("main form button").first.click()
        page.wait_for_url("**/console/")


@contextmanager
def shown() -> Iterator[Shown]:
    """Set up, synchronize twice with a month between, and serve."""
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="headgate-")))
        source, port = free_port(), free_port()
        lab = headgate("lab", "upstream", "--port", str(source))
        stack.enter_context(Child(lab, log=scratch / "lab.log")).wait_for(
            f"http://127.0.0.1:{source}/lab/ready"
        )
        found = Shown(scratch / "data", f"http://127.0.0.1:{port}")
        serve = ("serve", "--listen", f"127.0.0.1:{port}")
        command = headgate("--data", str(found.data), *serve)
        stack.enter_context(Child(command, log=scratch / "serve.log")).wait_for(
            f"{found.address}/health/ready"
        )
        place = ("source.host=127.0.0.1", f"source.port={source}", "source.tls=false")
        daily = ("schedule.mode=daily", "schedule.per_day=4")
        found.done("settings", "set", "source.kind=upstream", *place, *daily)
        found.done("users", "add", NAME, "--role", "administrator", stdin=f"{PASSWORD}\n")
        found.done("sync", "now", "--yes")
        month = urllib.request.Request(f"http://127.0.0.1:{source}/lab/advance", method="POST")
        urllib.request.urlopen(month, timeout=30).close()  # noqa: S310 - ours
        found.done("sync", "now")
        yield found


def telling_update(place: Shown) -> str:
    """Return the id of an update that supersedes others and is bundled."""
    updates = json.loads(place.done("updates", "list", "--limit", "0", "--json"))
    cumulative = [one for one in updates if "Cumulative" in one["title"]]
    return str((cumulative or updates)[0]["id"])


def draw(place: Shown, browser: Browser, wanted: Picture, folder: Path) -> None:
    """Look at one page and keep what is seen."""
    context = browser.new_context(
        base_url=place.address,
        locale=wanted.language,
        viewport={"width": WIDTH, "height": HEIGHT},
        color_scheme="dark" if wanted.dark else "light",
    )
    page = context.new_page()
    if wanted.signed_in:
        place.sign_in(page)
    page.goto(wanted.path)
    page.wait_for_load_state("networkidle")
    height = min(int(page.evaluate("document.documentElement.scrollHeight")), TALLEST)
    page.set_viewport_size({"width": WIDTH, "height": height})
    page.screenshot(path=folder / f"{wanted.name}.png")
    context.close()


def main(arguments: list[str]) -> int:
    """Write every picture; return the exit code."""
    folder = Path(arguments[0]) if arguments else PICTURES
    folder.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.stderr.write("chromium is missing (apt-get install chromium)\n")
        return 1
    with shown() as place, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for wanted in pictures(telling_update(place)):
            draw(place, browser, wanted, folder)
            sys.stdout.write(f"{folder / wanted.name}.png\n")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
