"""*Options*: what can be set in the console, and where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from headgate.sentences import Sentence
from headgate.web.console import at_present
from headgate.web.console.visit import Console, Visit

_ALL = "/console/options/synchronization"


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
        _ALL,
        "refresh",
    ),
    Option(
        Sentence("Products"),
        Sentence("For which products updates are synchronized."),
        f"{_ALL}/products",
        "package",
    ),
    Option(
        Sentence("Classifications"),
        Sentence("Which classes of updates are synchronized."),
        f"{_ALL}/classifications",
        "tags",
    ),
    Option(
        Sentence("Update Files and Languages"),
        Sentence("Which update files are stored here, and for which languages."),
        f"{_ALL}/advanced",
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


def show(console: Console, visit: Visit) -> Response:
    """List the pages below *Options*, each with what is set there."""
    return visit.page("options.html", options=_OPTIONS, states=_states(console, visit))


def _states(console: Console, visit: Visit) -> Mapping[str, Sequence[str]]:
    """Return address to what is set there at present."""
    present, words = at_present.said(console, visit), visit.words
    certificate = console.certificates.describe()
    return {
        _ALL: [
            words.t("Update source: {source}", source=present["source"]),
            words.t("Proxy server: {proxy}", proxy=present["proxy"]),
            words.t("Schedule: {schedule}", schedule=present["schedule"]),
        ],
        f"{_ALL}/products": [present["products"]],
        f"{_ALL}/classifications": [present["classifications"]],
        f"{_ALL}/advanced": [present["files"], present["languages"]],
        "/console/certificate": [
            words.t("Valid until {date}", date=words.date(certificate.not_after))
            if certificate
            else words.t("This server has no certificate: it listens without TLS.")
        ],
        "/console/account": [visit.visitor.name] if visit.visitor else [],
    }
