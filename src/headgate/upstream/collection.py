"""Getting documents out of a source that gives what it can: fewer than asked, or none at all.

Decides what follows when an answer is short (ask again for the rest), when a question is refused
or its answer cannot be read (divide it until the one identity is found that is to blame), and when
it is not an identity but the source itself that is to blame. Every identity asked for ends either
as a document or as an undelivered one with its reason ([MS-WSUSSS] 3.1.4.6, FACTS §10.5).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from headgate.catalogue.documents import DocumentEncoding, ReceivedDocument
from headgate.catalogue.identity import RevisionIdentity, guid
from headgate.errors import SourceError
from headgate.sentences import Sentence
from headgate.upstream.exchange import NotSoap, UnreadableAnswer
from headgate.upstream.failures import RUN_DOCTOR
from headgate.upstream.reactions import SourceFault
from headgate.wire.faults import ErrorCode
from headgate.wire.serversync import operations
from headgate.wire.serversync.update_data import ServerSyncUpdateData, ServerSyncUrlData
from headgate.wire.serversync.update_data_reader import ServerUpdateDataReader

#: Refused identities in a row, without one document, before the source itself is doubted.
MOST_REFUSED = 10

#: Faults of GetUpdateData that a single identity can cause.
_ABOUT_AN_IDENTITY = frozenset(
    (ErrorCode.INTERNAL_SERVER_ERROR, ErrorCode.INVALID_PARAMETERS, ErrorCode.TOO_MANY_IDS)
)

_NOT_AMONG_THE_ANSWER = Sentence(
    "The source left it out of its answers, although it was asked again."
)
_EMPTY = Sentence("The source answered without a document for it.")


class NothingDelivered(SourceError):
    """The source answers, but with none of the documents it was asked for."""

    next_step = RUN_DOCTOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """A document that was asked for and did not come, with the reason in words."""

    identity: RevisionIdentity
    reason: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one answer brought: documents under the names they came with, and file addresses."""

    documents: tuple[ReceivedDocument, ...]
    mu_urls: dict[bytes, str]


#: Asks the source for these identities, at most as many as it allows; raises SourceError.
Ask = Callable[[Sequence[RevisionIdentity]], Delivery]


class Collection:
    """The documents of one batch, collected over as many questions as it takes.

    ``ask`` puts one question. ``still_answers`` says whether the source delivers a document that
    it has delivered before; it is asked when everything else is refused.
    """

    def __init__(self, ask: Ask, still_answers: Callable[[], bool]) -> None:
        self._ask = ask
        self._still_answers = still_answers
        self._trusted = False
        self.documents: dict[RevisionIdentity, ReceivedDocument] = {}
        self.undelivered: dict[RevisionIdentity, str] = {}
        self.mu_urls: dict[bytes, str] = {}
        self.notes: list[str] = []

    def fetch(self, identities: Sequence[RevisionIdentity]) -> None:
        """Ask until each of ``identities`` is a document or undelivered. Raises SourceError."""
        wanted = list(identities)
        empty_before = False
        while wanted:
            try:
                delivery = self._ask(wanted)
            except (SourceFault, UnreadableAnswer) as refusal:
                self._divide(wanted, refusal)
                return
            self._keep(delivery, frozenset(wanted))
            left = [one for one in wanted if not self._settled(one)]
            if len(left) == len(wanted):
                if empty_before:
                    self._give_up(left, _NOT_AMONG_THE_ANSWER, _nothing_of(left))
                    return
                empty_before = True
            wanted = left

    def _divide(self, wanted: Sequence[RevisionIdentity], refusal: SourceError) -> None:
        """Ask for both halves instead; a single identity that is refused is the one to blame."""
        if not _may_be_about_an_identity(refusal):
            raise refusal
        if len(wanted) == 1:
            self._give_up(wanted, _reason(refusal), refusal)
            return
        middle = len(wanted) // 2
        self.fetch(wanted[:middle])
        self.fetch(wanted[middle:])

    def _settled(self, identity: RevisionIdentity) -> bool:
        return identity in self.documents or identity in self.undelivered

    def _keep(self, delivery: Delivery, wanted: frozenset[RevisionIdentity]) -> None:
        self.mu_urls.update(delivery.mu_urls)
        for document in delivery.documents:
            identity = document.identity
            if identity not in wanted:
                self.notes.append(
                    Sentence(
                        "The source sent {identity}, which nobody had asked for.", identity=identity
                    )
                )
            elif identity in self.documents:
                self.notes.append(
                    Sentence(
                        "The source sent {identity} more than once; the first counts.",
                        identity=identity,
                    )
                )
            elif not document.data:
                self.undelivered[identity] = _EMPTY
            else:
                self.documents[identity] = document

    def _give_up(
        self, identities: Sequence[RevisionIdentity], reason: str, doubt: SourceError
    ) -> None:
        """Note identities as undelivered, or raise ``doubt`` when nothing at all is delivered.

        A source that refuses all it is asked is not believed: unless it still delivers what it
        has delivered before, this is no answer about identities but a failure.
        """
        self.undelivered.update(dict.fromkeys(identities, reason))
        enough = isinstance(doubt, NothingDelivered) or len(self.undelivered) >= MOST_REFUSED
        if enough and not self.documents and not self._trusted:
            self._trusted = self._still_answers()
            if not self._trusted:
                raise doubt


def read_delivery(pieces: Iterable[bytes]) -> Delivery:
    """Return what a body of GetUpdateDataResponse brings, reading it while it arrives.

    Raises SoapFault and MalformedMessage.
    """
    reader = ServerUpdateDataReader()
    documents = [_document(item) for piece in pieces for item in reader.feed(piece)]
    reader.close()
    return Delivery(tuple(documents), _addresses(reader.file_urls))


def _document(item: ServerSyncUpdateData) -> ReceivedDocument:
    identity = RevisionIdentity(guid(item.identity.update_id), item.identity.revision_number)
    if item.xml_update_blob_compressed:
        data, encoding = item.xml_update_blob_compressed, DocumentEncoding.CABINET
    else:
        data, encoding = (item.xml_update_blob or "").encode(), DocumentEncoding.UTF8
    return ReceivedDocument(identity=identity, encoding=encoding, data=data)


def _addresses(urls: Iterable[ServerSyncUrlData]) -> dict[bytes, str]:
    return {url.file_digest: url.mu_url for url in urls if url.mu_url}


def _may_be_about_an_identity(refusal: SourceError) -> bool:
    """Say whether asking for less can help."""
    if isinstance(refusal, SourceFault):
        # A fault of the handshake on the way to the question is not about what is asked.
        about_the_question = refusal.operation == operations.GET_UPDATE_DATA.name
        return about_the_question and refusal.code in _ABOUT_AN_IDENTITY
    return not isinstance(refusal, NotSoap)


def _reason(refusal: SourceError) -> str:
    """Return in words why a single identity was not delivered."""
    if isinstance(refusal, SourceFault) and refusal.code == ErrorCode.INTERNAL_SERVER_ERROR:
        return Sentence(
            "The source fails with InternalServerError when it is asked for this revision alone: "
            "usually it does not know it (any more)."
        )
    return Sentence("Asked for alone: {reason}", reason=refusal.message)


def _nothing_of(identities: Sequence[RevisionIdentity]) -> NothingDelivered:
    return NothingDelivered(
        Sentence(
            "The update source answered twice without any of the {number} documents it was asked "
            "for (the first: {first}).",
            number=len(identities),
            first=identities[0],
        )
    )
