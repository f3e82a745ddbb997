"""What the doctor says about the way in: addresses, certificate, sign-in over plain HTTP."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from headgate.sentences import Sentence, Sentences, counted
from headgate.services.findings import Finding, Verdict
from headgate.services.way_in.addresses import Addresses, Present
from headgate.services.way_in.certificate_facts import Authority, CertificateError, CertificateFacts
from headgate.services.way_in.own_certificates import DAYS_BEFORE_END, OwnCertificates
from headgate.settings.shared import Shared

#: Days before its end from which a CA is mentioned: putting another into a fleet takes time.
CA_DAYS_BEFORE_END = 365

_REPLACE = Sentence("Replace it with a new one; the running server takes it up by itself.")
_RESTART = Sentence("Restart the server when it suits you, and tell people the new address.")


@dataclass(frozen=True, slots=True, kw_only=True)
class WayIn:
    """What is looked at."""

    shared: Shared
    addresses: Addresses
    certificates: OwnCertificates
    names: Sequence[str]  #: what this server is called, the name people are shown first


def examine_way_in(way: WayIn) -> Iterator[Finding]:
    """Look at everything between a browser and the console."""
    present = way.addresses.present()
    yield _addresses(present)
    if present.https:
        yield from _certificate(way, running=present.running)
    if way.shared.console.plain_http == "allow" and present.https:
        yield _plain_http_allowed()


def _addresses(present: Present) -> Finding:
    subject = Sentence("addresses")
    if not present.running:
        return Finding(
            subject=subject,
            verdict=Verdict.NOTE,
            sentence=Sentence(
                "No server runs. When it does, the console is at {address}.",
                address=present.console,
            ),
        )
    said = Sentence("The console is at {address}.", address=present.console)
    if present.change is None:
        return Finding(subject=subject, verdict=Verdict.WELL, sentence=said)
    return Finding(
        subject=subject,
        verdict=Verdict.WARNING,
        sentence=Sentences((said, present.change)),
        next_step=_RESTART,
    )


def _certificate(way: WayIn, *, running: bool) -> Iterator[Finding]:
    subject = Sentence("certificate")
    try:
        facts = way.certificates.check()
    except CertificateError as exc:
        yield Finding(
            subject=subject, verdict=Verdict.FAILED, sentence=exc.message, next_step=exc.next_step
        )
        return
    if facts is None:
        said = Sentence("`headgate serve` makes one when it starts.")
        yield Finding(subject=subject, verdict=Verdict.NOTE, sentence=said)
        return
    yield _validity(subject, facts, running=running)
    if facts.authority:
        yield from _authority(facts.authority, way)
    if running or not facts.is_ours:  # else its names are put right at the next start
        yield from _names(facts, way.names)


def _validity(subject: Sentence, facts: CertificateFacts, *, running: bool) -> Finding:
    if facts.days_left < 0:
        verdict = Verdict.FAILED
        said = Sentence("It has expired on {date}: computers refuse it.", date=facts.not_after)
    else:
        due = facts.days_left < DAYS_BEFORE_END
        verdict = Verdict.WARNING if due else Verdict.WELL
        said = counted(
            "It is valid for {count} more day, until {date}; its issuer is {issuer}.",
            "It is valid for {count} more days, until {date}; its issuer is {issuer}.",
            count=facts.days_left,
            date=facts.not_after,
            issuer=facts.issuer,
        )
    if verdict is Verdict.WELL:
        return Finding(subject=subject, verdict=verdict, sentence=said)
    if not facts.is_ours:
        return Finding(subject=subject, verdict=verdict, sentence=said, next_step=_REPLACE)
    if not running:
        renewed = Sentence("`headgate serve` renews it when it starts.")
        return Finding(subject=subject, verdict=Verdict.NOTE, sentence=Sentences((said, renewed)))
    return Finding(
        subject=subject,
        verdict=verdict,
        sentence=said,
        next_step=Sentence("The server should have renewed it: look for the reason in its log."),
    )


def _authority(ca: Authority, way: WayIn) -> Iterator[Finding]:
    days = way.certificates.days_until(ca.not_after)
    if days >= CA_DAYS_BEFORE_END:
        return
    yield Finding(
        subject=Sentence("CA"),
        verdict=Verdict.FAILED if days < 0 else Verdict.WARNING,
        sentence=Sentence(
            "{name} ends on {date}; then no computer accepts this server any more.",
            name=ca.name,
            date=ca.not_after,
        ),
        next_step=Sentence(
            "Remove tls/ca.pem from the data directory, restart the server, and have computers "
            "trust the new CA it makes."
        ),
    )


def _names(facts: CertificateFacts, names: Sequence[str]) -> Iterator[Finding]:
    missing = tuple(name for name in names if not facts.covers(name))
    if not missing:
        return
    yield Finding(
        subject=Sentence("names in the certificate"),
        # A short name beside the full one is a convenience; the first is what people are shown.
        verdict=Verdict.WARNING if missing[0] == names[0] else Verdict.NOTE,
        sentence=Sentence(
            "It is not for {names}: whoever uses that name for this server is refused or warned.",
            names=missing,
        ),
        next_step=Sentence(
            "Set server.names to the names computers use, or get a certificate for this name."
        ),
    )


def _plain_http_allowed() -> Finding:
    return Finding(
        subject=Sentence("sign-in"),
        verdict=Verdict.WARNING,
        sentence=Sentence(
            "console.plain_http=allow: passwords may cross the network in clear text."
        ),
        next_step=Sentence(
            "`headgate settings set console.plain_http=redirect` leads people to HTTPS."
        ),
    )
