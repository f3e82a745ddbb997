"""An answer before it is encoded for the one who asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from headgate.wire.clientsync.update_info import LargeXml
from headgate.wire.soap import SoapVersion, Style

#: What real services say of their answers (FACTS §1.4).
_CACHE_CONTROL = {Style.WCF: "private", Style.ASMX: "private, max-age=0"}

Parts = Sequence[bytes | LargeXml]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Status, the headers that depend on what is said, and the parts in the order to send."""

    status: HTTPStatus = HTTPStatus.OK
    content_type: str
    cache_control: str
    parts: Parts


def answer(parts: Parts, version: SoapVersion, style: Style) -> Reply:
    """Return a service's answer."""
    return Reply(
        content_type=version.content_type(), cache_control=_CACHE_CONTROL[style], parts=parts
    )


def fault(body: bytes, version: SoapVersion) -> Reply:
    """Return a fault: always status 500 (FACTS §1.6)."""
    return Reply(
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        content_type=version.content_type(),
        cache_control="private",
        parts=(body,),
    )


def said(status: HTTPStatus, sentence: str) -> Reply:
    """Return a sentence for whoever is no computer of this protocol."""
    return Reply(
        status=status,
        content_type="text/plain; charset=utf-8",
        cache_control="no-store",
        parts=(sentence_body(sentence),),
    )


def sentence_body(sentence: str) -> bytes:
    """Return the body of a sentence."""
    return f"{sentence}\n".encode()
