"""Our client asks what was once asked of a real WSUS, and is given what that answered.

Every captured exchange is replayed over HTTP: the request must be the captured one but for the
cookie, who asks, and ``Get63LanguageOnly`` (which the captured script left out), and the answer
must be understood to its last identity. Questions we never ask (a filter with one list alone) and
faults are left to others.
"""

import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from lxml import etree
from tests.material import CAPTURES
from tests.scripted_source import Clock, Reply, scripted_source
from tests.visitor import visiting

from headgate.catalogue.identity import RevisionIdentity
from headgate.upstream.source import Source

HANDSHAKE = ("GetAuthConfig", "GetAuthorizationCookie", "GetCookie")
WHO_ASKS = ("cookie", "accountName", "accountGuid")


class Exchange:
    """A captured request and its answer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.request = etree.fromstring((folder / "request.body").read_bytes())
        self.operation = etree.QName(self.request[0][0]).localname
        self.response = (folder / "response.body").read_bytes()
        head = (folder / "response.headers").read_bytes().decode()
        self.succeeded = " 200 " in head.splitlines()[0]
        self.date = parsedate_to_datetime(re.findall(r"(?m)^Date: (.*?)\r?$", head)[0])

    def texts(self, path: str) -> list[str]:
        steps = "/".join(f"{{*}}{step}" for step in path.split("/"))
        return [one.text or "" for one in self.request.iterfind(f".//{steps}")]

    def identities(self, body: etree._Element) -> list[RevisionIdentity]:
        return [
            RevisionIdentity(one.text.lower(), int(one.getparent().findtext("{*}RevisionNumber")))
            for one in body.iterfind(".//{*}UpdateID")
        ]


def _exchanges() -> list[Exchange]:
    if CAPTURES is None:
        return []
    folders = sorted((CAPTURES / "wsusss").glob("exchanges*/*/"))
    return [one for one in map(Exchange, folders) if one.succeeded and _question(one)]


def _question(exchange: Exchange) -> Callable[[Source], object] | None:
    """Return what to ask a source for this exchange, None for what we never ask."""
    anchor = next(iter(exchange.texts("Anchor") + exchange.texts("configAnchor")), None)
    categories = exchange.texts("Categories/IdAndDelta/Id")
    classifications = exchange.texts("Classifications/IdAndDelta/Id")
    if exchange.operation in (*HANDSHAKE, "GetConfigData"):
        return lambda source: source.describe(anchor)
    if exchange.operation == "GetUpdateData":
        return lambda source: source.documents(exchange.identities(exchange.request))
    if exchange.texts("GetConfig") == ["true"]:
        return lambda source: source.list_configuration(anchor)
    if categories and classifications:
        return lambda source: source.list_updates(
            anchor=anchor,
            products=categories,
            classifications=classifications,
            delta="true" in exchange.texts("IdAndDelta/Delta"),
        )
    return None


def _comparable(request: etree._Element) -> bytes:
    """Return a request in canonical form, without who asks and what the capture left out."""
    message = etree.fromstring(etree.tostring(request))[0][0]
    for element in message.iterfind(".//{*}Get63LanguageOnly"):
        element.getparent().remove(element)
    for element in list(message):
        if etree.QName(element).localname in WHO_ASKS:
            element.clear()
            element.text = "who asks"
    etree.cleanup_namespaces(message)
    return etree.tostring(message, method="c14n2")


@pytest.mark.skipif(CAPTURES is None, reason="no captures (set HEADGATE_CAPTURES)")
@pytest.mark.parametrize(
    "exchange", _exchanges(), ids=lambda one: f"{one.folder.parent.name}-{one.folder.name}"
)
def test_we_ask_what_was_asked_and_understand_the_answer(exchange: Exchange) -> None:
    session = {one.operation: one for one in reversed(_exchanges())}
    clock = Clock()
    clock.now = (exchange if exchange.operation == "GetCookie" else session["GetCookie"]).date
    replies = session | {exchange.operation: exchange}
    ask = _question(exchange)
    assert ask is not None
    with scripted_source(clock) as upstream, visiting(upstream.base_url, clock) as visitor:
        for operation, replayed in replies.items():
            upstream.next(operation, Reply(replayed.response))
        answer = ask(visitor.source)
    ours = etree.fromstring(upstream.calls(exchange.operation)[0].body.encode())
    assert _comparable(ours) == _comparable(exchange.request)
    listed = exchange.identities(etree.fromstring(exchange.response))
    if exchange.operation == "GetRevisionIdList":
        assert list(answer.identities) == list(dict.fromkeys(listed))  # type: ignore[attr-defined]
    if exchange.operation == "GetUpdateData":
        assert [one.identity for one in answer.documents] == listed  # type: ignore[attr-defined]
        assert len(answer.mu_urls) == exchange.response.count(b"<MUUrl>")  # type: ignore[attr-defined]
