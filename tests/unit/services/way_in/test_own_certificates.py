"""The certificate of the server: what it says, when it is made anew, and who may read the key."""

import shutil
import ssl
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from headgate.services.way_in import own_certificates
from headgate.services.way_in.certificate_facts import CertificateError, CertificateFacts
from headgate.services.way_in.own_certificates import OwnCertificates
from headgate.services.way_in.server_names import ServerNames

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Watch:
    """A clock that is set by hand."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: int) -> None:
        self.at += timedelta(**by)


def _certificates(
    folder: Path,
    *names: str,
    now: Callable[[], datetime] = lambda: NOW,
    certificate: Path | None = None,
    key: Path | None = None,
) -> OwnCertificates:
    return OwnCertificates(
        folder=folder / "tls",
        certificate=certificate,
        key=key,
        names=ServerNames(lambda: names),
        now=now,
    )


def _described(certificates: OwnCertificates) -> CertificateFacts:
    certificates.ready()
    facts = certificates.describe()
    assert facts is not None
    return facts


def _ca_fingerprint(facts: CertificateFacts) -> str:
    assert facts.authority is not None
    return facts.authority.fingerprint


def test_the_first_start_makes_a_ca_and_a_certificate_for_all_names(tmp_path: Path) -> None:
    facts = _described(_certificates(tmp_path, "WSUS.example.com", "10.0.0.5", "2001:db8::5"))

    assert facts.names == (
        "wsus.example.com",
        "localhost",
        "10.0.0.5",
        "2001:db8::5",
        "127.0.0.1",
        "::1",
    )
    assert facts.is_ours
    assert facts.issuer.startswith("Headgate CA of ")
    assert facts.not_after - facts.not_before == timedelta(days=397)
    assert facts.days_left == 396


def test_the_ca_signs_server_certificates_and_nothing_else(tmp_path: Path) -> None:
    certificates = _certificates(tmp_path, "wsus")
    facts = _described(certificates)
    assert facts.authority is not None

    ca = x509.load_der_x509_certificate(facts.authority.der)

    limits = ca.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (limits.critical, limits.value.ca, limits.value.path_length) == (True, True, 0)
    usage = ca.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.key_cert_sign, usage.crl_sign, usage.digital_signature) == (True, True, False)
    assert (ca.not_valid_after_utc - NOW).days >= 3650
    assert ca == x509.load_pem_x509_certificate(facts.authority.pem)
    assert b"PRIVATE" not in facts.authority.pem


def test_the_certificate_is_for_servers_and_old_windows_accepts_its_kind(tmp_path: Path) -> None:
    files = _certificates(tmp_path, "wsus").ready()

    (made,) = x509.load_pem_x509_certificates(files.certificate.read_bytes())

    purposes = made.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert made.signature_algorithm_oid == x509.SignatureAlgorithmOID.RSA_WITH_SHA256
    assert not made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_the_keys_are_readable_for_their_owner_alone(tmp_path: Path) -> None:
    _certificates(tmp_path, "wsus").ready()

    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in [tmp_path / "tls", *(tmp_path / "tls").iterdir()]
    }
    assert modes == {"tls": 0o700, "ca.pem": 0o600, "server.pem": 0o600, "lock": 0o600}


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command")
def test_openssl_accepts_the_chain_for_a_server(tmp_path: Path) -> None:
    certificates = _certificates(tmp_path, "wsus.example.com", now=lambda: datetime.now(UTC))
    facts = _described(certificates)
    assert facts.authority is not None
    (tmp_path / "ca.pem").write_bytes(facts.authority.pem)

    checked = subprocess.run(
        [
            "openssl",
            "verify",
            "-x509_strict",
            "-purpose",
            "sslserver",
            "-verify_hostname",
            "wsus.example.com",
            "-CAfile",
            tmp_path / "ca.pem",
            certificates.ready().certificate,
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (checked.returncode, checked.stderr) == (0, "")
    shown = subprocess.run(
        ["openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", str(tmp_path / "ca.pem")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.strip().partition("=")[2] == facts.authority.fingerprint


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    first = _certificates(tmp_path, "wsus").ready()

    assert _certificates(tmp_path, "wsus").ready() == first


def test_thirty_days_before_its_end_the_certificate_is_renewed_under_the_same_ca(
    tmp_path: Path,
) -> None:
    watch = Watch()
    certificates = _certificates(tmp_path, "wsus", now=watch)
    before = _described(certificates)

    watch.forward(days=before.days_left - 31)
    assert _described(_certificates(tmp_path, "wsus", now=watch)).fingerprint == before.fingerprint
    watch.forward(days=2)
    after = _described(_certificates(tmp_path, "wsus", now=watch))

    assert after.days_left == 396
    assert _ca_fingerprint(after) == _ca_fingerprint(before)


def test_a_running_server_looks_at_the_date_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch()
    certificates = _certificates(tmp_path, "wsus", now=watch)
    before = certificates.ready()
    watch.forward(days=380)

    assert certificates.ready() == before  # within the hour nothing is read
    monkeypatch.setattr(own_certificates, "_LOOK_AGAIN", 0.0)
    assert certificates.ready() != before


def test_other_names_make_another_certificate_at_once(tmp_path: Path) -> None:
    names = ["wsus"]
    certificates = OwnCertificates(
        folder=tmp_path / "tls",
        certificate=None,
        key=None,
        names=ServerNames(lambda: tuple(names)),
        now=lambda: NOW,
    )
    before = _described(certificates)

    names[:] = ["updates.example.com"]
    after = _described(certificates)

    assert after.covers("updates.example.com")
    assert not after.covers("wsus")
    assert _ca_fingerprint(after) == _ca_fingerprint(before)


def test_a_name_server_that_does_not_answer_costs_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = ["wsus.example.com", "wsus"]
    monkeypatch.setattr(
        "headgate.services.way_in.server_names.machine_names", lambda: tuple(machine), raising=True
    )
    before = _described(_certificates(tmp_path))

    machine.remove("wsus.example.com")

    assert _described(_certificates(tmp_path)) == before
    machine[:] = ["renamed"]
    assert _described(_certificates(tmp_path)).covers("renamed")


def test_without_its_ca_a_certificate_is_worth_nothing(tmp_path: Path) -> None:
    before = _described(_certificates(tmp_path, "wsus"))
    (tmp_path / "tls" / "ca.pem").unlink()

    after = _described(_certificates(tmp_path, "wsus"))

    assert _ca_fingerprint(after) != _ca_fingerprint(before)
    assert after.fingerprint != before.fingerprint


def test_nothing_outlives_the_ca(tmp_path: Path) -> None:
    watch = Watch()
    certificates = _certificates(tmp_path, "wsus", now=watch)
    ca = _described(certificates).authority
    assert ca is not None
    watch.at = ca.not_after - timedelta(days=20)

    late = _described(_certificates(tmp_path, "wsus", now=watch))
    again = _described(_certificates(tmp_path, "wsus", now=watch))

    assert late.not_after == ca.not_after
    assert again.fingerprint == late.fingerprint  # it is not made anew at every look


_START = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from headgate.services.way_in import certificate_making
from headgate.services.way_in.own_certificates import OwnCertificates
from headgate.services.way_in.server_names import ServerNames
names = ServerNames(lambda: ("wsus",))
print("here", flush=True)
sys.stdin.readline()
OwnCertificates(
    folder=Path(sys.argv[1]), certificate=None, key=None, names=names,
    now=lambda: datetime(2026, 11, 21, 12, tzinfo=UTC),
).ready()
"""


