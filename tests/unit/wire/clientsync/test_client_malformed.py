"""What is wrong is refused by name; whatever arrives, nothing but a refusal comes of it."""

from contextlib import suppress
from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from tests.client_messages import MESSAGES
from tests.material import CAPTURES

from headgate.errors import MalformedMessage
from headgate.wire import soap
from headgate.wire.clientsync import namespaces, operations
from headgate.wire.faults import SoapFault
from headgate.wire.soap import SoapVersion

ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
    f'<SyncUpdates xmlns="{namespaces.CLIENT}"><parameters>{{}}</parameters></SyncUpdates>'
    "</s:Body></s:Envelope>"
)


def decode(body: bytes) -> object:
    """A request as the door reads it."""
    envelope = soap.read_request(body)
    operation = operations.OPERATIONS.get(envelope.operation)
    return None if operation is None else operation.decode_request(envelope)


@pytest.mark.parametrize(
    "number",
    [
        "2147483648",
        "-2147483649",
        "99999999999999999999",
        "9" * 5000,
        "1.0",
        "1_0",
        "0x10",
        "\u0663",
        "1 2",
        "x",
        "",
        "<a>5</a>",
    ],
)
@pytest.mark.parametrize(
    "array", ["InstalledNonLeafUpdateIDs", "OtherCachedUpdateIDs", "CachedDriverIDs"]
)
def test_an_id_that_is_none_is_refused_wherever_it_stands(array: str, number: str) -> None:
    written = f"<{array}><int>1</int><int>{number}</int><int>2</int></{array}>"

    with pytest.raises(MalformedMessage, match="int is"):
        decode(ENVELOPE.format(written).encode())


@pytest.mark.parametrize(
    ("content", "about"),
    [
        ("<SkipSoftwareSync>maybe</SkipSoftwareSync>", "SkipSoftwareSync"),
        ("<SkipSoftwareSync/>", "SkipSoftwareSync"),
        (
            "<FilterCategoryIds><CategoryIdentifier><Id>{x}</Id></CategoryIdentifier>"
            "</FilterCategoryIds>",
            "Id is",
        ),
        ("<FilterCategoryIds><CategoryIdentifier/></FilterCategoryIds>", "CategoryIdentifier"),
        ("<ComputerSpec><HardwareIDs><guid>1</guid></HardwareIDs></ComputerSpec>", "guid is"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_by_name(content: str, about: str) -> None:
    with pytest.raises(MalformedMessage, match=about):
        decode(ENVELOPE.replace("{}", content).encode())


@pytest.mark.parametrize(
    "body",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]>' + ENVELOPE,
        ENVELOPE.format("<ComputerSpec>" * 300 + "</ComputerSpec>" * 300),
        ENVELOPE.format("<FeatureScoreMatchingKey>&b;</FeatureScoreMatchingKey>"),
        ENVELOPE[:-10],
        ENVELOPE.format("\x00"),
    ],
    ids=["DTD", "depth", "entity", "cut off", "zero byte"],
)
def test_xml_that_is_no_message_is_refused(body: str) -> None:
    with pytest.raises(MalformedMessage):
        decode(body.encode())


def test_serialized_objects_stay_the_bytes_and_strings_they_are() -> None:
    """The published attacks on WSUS put .NET objects where a cookie or a string belongs."""
    gadget = "AAEAAAD/////AQAAAAAAAAAMAgAAAF5NaWNyb3NvZnQ="
    cookie = (
        f'<GetCookie xmlns="{namespaces.CLIENT}"><authCookies><AuthorizationCookie>'
        f"<PlugInId>SimpleTargeting</PlugInId><CookieData>{gadget}</CookieData>"
        "</AuthorizationCookie></authCookies></GetCookie>"
    )
    body = (
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
        f"{cookie}</soap:Body></soap:Envelope>"
    )

    request = operations.GET_COOKIE.decode_request(soap.read_request(body.encode()))

    assert request.auth_cookies[0].cookie_data.startswith(b"\x00\x01\x00\x00\x00\xff\xff\xff\xff")


def corpus() -> dict[str, tuple[bytes, bytes]]:
    """Requests and answers to mutate: our own, and captured ones of a handy size."""
    found = {
        name: (
            operation.encode_request(MESSAGES[name][0], SoapVersion.SOAP_11),
            operation.encode_response(MESSAGES[name][2], SoapVersion.SOAP_11),
        )
        for name, operation in operations.OPERATIONS.items()
        if name in MESSAGES
    }
    exchanges: list[Path] = []
    if CAPTURES is not None:
        exchanges = sorted(path.parent for path in CAPTURES.glob("native*/**/response.body"))
    for exchange in exchanges:
        request, answer = exchange / "request.body", exchange / "response.body"
        if request.stat().st_size + answer.stat().st_size < 40_000:
            found[f"{exchange.parent.name}-{exchange.name}"] = (
                request.read_bytes(),
                answer.read_bytes(),
            )
    return found


CORPUS = corpus()
FRAGMENTS = st.sampled_from(
    [
        b"",
        b"<",
        b">",
        b"/>",
        b"</",
        b"-1",
        b"99999999999",
        b"&amp;",
        b"&x;",
        b"&#x0;",
        b"&#13;",
        b"\xff",
        b"\x00",
        b' xsi:nil="true"',
        b"<int>7</int>",
        b"<!-- -->",
        b"<?x y?>",
        b"<![CDATA[<]]>",
        b"xmlns='urn:x'",
    ]
)


TEXTS = st.one_of(
    st.sampled_from(["", " ", "0", "-1", "2147483648", "true", "nil", "0001-01-01T00:00:00+14:00"]),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), max_size=8),
)
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


