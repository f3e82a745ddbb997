"""What the page of an update says in short lines: a label and its values."""

from collections.abc import Iterator
from dataclasses import dataclass

from headgate.catalogue.revisions import Behavior, DriverMetadata, Revision
from headgate.catalogue.update_details import UpdateDetails
from headgate.sentences import Bytes, Sentence
from headgate.web.console.update_choices import Choices
from headgate.web.console.update_text import languages_named, shown
from headgate.web.console.update_words import KINDS, SUPERSEDENCE, severity, state_of
from headgate.web.console.words import Words


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what stands beside it, one below the other."""

    label: Sentence
    values: tuple[str, ...]


def overview(details: UpdateDetails, offered: Choices, words: Words) -> Iterator[Fact]:
    """Yield who the update is and how it is filed."""
    line, document = details.line, details.document
    if document.explicitly_deployable:
        yield Fact(Sentence("State"), (words.say(state_of(line)),))
    yield Fact(Sentence("Kind"), (words.say(KINDS[line.kind]),))
    kind = (offered.title_of(line.classification),) if line.classification else ()
    yield _fact(Sentence("Classification"), kind, words)
    products = sorted((offered.title_of(own) for own in line.products), key=str.casefold)
    yield _fact(Sentence("Products"), tuple(products), words)
    yield _fact(Sentence("KB article"), document.kb_articles, words)
    yield Fact(Sentence("Severity"), (words.say(severity(line.severity)),))
    if document.security_bulletins:
        yield _fact(Sentence("Security bulletins"), document.security_bulletins, words)
    if document.cves:
        yield _fact(Sentence("CVE numbers"), document.cves, words)
    if document.explicitly_deployable:
        yield Fact(Sentence("Supersedence"), (words.say(SUPERSEDENCE[line.supersedence]),))
    yield from _dates_and_names(details, words)


def _dates_and_names(details: UpdateDetails, words: Words) -> Iterator[Fact]:
    line = details.line
    released = (words.date(line.released),) if line.released else ()
    yield _fact(Sentence("Release date"), released, words)
    yield Fact(Sentence("Arrival date"), (words.moment(line.arrived),))
    yield Fact(Sentence("Update ID"), (line.identity.update_id,))
    yield Fact(Sentence("Revision number"), (str(line.identity.revision_number),))
    marks = tuple(words.say(mark) for mark in _marks(details.document))
    if marks:
        yield Fact(Sentence("Remarks"), marks)


def _marks(document: Revision) -> Iterator[Sentence]:
    if document.is_beta:
        yield Sentence("Beta: not meant for general use.")
    if document.os_upgrade:
        yield Sentence("Upgrades the operating system.")
    if document.browse_only:
        yield Sentence("Optional: computers install it only when somebody chooses it.")
    if document.auto_select_on_web_sites:
        yield Sentence("Selected by itself on the publisher's web site.")
    if document.is_locally_published:
        yield Sentence("Published locally, not by Microsoft.")
    if not document.explicitly_deployable:
        yield Sentence("Not approved by itself: it comes along with updates that need it.")


_RESTART = {
    "NeverReboots": Sentence("Never"),
    "AlwaysRequiresReboot": Sentence("Always"),
    "CanRequestReboot": Sentence("May be needed"),
}
_IMPACT = {
    "Normal": Sentence("Normal"),
    "Minor": Sentence("Minor: can be installed without disturbing anybody"),
    "RequiresExclusiveHandling": Sentence("Must be installed by itself, apart from other updates"),
}


def installing(document: Revision, words: Words) -> Iterator[Fact]:
    """Yield how it behaves when it is installed and whether it can be removed."""
    yield from _behaviour(document.installation or Behavior(), words)
    yield Fact(Sentence("Can be removed"), (words.value(document.uninstallation is not None),))
    if document.max_download_size is not None:
        yield Fact(
            Sentence("Download"),
            (words.t("at most {size}", size=Bytes(document.max_download_size)),),
        )
    if document.handler:
        yield Fact(Sentence("Installed by"), (shown(document.handler),))


def removing(document: Revision, words: Words) -> Iterator[Fact]:
    """Yield how it behaves when it is removed; nothing when it cannot be."""
    if document.uninstallation is not None:
        yield from _behaviour(document.uninstallation, words)


def _behaviour(behaviour: Behavior, words: Words) -> Iterator[Fact]:
    restart, impact = behaviour.reboot or "", behaviour.impact or "Normal"
    said = _RESTART.get(restart, shown(restart)) or Sentence("Not stated")
    yield Fact(Sentence("Restart"), (words.say(said),))
    yield Fact(Sentence("Impact"), (words.say(_IMPACT.get(impact, shown(impact))),))
    yield Fact(Sentence("May request user input"), (words.value(behaviour.can_request_user_input),))
    yield Fact(Sentence("Needs a network connection"), (words.value(behaviour.requires_network),))


def languages(document: Revision, words: Words) -> Iterator[Fact]:
    """Yield which languages the update is for, and which its texts are in."""
    names = languages_named([name for name in document.languages if name != "all"], words)
    yield Fact(Sentence("Made for"), (words.listed(names) if names else words.t("All languages"),))
    texts = languages_named(sorted({text.language for text in document.texts}), words)
    yield _fact(Sentence("Described in"), (words.listed(texts),) if texts else (), words)


def driver(metadata: DriverMetadata) -> tuple[str, ...]:
    """Return one line of the table of drivers, as the document has it."""
    values = (
        metadata.hardware_id,
        metadata.driver_class,
        metadata.manufacturer,
        metadata.model,
        metadata.provider,
        metadata.version,
        metadata.version_date,
    )
    return tuple(shown(value or "–") for value in values)


def _fact(label: Sentence, values: tuple[str, ...], words: Words) -> Fact:
    """Return a fact whose values may be missing."""
    return Fact(label, tuple(shown(value) for value in values) or (words.t("None"),))