def test_processes_that_start_at_once_agree_on_one_ca(tmp_path: Path) -> None:
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", _START, str(tmp_path / "tls")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in starting:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
    for process in starting:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in starting:
        process.communicate(timeout=60)

    assert [process.returncode for process in starting] == [0, 0, 0]
    files = _certificates(tmp_path, "wsus").ready()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate)  # the key belongs to the certificate
    ca = x509.load_pem_x509_certificates((tmp_path / "tls" / "ca.pem").read_bytes())[0]
    made = x509.load_pem_x509_certificates(files.certificate.read_bytes())[0]
    made.verify_directly_issued_by(ca)
    assert not list((tmp_path / "tls").glob("*.new"))


def test_a_process_that_died_while_writing_leaves_no_damage(tmp_path: Path) -> None:
    (tmp_path / "tls").mkdir()
    (tmp_path / "tls" / "ca.pem.new").write_text("half a")

    assert _described(_certificates(tmp_path, "wsus")).covers("wsus")


def test_an_own_certificate_is_described_and_never_touched(tmp_path: Path) -> None:
    made = _certificates(tmp_path / "somebody", "updates.example.com").ready()
    own = tmp_path / "own.pem"
    shutil.copy(made.certificate, own)
    watch = Watch(NOW + timedelta(days=390))

    certificates = _certificates(tmp_path, "wsus", certificate=own, now=watch)
    facts = _described(certificates)

    assert (facts.is_ours, facts.authority, facts.days_left) == (False, None, 6)
    assert facts.covers("updates.example.com")
    assert not (tmp_path / "tls").exists()
    watch.forward(days=7)
    assert _described(certificates).days_left == -1


