"""Which operation headers name."""

import pytest
from starlette.datastructures import Headers

from headgate.web.soap.hints import Hint, hint_of
from headgate.wire.clientsync.operations import PING
from headgate.wire.soap import SoapVersion

SOAP_12 = SoapVersion.SOAP_12


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, Hint()),
        ({"SOAPAction": f'"{PING.action}"'}, Hint(operation="Ping")),
        ({"soapaction": f" {PING.action} "}, Hint(operation="Ping")),
        ({"soapaction": '"Ping"'}, Hint(operation="Ping")),
        ({"soapaction": '""'}, Hint()),
        ({"soapaction": '"urn:x/ping"'}, Hint()),
        ({"soapaction": '"urn:x/Delete><"'}, Hint()),
        ({"content-type": SOAP_12.content_type()}, Hint(version=SOAP_12)),
        (
            {"content-type": SOAP_12.content_type(PING.action)},
            Hint(operation="Ping", version=SOAP_12),
        ),
        (
            {"content-type": f"Application/SOAP+xml;action={PING.action};charset=utf-8"},
            Hint(operation="Ping", version=SOAP_12),
        ),
        (
            {"content-type": SOAP_12.content_type(), "soapaction": PING.action},
            Hint(version=SOAP_12),
        ),
        (
            {"content-type": SoapVersion.SOAP_11.content_type(), "soapaction": PING.action},
            Hint(operation="Ping"),
        ),
    ],
)
def test_headers_name_an_operation_or_none(headers: dict[str, str], expected: Hint) -> None:
    assert hint_of(Headers(headers)) == expected
