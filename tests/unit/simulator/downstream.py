"""A downstream server for tests of the simulator: hand-written SOAP, none of our codecs."""

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import httpx2
from lxml import etree

from tests.upstream_lab import RunningLab

SYNC = "http://www.microsoft.com/SoftwareDistribution"
AUTH = "http://www.microsoft.com/SoftwareDistribution/Server/DssAuthWebService"
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
GUID = "6f1c2f6e-3f0b-4d3a-9b1e-0d2f6a1c5e12"


class Refused(Exception):
    """A fault, with its ErrorCode and Message."""

    def __init__(self, code: str, message: str, raw: bytes) -> None:
        super().__init__(code)
        self.code, self.message, self.raw = code, message, raw


@dataclass(frozen=True)
class Item:
    """One document of GetUpdateData."""

    identity: tuple[str, int]
    text: str | None
    cabinet: bytes | None
    digests: list[bytes]


class Downstream:
    """Speaks to one source; ``handshake`` first."""

    def __init__(self, lab: RunningLab) -> None:
        self.lab = lab
        self.http = httpx2.Client(trust_env=False, verify=False, timeout=30)
        self.cookie = ""

    def post(self, body: str, *, path: str | None = None, **headers: str) -> httpx2.Response:
        address = self.lab.address + (path or "/ServerSyncWebService/ServerSyncWebService.asmx")
        envelope = f'<s:Envelope xmlns:s="{SOAP_11}"><s:Body>{body}</s:Body></s:Envelope>'
        kind = {"Content-Type": "text/xml; charset=utf-8", "Accept-Encoding": "identity"}
        return self.http.post(address, content=envelope.encode(), headers={**kind, **headers})

    def call(self, operation: str, inside: str = "", *, cookie: bool = True, **kw: Any) -> Any:
        """Return the result element; raise Refused for a fault."""
        shown = self.cookie if cookie else ""
        answer = self.post(f'<{operation} xmlns="{SYNC}">{shown}{inside}</{operation}>', **kw)
        return _result(answer)

    def handshake(self) -> None:
        name = f"<accountName>test.invalid</accountName><accountGuid>{GUID}</accountGuid>"
        answer = self.post(
            f'<GetAuthorizationCookie xmlns="{AUTH}">{name}</GetAuthorizationCookie>',
            path="/DssAuthWebService/DssAuthWebService.asmx",
        )
        data = _text(_result(answer), "CookieData")
        self.cookie = ""
        result = self.call(
            "GetCookie",
            "<authCookies><AuthorizationCookie><PlugInId>DssTargeting</PlugInId>"
            f"<CookieData>{data}</CookieData></AuthorizationCookie></authCookies>"
            "<protocolVersion>1.20</protocolVersion>",
        )
        self.cookie = (
            f"<cookie><Expiration>{_text(result, 'Expiration')}</Expiration>"
            f"<EncryptedData>{_text(result, 'EncryptedData')}</EncryptedData></cookie>"
        )

    def listing(
        self,
        *,
        configuration: bool = False,
        anchor: str | None = None,
        categories: dict[str, bool] | None = None,
        classifications: dict[str, bool] | None = None,
    ) -> tuple[str, list[tuple[str, int]]]:
        """Return anchor and identities; the dictionaries say whether an id is a delta."""
        result = self.call(
            "GetRevisionIdList",
            "<filter>"
            + (f"<Anchor>{escape(anchor)}</Anchor>" if anchor is not None else "")
            + f"<GetConfig>{str(configuration).lower()}</GetConfig>"
            + "<Get63LanguageOnly>false</Get63LanguageOnly>"
            + _list("Categories", categories)
            + _list("Classifications", classifications)
            + "</filter>",
        )
        return _text(result, "Anchor"), [_identity(one) for one in _all(result, "UpdateIdentity")]

    def documents(self, identities: list[tuple[str, int]]) -> list[Item]:
        """Return what one GetUpdateData brings."""
        return [
            Item(
                identity=_identity(_all(one, "Id")[0]),
                text=_text_or_none(one, "XmlUpdateBlob"),
                cabinet=_bytes_or_none(one, "XmlUpdateBlobCompressed"),
                digests=[base64.b64decode(d.text) for d in _all(one, "base64Binary")],
            )
            for one in _all(self.update_data(identities), "ServerSyncUpdateData")
        ]

    def update_data(self, identities: list[tuple[str, int]]) -> Any:
        wanted = "".join(
            f"<UpdateIdentity><UpdateID>{one}</UpdateID>"
            f"<RevisionNumber>{number}</RevisionNumber></UpdateIdentity>"
            for one, number in identities
        )
        return self.call("GetUpdateData", f"<updateIds>{wanted}</updateIds>")

    def file_addresses(self, identities: list[tuple[str, int]]) -> list[str]:
        result = self.update_data(identities)
        return [one.text for one in _all(result, "MUUrl")]


@contextmanager
def stranger(lab: RunningLab) -> Iterator[Downstream]:
    """A downstream server that has not shaken hands yet."""
    downstream = Downstream(lab)
    with downstream.http:
        yield downstream


@contextmanager
def connected(lab: RunningLab) -> Iterator[Downstream]:
    """A downstream server that has shaken hands."""
    with stranger(lab) as downstream:
        downstream.handshake()
        yield downstream


def _list(name: str, wanted: dict[str, bool] | None) -> str:
    if wanted is None:
        return ""
    inside = "".join(
        f"<IdAndDelta><Id>{one}</Id><Delta>{str(delta).lower()}</Delta></IdAndDelta>"
        for one, delta in wanted.items()
    )
    return f"<{name}>{inside}</{name}>"


def _result(answer: httpx2.Response) -> Any:
    if not re.match(rb"\s*<(\?xml|\w+:Envelope)", answer.content):
        raise ValueError(f"no SOAP: HTTP {answer.status_code} {answer.content[:60]!r}")
    root = etree.fromstring(answer.content, etree.XMLParser(huge_tree=True))
    faults = _all(root, "Fault")
    if faults:
        assert answer.status_code == 500
        raise Refused(_text(faults[0], "ErrorCode"), _text(faults[0], "Message"), answer.content)
    assert answer.status_code == 200
    return root


def _all(element: Any, name: str) -> list[Any]:
    return element.xpath(f".//*[local-name()='{name}']")


def _text(element: Any, name: str) -> str:
    return _all(element, name)[0].text or ""


def _text_or_none(element: Any, name: str) -> str | None:
    found = _all(element, name)
    return found[0].text if found else None


def _bytes_or_none(element: Any, name: str) -> bytes | None:
    text = _text_or_none(element, name)
    return None if text is None else base64.b64decode(text)


def _identity(element: Any) -> tuple[str, int]:
    return _text(element, "UpdateID"), int(_text(element, "RevisionNumber"))
