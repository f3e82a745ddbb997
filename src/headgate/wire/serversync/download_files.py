"""DownloadFiles: please fetch these files, I shall come for them ([MS-WSUSSS] 3.1.4.11).

From the WSDL; nobody has observed one. The answer is empty and says nothing about success.
"""

from dataclasses import dataclass

from headgate.wire import answers, cookie, soap, values
from headgate.wire.cookie import Cookie
from headgate.wire.serversync import namespaces
from headgate.wire.soap import Envelope, SoapVersion

NAME = "DownloadFiles"
ACTION = namespaces.action(NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadFilesRequest:
    """Names files by SHA-1, at most 100 of them."""

    cookie: Cookie | None
    file_digest_list: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadFilesResponse:
    """The answer carries nothing."""


def encode_request(
    request: DownloadFilesRequest, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the request's bytes."""
    shown = cookie.write_cookie(request.cookie)
    wanted = values.write_digests("fileDigestList", request.file_digest_list)
    return soap.write_request(namespaces.message(NAME, shown + wanted), version)


def decode_request(envelope: Envelope) -> DownloadFilesRequest:
    """Return the request. Raises MalformedMessage."""
    return DownloadFilesRequest(
        cookie=cookie.read_cookie(envelope.message),
        file_digest_list=values.read_digests(envelope.message, "fileDigestList"),
    )


def encode_response(
    response: DownloadFilesResponse, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the answer's bytes."""
    return soap.write_response(namespaces.empty_message(f"{NAME}Response"), version)


def decode_response(body: bytes) -> DownloadFilesResponse:
    """Return the answer. Raises SoapFault and MalformedMessage."""
    answers.read_answer(body, f"{NAME}Response")
    return DownloadFilesResponse()