def test_an_own_certificate_that_was_replaced_has_another_stamp(tmp_path: Path) -> None:
    own = tmp_path / "own.pem"
    shutil.copy(_certificates(tmp_path / "a", "a").ready().certificate, own)
    certificates = _certificates(tmp_path, certificate=own)
    before = certificates.ready()

    other = _certificates(tmp_path / "b", "b").ready().certificate
    shutil.copy(other, tmp_path / "new.pem")
    (tmp_path / "new.pem").rename(own)

    assert certificates.ready() != before
    assert _described(certificates).covers("b")


@pytest.mark.parametrize("missing", ["own.pem", "own.key"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    for name in {"own.pem", "own.key"} - {missing}:
        (tmp_path / name).write_text("")
    certificates = _certificates(
        tmp_path, certificate=tmp_path / "own.pem", key=tmp_path / "own.key"
    )

    with pytest.raises(CertificateError, match=missing):
        certificates.ready()


def test_a_damaged_ca_is_an_error_and_not_replaced(tmp_path: Path) -> None:
    """Computers trust the old one: its administrator may have it in a backup."""
    _certificates(tmp_path, "wsus").ready()
    (tmp_path / "tls" / "ca.pem").write_text("oh")

    with pytest.raises(CertificateError, match=r"ca\.pem"):
        _certificates(tmp_path, "wsus").ready()

    assert (tmp_path / "tls" / "ca.pem").read_text() == "oh"
    assert _certificates(tmp_path, "wsus").describe() is None


def test_a_star_covers_one_label(tmp_path: Path) -> None:
    facts = _described(_certificates(tmp_path, "wsus"))
    star = CertificateFacts(
        names=("*.example.com", "2001:db8::5"),
        issuer=facts.issuer,
        not_before=facts.not_before,
        not_after=facts.not_after,
        days_left=1,
        fingerprint=facts.fingerprint,
        authority=None,
    )

    assert star.covers("WSUS.example.com")
    assert star.covers("2001:DB8:0::5")
    assert not star.covers("a.b.example.com")
    assert not star.covers("example.com")


def test_the_private_key_in_the_file_is_the_certificates(tmp_path: Path) -> None:
    pem = _certificates(tmp_path, "wsus").ready().certificate.read_bytes()

    key = load_pem_private_key(pem, None)
    assert key.public_key() == x509.load_pem_x509_certificates(pem)[0].public_key()