@st.composite
def mutations(draw: st.DrawFn, which: int) -> tuple[str, bytes]:
    """A message with one to four places cut out, doubled or replaced."""
    name = draw(st.sampled_from(sorted(CORPUS)))
    body = CORPUS[name][which]
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 60)))
        put = draw(st.one_of(FRAGMENTS, st.binary(max_size=8), st.just(body[start:end] * 2)))
        body = body[:start] + put + body[end:]
    return name, body


@st.composite
def rearrangements(draw: st.DrawFn, which: int) -> tuple[str, bytes]:
    """A message of which some elements were dropped, doubled, renamed, refilled or moved."""
    name = draw(st.sampled_from(sorted(CORPUS)))
    root = etree.fromstring(CORPUS[name][which])
    for _ in range(draw(st.integers(1, 4))):
        elements = list(root[0].iter())[1:]
        if not elements:
            break
        element = draw(st.sampled_from(elements))
        parent = element.getparent()
        assert parent is not None
        match draw(st.sampled_from(["drop", "double", "rename", "refill", "move", "nil"])):
            case "drop":
                parent.remove(element)
            case "double":
                parent.append(deepcopy(element))
            case "rename":
                element.tag = draw(st.sampled_from(elements)).tag
            case "refill":
                element.text = draw(TEXTS)
            case "move":
                root[0][0].append(deepcopy(element))
            case _:
                element.set(NIL, draw(st.sampled_from(["1", "true", "0", "x"])))
    return name, etree.tostring(root)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(mutations(which=0), rearrangements(which=0), rearrangements(which=0)))
def test_any_mutated_request_is_a_message_or_refused(mutated: tuple[str, bytes]) -> None:
    """A message: one that can be written again and then says the same."""
    _, body = mutated
    try:
        envelope = soap.read_request(body)
        operation = operations.OPERATIONS.get(envelope.operation)
        if operation is None:
            return
        request = operation.decode_request(envelope)
    except MalformedMessage:
        return
    written = operation.encode_request(request, SoapVersion.SOAP_11)
    assert operation.decode_request(soap.read_request(written)) == request


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(mutations(which=1), rearrangements(which=1), rearrangements(which=1)))
def test_any_mutated_answer_is_a_message_or_refused(mutated: tuple[str, bytes]) -> None:
    name, body = mutated
    request = soap.read_request(CORPUS[name][0])
    with suppress(MalformedMessage, SoapFault):
        operations.OPERATIONS[request.operation].decode_response(body)
