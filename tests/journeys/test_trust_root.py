"""Microsoft's root, played by an authority of our own: fetched once, kept if it is the one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.origins import Certified, Origin, certify, server_context, serving
from tests.squid import DOMAIN, PASSWORD, USER, squids

from headgate.errors import SettingsError
from headgate.upstream.failures import RootUnavailable, UntrustedCertificate
from headgate.upstream.proxy import ProxySettings
from headgate.upstream.transport import TransportSettings, open_client
from headgate.upstream.trust import (
    MICROSOFT_ROOT_FINGERPRINT,
    check_root,
    fetch_microsoft_root,
    read_root_file,
)


@dataclass
class House:
    """A source whose chain names where its issuers lie, and the server they lie on."""

    root: Certified
    issuer: Certified
    source: Origin
    library: Origin

    def fetch(self, settings: TransportSettings | None = None, **other: str) -> bytes:
        return fetch_microsoft_root(
            settings or TransportSettings(),
            "127.0.0.1",
            self.source.port,
            fingerprint=other.get("fingerprint", self.root.sha1),
        )


@contextmanager
def _house(folder: Path, *, sends_issuer: bool = True) -> Iterator[House]:
    with serving() as library:
        root = certify("Root", authority=True)
        issuer = certify(
            "Issuer", issuer=root, authority=True, issuer_address=library.url("/root.crt")
        )
        leaf = certify("source", issuer=issuer, issuer_address=library.url("/issuer.crt"))
        library.files.update({"/root.crt": root.der, "/issuer.crt": issuer.der})
        chain = (leaf, issuer) if sends_issuer else (leaf,)
        with serving(server_context(folder, *chain)) as source:
            source.files["/x"] = b"here"
            yield House(root, issuer, source, library)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with _house(tmp_path) as house:
        yield house


def test_root_is_fetched_from_where_the_chain_says(house: House) -> None:
    assert house.fetch() == house.root.pem

    assert [seen.path for seen in house.library.requests] == ["/root.crt"]
    assert house.source.requests == [], "nothing is asked before there is trust"


def test_root_fetched_makes_the_source_trusted(house: House) -> None:
    settings = TransportSettings(anchors={"127.0.0.1": house.fetch()})
    with open_client(settings) as client:
        assert client.get(house.source.url("/x")).text == "here"


def test_missing_intermediate_is_fetched_too(tmp_path: Path) -> None:
    with _house(tmp_path, sends_issuer=False) as house:
        assert house.fetch() == house.root.pem

        assert [seen.path for seen in house.library.requests] == ["/issuer.crt", "/root.crt"]


def test_root_may_lie_there_as_pem(house: House) -> None:
    house.library.files["/root.crt"] = house.root.pem

    assert house.fetch() == house.root.pem


def test_root_is_fetched_through_the_proxy(house: House) -> None:
    with squids() as bed:
        squid = bed["ntlm"]
        proxy = ProxySettings(
            host="127.0.0.1", port=squid.port, user=USER, domain=DOMAIN, password=PASSWORD
        )
        settings = TransportSettings(proxy=proxy)

        assert house.fetch(settings) == house.root.pem

        lines = squid.since(0, "CONNECT")
    passed = [line.split()[:2] for line in lines if line.split()[2] == "200"]
    assert ["CONNECT", f"127.0.0.1:{house.source.port}"] in passed
    assert ["GET", house.library.url("/root.crt")] in passed


def test_other_root_than_expected_is_named_and_not_kept(house: House) -> None:
    with pytest.raises(UntrustedCertificate, match="issued by 'CN=Issuer,O=Test Works'") as caught:
        house.fetch(fingerprint=MICROSOFT_ROOT_FINGERPRINT)

    assert caught.value.issuer == "CN=Issuer,O=Test Works"
    assert "exempt 127.0.0.1" in caught.value.next_step


def test_inspecting_proxy_is_named_by_its_issuer(tmp_path: Path) -> None:
    inspector = certify("Firewall", authority=True)
    forged = certify("source", issuer=inspector)
    with (
        serving(server_context(tmp_path, forged)) as source,
        pytest.raises(UntrustedCertificate, match="issued by 'CN=Firewall,O=Test Works'"),
    ):
        fetch_microsoft_root(TransportSettings(), "127.0.0.1", source.port)


def test_self_signed_source_is_not_taken_for_the_root(tmp_path: Path) -> None:
    alone = certify("source")
    with (
        serving(server_context(tmp_path, alone)) as source,
        pytest.raises(UntrustedCertificate, match="issued by 'CN=source,O=Test Works'"),
    ):
        fetch_microsoft_root(TransportSettings(), "127.0.0.1", source.port)


def test_something_else_at_the_address_is_refused(house: House) -> None:
    house.library.files["/root.crt"] = b"<html>blocked</html>"
    with pytest.raises(RootUnavailable, match="something else than a certificate") as caught:
        house.fetch()
    assert "source.root_file" in caught.value.next_step

    house.library.files["/root.crt"] = certify("Root", authority=True).der
    with pytest.raises(RootUnavailable, match="did not issue"):
        house.fetch()

    del house.library.files["/root.crt"]
    with pytest.raises(RootUnavailable, match="answers 404"):
        house.fetch()


def test_fetching_blocked_leads_to_the_file(house: House) -> None:
    house.library.misbehave = lambda handler, seen: _hang_up(handler)
    with pytest.raises(RootUnavailable, match="cannot be fetched") as caught:
        house.fetch()

    assert "source.root_file" in caught.value.next_step


def _hang_up(handler: object) -> bool:
    handler.close_connection = True  # type: ignore[attr-defined]
    return True


def test_root_file_is_taken_as_pem_or_der(tmp_path: Path, house: House) -> None:
    file = tmp_path / "root.cer"
    for written in (house.root.pem, house.root.der):
        file.write_bytes(written)

        assert read_root_file(file, fingerprint=house.root.sha1.upper()) == house.root.pem


def test_wrong_root_file_is_refused(tmp_path: Path, house: House) -> None:
    file = tmp_path / "root.cer"
    with pytest.raises(SettingsError, match="cannot be read"):
        read_root_file(file)
    file.write_bytes(b"no certificate")
    with pytest.raises(RootUnavailable, match="not a certificate"):
        read_root_file(file)
    file.write_bytes(house.root.der)
    with pytest.raises(RootUnavailable, match="CN=Root,O=Test Works"):
        read_root_file(file)


def test_fingerprint_of_something_not_self_signed_is_not_enough(house: House) -> None:
    with pytest.raises(RootUnavailable, match="is not the root expected"):
        check_root(house.issuer.pem, fingerprint=house.issuer.sha1)
