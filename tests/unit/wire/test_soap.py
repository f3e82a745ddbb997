import pytest

from headgate.errors import MalformedMessage
from headgate.wire import answers, soap
from headgate.wire.faults import ErrorCode, SoapFault, write_fault
from headgate.wire.soap import SoapVersion, Style

PING = '<Ping xmlns="urn:x"><pingLevel>1</pingLevel></Ping>'


@pytest.mark.parametrize("version", list(SoapVersion))
def test_a_request_is_found_in_its_envelope(version: SoapVersion) -> None:
    envelope = soap.read_request(soap.write_request(PING, version))

    assert (envelope.version, envelope.operation) == (version, "Ping")
    assert envelope.namespace == "urn:x"


def test_a_header_and_other_prefixes_do_not_matter() -> None:
    body = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><x/></s:Header>'
        f"<s:Body><!-- hello -->\n{PING}</s:Body></s:Envelope>"
    )

    assert soap.read_request(body.encode()).operation == "Ping"


@pytest.mark.parametrize(
    "body",
    [
        b"<html/>",
        b'<Envelope xmlns="urn:other"><Body><a/></Body></Envelope>',
        b'<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"/>',
        b'<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body/></Envelope>',
        b"not xml at all",
        b"",
    ],
)
def test_what_is_no_envelope_is_refused_with_its_bytes(body: bytes) -> None:
    with pytest.raises(MalformedMessage) as refused:
        soap.read_request(body)

    assert refused.value.raw == body


def test_soap_12_names_its_action_in_the_content_type() -> None:
    assert SoapVersion.SOAP_11.content_type("urn:a") == "text/xml; charset=utf-8"
    assert 'action="urn:a"' in SoapVersion.SOAP_12.content_type("urn:a")


@pytest.mark.parametrize("version", list(SoapVersion))
@pytest.mark.parametrize("code", list(ErrorCode))
def test_a_fault_of_every_code_arrives_whole(version: SoapVersion, code: ErrorCode) -> None:
    sent = SoapFault(
        code,
        message="digest|digest <&>",
        id="0b2c41a8-6a3c-4c4b-9a0e-000000000000",
        method="urn:x/GetCookie",
        at_fault="Server",
        actor="http://127.0.0.1/x.asmx",
    )

    received = answers.decode_fault(write_fault(sent, version))

    assert received.error_code is code
    assert vars(received) == vars(sent)
    with pytest.raises(SoapFault, match=f"to GetCookie with the fault {code}"):
        answers.read_answer(write_fault(sent, version), "GetCookieResponse")


def test_the_unqualified_detail_of_soap_12_is_enough() -> None:
    body = (
        '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><e:Fault><e:Code>'
        "<e:Value>e:Sender</e:Value></e:Code><e:Reason><e:Text>no</e:Text></e:Reason><Detail>"
        "<ErrorCode>InvalidCookie</ErrorCode></Detail></e:Fault></e:Body></e:Envelope>"
    )

    fault = answers.decode_fault(body.encode())

    assert (fault.error_code, fault.at_fault) == (ErrorCode.INVALID_COOKIE, "Client")


def test_a_fault_without_detail_says_its_reason() -> None:
    body = soap.write_response(
        "<soap:Fault><faultcode>soap:Server</faultcode><faultstring>Out of memory</faultstring>"
        "</soap:Fault>"
    )

    fault = answers.decode_fault(body)

    assert fault.error_code is None
    assert "Out of memory" in str(fault)


def test_an_unknown_code_is_kept_as_spelled() -> None:
    fault = answers.decode_fault(write_fault(SoapFault("Tuesday")))

    assert (fault.code, fault.error_code) == ("Tuesday", None)


def test_a_web_page_is_called_so_with_its_title() -> None:
    page = b"\n<!DOCTYPE html><HTML><head><title> Access denied </title></head></HTML>"

    with pytest.raises(MalformedMessage, match='web page titled "Access denied"') as refused:
        answers.decode_fault(page)

    assert refused.value.raw == page
    assert refused.value.next_step


@pytest.mark.parametrize("body", [b"", b"  ", b"Service Unavailable", b'{"error": 1}'])
def test_other_bodies_are_no_fault(body: bytes) -> None:
    with pytest.raises(MalformedMessage):
        answers.decode_fault(body)


def test_another_message_than_the_expected_one_is_refused() -> None:
    with pytest.raises(MalformedMessage, match="Expected GetCookieResponse and received Ping"):
        answers.read_answer(soap.write_response(PING), "GetCookieResponse")
    with pytest.raises(MalformedMessage, match="Expected a fault and received Ping"):
        answers.decode_fault(soap.write_response(PING))


@pytest.mark.parametrize("version", list(SoapVersion))
def test_an_answer_in_the_client_services_style(version: SoapVersion) -> None:
    """No declaration, xsi and xsd on Body (FACTS §1.3; captured in native/scan)."""
    written = soap.write_response(PING, version, Style.WCF)

    assert written.startswith(f'<s:Envelope xmlns:s="{version.value}"><s:Body xmlns:xsi='.encode())
    assert written.endswith(f"{PING}</s:Body></s:Envelope>".encode())
    assert soap.read_request(written).operation == "Ping"


def test_a_request_as_a_windows_computer_writes_it() -> None:
    assert (
        soap.write_request(PING, style=Style.WCF)
        == (
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
            f"{PING}</s:Body></s:Envelope>"
        ).encode()
    )


def test_a_fault_of_the_client_service_has_no_actor_and_its_own_prefix() -> None:
    fault = SoapFault(
        ErrorCode.INVALID_PARAMETERS, message="parameters.InstalledNonLeafUpdateIDs", method="urn:x"
    )

    written = write_fault(fault, style=Style.WCF)

    assert (
        b"<s:Fault><faultcode>s:Client</faultcode><faultstring>Fault occurred</faultstring><detail>"
        b"<ErrorCode>InvalidParameters</ErrorCode>"
        b"<Message>parameters.InstalledNonLeafUpdateIDs</Message><ID></ID>"
        b'<Method>"urn:x"</Method></detail></s:Fault>'
    ) in written
    assert vars(answers.decode_fault(written)) == vars(fault)


def test_a_fault_of_the_client_service_in_soap_12_has_one_detail() -> None:
    """The second one is the server-to-server protocol's ([MS-WSUSSS] 2.2.9.2)."""
    fault = SoapFault(ErrorCode.SERVER_BUSY, at_fault="Server")

    written = write_fault(fault, SoapVersion.SOAP_12, Style.WCF)

    assert written.count(b"Detail>") == 2
    assert b"<s:Value>s:Receiver</s:Value>" in written
    assert vars(answers.decode_fault(written)) == vars(fault)
