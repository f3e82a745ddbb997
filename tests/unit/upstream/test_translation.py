"""What to do about a certificate, by host and issuer."""

import ssl

import httpcore2
import pytest
from tests.origins import certify

from headgate.upstream.failures import ConnectionCut, TlsError
from headgate.upstream.translation import Peer, explain_tls, translate, what_to_do_about_issuer


def test_inspected_microsoft_host_names_the_hosts_to_exempt() -> None:
    step = what_to_do_about_issuer("sws.update.microsoft.com", certify("Inspection").certificate)

    for host in ("sws.update.microsoft.com", "*.windowsupdate.com", "*.delivery.mp.microsoft.com"):
        assert host in step


def test_certificate_that_could_not_be_looked_at_still_gets_a_sentence() -> None:
    error = ssl.SSLCertVerificationError("refused")
    error.verify_code, error.verify_message = 20, "unable to get local issuer certificate"

    said = explain_tls(error, Peer(host="wsus.test", port=8531), certificate=None)

    assert "wsus.test:8531" in str(said)
    assert "unable to get local issuer certificate" in str(said)


@pytest.mark.parametrize("code", [9, 10, 62, 64, 18, 19, 20, 21])
def test_every_refusal_ends_with_a_step(code: int) -> None:
    error = ssl.SSLCertVerificationError("refused")
    error.verify_code, error.verify_message = code, "some reason"

    assert explain_tls(error, Peer(host="h", port=1), certificate=None).next_step


@pytest.mark.parametrize(
    ("wrapped", "meaning"),
    [
        (httpcore2.ReadError, ConnectionCut),
        (httpcore2.WriteError, ConnectionCut),
        (httpcore2.ConnectError, TlsError),
    ],
)
def test_tls_that_ends_after_the_handshake_is_a_cut_connection(
    wrapped: type[Exception], meaning: type[Exception]
) -> None:
    ended = ssl.SSLEOFError(ssl.SSL_ERROR_EOF, "EOF occurred in violation of protocol")
    ended.reason = "UNEXPECTED_EOF_WHILE_READING"

    assert type(translate(wrapped(ended), Peer(host="h", port=1))) is meaning
