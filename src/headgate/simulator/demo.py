"""The demo: a pretend Microsoft Update, a real server, ten computers, and what becomes of them.

All are child processes; the story is told with the commands an administrator would type, and
every number in it was read back from the server with them.

1. The pretend Microsoft Update and the server start.      5. A month passes at Microsoft.
2. The server is told where updates come from.             6. The history.
3. The first synchronization, and what it brought.         7. Updates are approved.
4. Again: nothing is new.                                  8. Ten computers install them and report.

It ends with the console: its address, and a link that signs in whoever watches.
"""

import json
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, TextIO

from headgate.errors import HeadgateError
from headgate.simulator.children import LOOPBACK, Child, demo_environment, free_port, headgate

#: Where computers look for an update server; the demo takes it, or the next free port.
USUAL_PORT = 8530
_USUAL_TLS_PORT = 8531  # looks like TLS to people and to agents
SHOWN_UPDATES = 8
SHOWN_IN_A_COMMAND = 4
#: States of an update on a computer that has a use for it and not yet has it.
_MISSING = ("needed", "downloaded", "failed", "pending_reboot")
#: An administrator without a password: who watches signs in with a link.
DEMO_USER = "demo"
COMPUTERS = 10
_WIDTH = 100


class DemoFailedError(HeadgateError):
    """A command of the story failed; it has said why."""


def run_demo(*, once: bool, data: Path | None, out: TextIO = sys.stdout) -> None:
    """Tell the story on ``out``; ``once``: end after it, else stay until Ctrl-C or SIGTERM.

    ``data``: the data directory; None for a throw-away one. Raises DemoFailedError and
    ChildFailedError. The progress of commands goes to stderr, as always.
    """
    with _ending_in_order(), ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="headgate-demo-")))
        story = _Story(data or scratch / "data", out)
        source = f"http://{LOOPBACK}:{free_port()}"
        address = f"{LOOPBACK}:{free_port(None if once else USUAL_PORT, but=(_USUAL_TLS_PORT,))}"

        story.title("A pretend Microsoft Update and a Headgate server start")
        port = source.rpartition(":")[2]
        upstream = _child(stack, headgate("lab", "upstream", "--port", port), scratch / "lab.log")
        upstream.wait_for(f"{source}/lab/ready")
        story.tell(f"the pretend Microsoft Update answers at {source}")
        serving = ("serve", "--listen", address, "--listen-tls", "off")
        server = _child(stack, story.command(*serving), scratch / "serve.log")
        server.wait_for(f"http://{address}/health/ready")
        story.tell(f"Headgate answers at http://{address}/")

        story.run("users", "add", DEMO_USER, "--role", "administrator", "--no-password")
        tell_story(story, source)
        tell_of_computers(story, f"http://{address}")
        story.show_console(f"http://{address}/WSUSAdmin")
        if once:
            story.tell("\nThat was the demo.")
            return
        story.tell("\nIt stays until Ctrl-C. In another terminal:")
        for verb in ("open", "updates list"):
            story.tell(f"  {sys.argv[0]} --data {story.data} {verb}")
        server.stay()


def tell_story(story: "_Story", source: str) -> None:
    """Tell what happens between a server and its source, from the first contact on."""
    host, port = source.removeprefix("http://").split(":")
    story.title("The server is told where updates come from")
    settings = (f"source.host={host}", f"source.port={port}", "source.tls=false")
    story.run("settings", "set", "source.kind=upstream", *settings)

    story.title("The first synchronization")
    story.synchronize("--yes")
    story.show_catalogue()

    story.title("Again: nothing is new")
    story.synchronize()

    story.title("A month passes at Microsoft; the third synchronization brings what is new")
    advance = urllib.request.Request(f"{source}/lab/advance", method="POST")  # noqa: S310 - ours
    urllib.request.urlopen(advance, timeout=30).close()  # noqa: S310 - ours
    run = story.synchronize()
    story.show_updates("arrived with it", "--since", run["started"])

    story.title("The history")
    story.run("sync", "history", shown=True)


def tell_of_computers(story: "_Story", server: str) -> None:
    """Tell what computers make of approved updates. Raises DemoFailedError when it is nothing."""
    story.title("What nothing newer replaces is approved; its files are fetched")
    everything = story.ask("updates", "list", "--limit", "0")
    wanted = [one for one in everything if not one["superseded"] and one["state"] != "expired"]
    story.approve(wanted)

    story.title(f"{COMPUTERS} Windows computers scan, download, install and report")
    story.run("lab", "clients", "--count", str(COMPUTERS), "--server", server, shown=True)
    reported = [one for one in story.ask("computers", "list") if one["last_report"]]
    story.tell(f"   {len(reported)} computers have reported to the server")
    everywhere = story.show_installed(wanted)
    if len(reported) != COMPUTERS or not everywhere:
        raise DemoFailedError(
            "The computers did not do what was approved.",
            next_step="Please report this with the output above.",
        )


