"""Help: keys, where things are, versions, and whose work the pages are made with."""

import json
from dataclasses import dataclass
from functools import lru_cache

from starlette.responses import Response

from headgate.sentences import Sentence
from headgate.web.console.assets import STATIC
from headgate.web.console.visit import Console, Visit

#: Key to what it does; ``console.js`` does it.
KEYS = (
    ("/", Sentence("Search updates")),
    ("j", Sentence("Next entry of a list")),
    ("k", Sentence("Previous entry of a list")),
    ("?", Sentence("This page")),
)

#: Where to find what: words, address.
PLACES = (
    (Sentence("Whether everything is well, and what to do if not"), "/console/", Sentence("Home")),
    (
        Sentence("Find an update by words, KB number, product or state"),
        "/console/updates",
        Sentence("Updates"),
    ),
    (
        Sentence("What every synchronization brought, and what went wrong"),
        "/console/synchronizations",
        Sentence("Synchronizations"),
    ),
    (
        Sentence("Schedule, products, update source, proxy server, files and languages"),
        "/console/options/synchronization",
        Sentence("Synchronization Options"),
    ),
    (
        Sentence("Set up a new server step by step"),
        "/console/set-up",
        Sentence("Set-up"),
    ),
    (
        Sentence("The certificate computers must trust, and how they learn it"),
        "/console/certificate",
        Sentence("Certificate"),
    ),
    (
        Sentence("Your password, and where you are signed in"),
        "/console/account",
        Sentence("Your account"),
    ),
)

#: Commands worth knowing on the server itself.
COMMANDS = (
    ("headgate open", Sentence("prints the present address and a link that signs you in")),
    ("headgate doctor", Sentence("looks for what is wrong, and says what to do")),
    ("headgate sync status", Sentence("tells what is being synchronized")),
    ("headgate users list", Sentence("lists who may use the console")),
    ("headgate --help", Sentence("lists all commands")),
)


@dataclass(frozen=True, slots=True)
class Work:
    """Somebody else's work that pages are made with."""

    name: str
    version: str
    licence: str
    text: str  #: of the licence


def show(_console: Console, visit: Visit) -> Response:
    """Show the help."""
    return visit.page("help.html", keys=KEYS, places=PLACES, commands=COMMANDS, works=_works())


@lru_cache
def _works() -> tuple[Work, ...]:
    vendor = STATIC / "vendor"
    packages = json.loads((vendor / "vendor.json").read_text("utf-8"))["packages"]
    return tuple(
        Work(
            package["name"],
            package["version"],
            package["licence"],
            (vendor / package["licence_file"]).read_text("utf-8"),
        )
        for package in packages
    )
