"""*Options*: what can be set in the console, and where."""

from dataclasses import dataclass

from starlette.responses import Response

from headgate.sentences import Sentence
from headgate.web.console.visit import Console, Visit


@dataclass(frozen=True, slots=True)
class Option:
    """One page below *Options*."""

    title: str
    meaning: str
    address: str
    icon: str


_OPTIONS = (
    Option(
        Sentence("Synchronization Options"),
        Sentence("Schedule, update source, proxy server; synchronize now, test the connection."),
        "/console/options/synchronization",
        "refresh",
    ),
    Option(
        Sentence("Products"),
        Sentence("For which products updates are synchronized."),
        "/console/options/synchronization/products",
        "package",
    ),
    Option(
        Sentence("Classifications"),
        Sentence("Which classes of updates are synchronized."),
        "/console/options/synchronization/classifications",
        "tags",
    ),
    Option(
        Sentence("Update Files and Languages"),
        Sentence("Which update files are stored here, and for which languages."),
        "/console/options/synchronization/advanced",
        "language",
    ),
    Option(
        Sentence("Certificate"),
        Sentence("The certificate computers have to trust, and how to deploy it."),
        "/console/certificate",
        "certificate",
    ),
    Option(
        Sentence("Your account"),
        Sentence("Your password and your open sessions."),
        "/console/account",
        "user",
    ),
)


def show(_console: Console, visit: Visit) -> Response:
    """List the pages below *Options*."""
    return visit.page("options.html", options=_OPTIONS)
