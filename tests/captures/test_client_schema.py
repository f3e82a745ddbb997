"""What we write to Windows computers and as one, against the schemas inside the WSDLs."""

from pathlib import Path

import pytest
from lxml import etree
from tests.client_messages import MESSAGES
from tests.schemas import compiled

from headgate.wire import soap
from headgate.wire.clientsync import namespaces, operations
from headgate.wire.soap import SoapVersion

WSDLS = {
    namespaces.CLIENT: "Client.wsdl",
    namespaces.SIMPLE_AUTH: "SimpleAuth.wsdl",
    namespaces.REPORTING: "ReportingWUSP.wsdl",
}


@pytest.fixture(scope="module")
def schemas(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, etree.XMLSchema]:
    """The schema of each service, by namespace."""
    return {
        namespace: compiled(shared / "wsdl" / name, tmp_path_factory.mktemp("xsd"))
        for namespace, name in WSDLS.items()
    }


def message_of(body: bytes) -> etree._Element:
    """The message alone: the frame's namespace declarations do not stand on it."""
    return etree.fromstring(etree.tostring(etree.fromstring(body)[0][0]))


@pytest.mark.parametrize("version", list(SoapVersion))
@pytest.mark.parametrize("which", ["full", "bare"])
@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_what_we_write_fits_the_schema_and_reads_back(
    name: str, which: str, version: SoapVersion, schemas: dict[str, etree.XMLSchema]
) -> None:
    operation = operations.OPERATIONS[name]
    full, bare, full_answer, bare_answer = MESSAGES[name]
    request, response = (full, full_answer) if which == "full" else (bare, bare_answer)

    asked = operation.encode_request(request, version)
    answered = operation.encode_response(response, version)

    schemas[operation.namespace].assertValid(message_of(asked))
    schemas[operation.namespace].assertValid(message_of(answered))
    envelope = soap.read_request(asked)
    assert envelope.version is version
    assert f"{envelope.namespace}/{envelope.operation}" == operation.action
    assert operation.decode_request(envelope) == request
    assert operation.decode_response(answered) == response


def test_every_operation_but_ping_has_messages() -> None:
    """Ping is in the other protocol's WSDL and proved there."""
    assert set(operations.OPERATIONS) - set(MESSAGES) == {"Ping"}


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_actions_are_those_of_the_wsdl(name: str, shared: Path) -> None:
    operation = operations.OPERATIONS[name]
    wsdl = etree.parse(str(shared / "wsdl" / WSDLS[operation.namespace]))

    actions = wsdl.xpath(
        "//*[local-name()='operation'][@name=$name]/*[local-name()='operation']/@soapAction",
        name=name,
    )

    assert set(actions) == {operation.action}