class _Story:
    """Runs commands of the server and prints what they said."""

    def __init__(self, data: Path, out: TextIO) -> None:
        self.data = data
        self._out = out
        self._chapter = 0

    def title(self, text: str) -> None:
        self._chapter += 1
        self.tell(f"\n{self._chapter}. {text}")

    def tell(self, text: str) -> None:
        print(text, file=self._out, flush=True)

    def command(self, *arguments: str) -> list[str]:
        return headgate("--data", str(self.data), *arguments)

    def run(self, *arguments: str, shown: bool = False) -> str:
        """Run a command in front of the audience and return what it printed."""
        self.tell(f"   $ headgate {' '.join(arguments)}")
        done = self._call(*arguments)
        if shown:
            self.tell("\n".join(_fitting(f"   {line}") for line in done.splitlines()))
        return done

    def ask(self, *arguments: str) -> Any:
        """Run a command behind the curtain and return its JSON."""
        return json.loads(self._call(*arguments, "--json"))

    def _call(self, *arguments: str) -> str:
        done = subprocess.run(
            self.command(*arguments),
            stdout=subprocess.PIPE,
            text=True,
            check=False,
            env=demo_environment(),
        )
        if done.returncode != 0:
            raise DemoFailedError(
                f"`headgate {' '.join(arguments)}` ended with {done.returncode}.",
                next_step="Its message is above.",
            )
        return done.stdout

    def synchronize(self, *options: str) -> dict[str, Any]:
        """Synchronize and tell what the history says about it."""
        self.run("sync", "now", *options)
        run: dict[str, Any] = self.ask("sync", "history", "--limit", "1")[0]
        self.tell(
            f"   {run['result']} in {_duration(run)}: {run['new']:,} new, {run['revised']:,} "
            f"revised, {run['expired']:,} expired updates; {run['documents']:,} documents"
        )
        for problem in run["problems"]:
            self.tell(f"   {problem['kind']}: {problem['reason']}")
        return run

    def show_catalogue(self) -> None:
        """Tell what is there after the first synchronization."""
        kinds = Counter(product["kind"] for product in self.ask("products", "list"))
        self.tell(
            f"   {kinds['product']:,} products in {kinds['family']:,} families of "
            f"{kinds['company']:,} companies"
        )
        chosen = [one["title"] for one in self.ask("classifications", "list") if one["selected"]]
        self.tell(f"   chosen classifications: {', '.join(chosen)}")
        self.show_updates("in the catalogue")

    def approve(self, updates: list[dict[str, Any]]) -> None:
        """Approve updates and wait for their files."""
        shown = [f"KB{one['kb']}" for one in updates if one["kb"]]
        words = " ".join(list(dict.fromkeys(shown))[:SHOWN_IN_A_COMMAND])
        self.tell(f"   $ headgate approve {words} … --wait")
        ids = [one["id"] for one in updates]
        done = self.ask("approve", *ids, "--accept-licence", "--wait")
        files = done["fetched"]["files"] if done["fetched"] else 0
        self.tell(f"   {len(ids):,} updates approved, {files:,} files fetched")

    def show_installed(self, updates: list[dict[str, Any]]) -> int:
        """Tell which updates are installed on every computer that had a use for them."""
        approved = {update["id"] for update in updates}
        installed, unneeded = [], 0
        for update in self.ask("updates", "list", "--limit", "0", "--computers"):
            said = update["computers"]
            missing = sum(said[state] for state in _MISSING)
            if update["id"] not in approved or missing:
                continue
            if said["installed"]:
                installed.append((said["installed"], update))
            else:
                unneeded += 1
        self.tell(
            f"   {len(installed):,} of {len(updates):,} approved updates are installed everywhere "
            f"they were needed, {unneeded:,} nobody needed; among the installed:"
        )
        installed.sort(key=lambda one: -one[0])
        for computers, update in installed[:SHOWN_UPDATES]:
            self.tell(_fitting(f"     {computers:>2} computers  {update['title']}"))
        return len(installed)

    def show_console(self, address: str) -> None:
        """Tell where the console is, and the link that signs in the one who watches."""
        self.title("The console")
        with urllib.request.urlopen(address, timeout=30) as page:  # noqa: S310 - ours
            self.tell(f"   {address} answers with {page.status}: {page.url}")
        opened = self.ask("open")
        once = "once, within ten minutes (`headgate open` makes more)"
        self.tell(f"   this link signs you in, {once}:")
        self.tell(f"   {opened['link']}")

    def show_updates(self, where: str, *options: str) -> None:
        """Tell how many updates there are, and the first of them."""
        updates = self.ask("updates", "list", "--limit", "0", *options)
        self.tell(f"   {len(updates):,} updates {where}, among them:")
        for update in updates[:SHOWN_UPDATES]:
            kb = f"KB{update['kb']}" if update["kb"] else ""
            severity = update["severity"] or ""
            self.tell(_fitting(f"     {kb:<10} {severity:<10} {update['title']}"))


def _fitting(line: str) -> str:
    return line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"


def _duration(run: dict[str, Any]) -> str:
    started, ended = (datetime.fromisoformat(run[name]) for name in ("started", "ended"))
    seconds = round((ended - started).total_seconds())
    return "less than a second" if seconds == 0 else f"{seconds} s"


def _child(stack: ExitStack, command: list[str], log: Path) -> Child:
    return stack.enter_context(Child(command, log=log))


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """Let SIGTERM and Ctrl-C end the demo through its ``with`` blocks, without a traceback."""

    def end(_number: int, _frame: FrameType | None) -> NoReturn:
        raise _Ended

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    except _Ended:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Ended(BaseException):
    """Somebody asked the demo to end."""
