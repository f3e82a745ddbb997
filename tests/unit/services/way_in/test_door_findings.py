"""What the doctor says about addresses, the certificate and sign-in over plain HTTP."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from headgate.services.findings import Finding, Verdict
from headgate.services.way_in.addresses import Addresses, Serving
from headgate.services.way_in.door_findings import WayIn, examine_way_in
from headgate.services.way_in.own_certificates import OwnCertificates
from headgate.services.way_in.server_names import ServerNames
from headgate.settings.local import local_settings
from headgate.settings.shared import shared_settings

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NAME = "wsus.example.com"


def _certificates(
    folder: Path, *names: str, at: datetime = NOW, certificate: Path | None = None
) -> OwnCertificates:
    return OwnCertificates(
        folder=folder / "tls",
        certificate=certificate,
        key=None,
        names=ServerNames(lambda: names or (NAME,)),
        now=lambda: at,
    )


def _found(
    folder: Path,
    certificates: OwnCertificates,
    *,
    running: bool = True,
    https: str | None = "0.0.0.0:8531",
    names: tuple[str, ...] = (NAME,),
    plain_http: str = "redirect",
) -> dict[str, Finding]:
    settings = {"HEADGATE_LISTEN_HTTPS": https or "off"}
    addresses = Addresses(
        file=folder / "serving.json",
        names=ServerNames(lambda: names),
        local=lambda: local_settings(folder / "headgate.toml", settings),
        trusted_proxies=(),
    )
    if running:
        addresses.begin(
            Serving(http="0.0.0.0:8530", https=https, http_setting=None, https_setting=None)
        )
    shared = shared_settings({"console.plain_http": plain_http}, machine_zone="UTC")
    way = WayIn(shared=shared, addresses=addresses, certificates=certificates, names=names)
    return {finding.subject: finding for finding in examine_way_in(way)}


def test_a_server_that_is_well_gives_its_address_and_nothing_to_do(tmp_path: Path) -> None:
    certificates = _certificates(tmp_path)
    certificates.ready()

    found = _found(tmp_path, certificates)

    assert {name: one.verdict for name, one in found.items()} == {
        "addresses": Verdict.WELL,
        "certificate": Verdict.WELL,
    }
    assert f"https://{NAME}:8531/console/" in found["addresses"].sentence
    assert "396 more days" in found["certificate"].sentence


def test_before_the_first_start_there_is_nothing_wrong(tmp_path: Path) -> None:
    found = _found(tmp_path, _certificates(tmp_path), running=False)

    assert {one.verdict for one in found.values()} == {Verdict.NOTE}
    assert "No server runs" in found["addresses"].sentence


def test_without_tls_no_certificate_is_looked_at(tmp_path: Path) -> None:
    assert set(_found(tmp_path, _certificates(tmp_path), https=None)) == {"addresses"}


@pytest.mark.parametrize(
    ("days", "running", "verdict"),
    [
        (370, True, Verdict.WARNING),  # the server should have renewed it
        (370, False, Verdict.NOTE),
        (400, True, Verdict.FAILED),
        (400, False, Verdict.NOTE),
    ],
)
def test_a_certificate_of_ours_that_was_not_renewed(
    tmp_path: Path, days: int, running: bool, verdict: Verdict
) -> None:
    _certificates(tmp_path).ready()
    later = _certificates(tmp_path, at=NOW + timedelta(days=days))

    assert _found(tmp_path, later, running=running)["certificate"].verdict is verdict


def test_a_ca_in_its_last_year_is_mentioned(tmp_path: Path) -> None:
    _certificates(tmp_path).ready()
    later = _certificates(tmp_path, at=NOW + timedelta(days=3652 - 300))
    later.ready()

    found = _found(tmp_path, later)

    assert (found["certificate"].verdict, found["CA"].verdict) == (Verdict.WELL, Verdict.WARNING)
    assert "trust the new CA" in found["CA"].next_step


@pytest.mark.parametrize(
    ("names", "verdict"),
    [((NAME, "wsus"), Verdict.NOTE), (("other.example.com", NAME), Verdict.WARNING)],
)
def test_names_the_certificate_is_not_for_are_named(
    tmp_path: Path, names: tuple[str, ...], verdict: Verdict
) -> None:
    own = _certificates(tmp_path / "made", NAME).ready().certificate

    found = _found(tmp_path, _certificates(tmp_path, certificate=own), names=names)

    (missing,) = set(names) - {NAME}
    assert found["names in the certificate"].verdict is verdict
    assert missing in found["names in the certificate"].sentence


def test_a_certificate_that_cannot_be_read_is_a_failure(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere.pem"

    found = _found(tmp_path, _certificates(tmp_path, certificate=missing))

    assert found["certificate"].verdict is Verdict.FAILED
    assert str(missing) in found["certificate"].sentence


def test_plain_http_that_is_allowed_stays_on_the_list(tmp_path: Path) -> None:
    certificates = _certificates(tmp_path)
    certificates.ready()

    found = _found(tmp_path, certificates, plain_http="allow")

    assert found["sign-in"].verdict is Verdict.WARNING
    assert "console.plain_http=redirect" in found["sign-in"].next_step
