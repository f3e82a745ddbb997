"""The update source as the rest of Headgate sees it: four questions in our own words.

Decides how our words become those of [MS-WSUSSS] and back: ids in lower case, one list of
identities, documents with their encoding. Always sent: ``Get63LanguageOnly=false`` and both lists
of a filter (one alone is silently answered with nothing, FACTS §10.4). Never sent:
``DssProtocolVersion`` and ``Languages``.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import httpx2

from headgate.catalogue.documents import ReceivedDocument
from headgate.catalogue.identity import RevisionIdentity, guid
from headgate.errors import SourceError, UsageError
from headgate.logs import get_logger
from headgate.sentences import Sentence
from headgate.upstream.collection import Collection, Delivery, Undelivered, read_delivery
from headgate.upstream.exchange import Exchange, Traffic
from headgate.upstream.handshake import Account
from headgate.upstream.patience import Pause
from headgate.upstream.reactions import SourceChanged, SourceFault
from headgate.upstream.session import Session
from headgate.wire.cookie import Cookie
from headgate.wire.faults import ErrorCode
from headgate.wire.serversync import operations
from headgate.wire.serversync.get_config_data import (
    GetConfigDataRequest,
    GetConfigDataResponse,
    ServerSyncLanguageData,
)
from headgate.wire.serversync.get_revision_id_list import (
    GetRevisionIdListRequest,
    IdAndDelta,
    ServerSyncFilter,
)
from headgate.wire.serversync.get_update_data import GetUpdateDataRequest
from headgate.wire.values import UpdateIdentity

#: What every known source allows; counts until the source has been asked (FACTS §10.3).
USUAL_BATCH = 100

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLanguage:
    """A language the source has files for; id 0 is ``all``."""

    language_id: int
    short_name: str
    long_name: str
    enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceConfiguration:
    """What a source says about itself."""

    anchor: str  #: for the next :meth:`Source.describe`
    protocol_version: str
    catalogue_only: bool  #: files come by their own addresses, not from the source
    lazy: bool  #: the source fetches files only when they are approved
    max_updates_per_request: int
    languages: tuple[SourceLanguage, ...]  #: with an anchor: those that changed since
    received_bytes: int  #: on the wire


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionList:
    """The identities a source has, or has new since an anchor."""

    anchor: str  #: opaque; for the next question of the same kind
    identities: tuple[RevisionIdentity, ...]  #: in the source's order, each once
    received_bytes: int  #: on the wire


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentBatch:
    """The outcome of asking for documents: every identity is in one of the first two."""

    documents: tuple[ReceivedDocument, ...]  #: in the order asked for
    undelivered: tuple[Undelivered, ...]
    mu_urls: dict[bytes, str]  #: SHA-1 of a file -> where Microsoft has it
    received_bytes: int  #: on the wire, answers that failed included
    notes: tuple[str, ...]  #: what was odd and ignored, in sentences


class Source:
    """An update source: Microsoft Update or an upstream server. Any number of threads may ask.

    ``client`` goes the right way to the source and raises SourceErrors only (``transport``);
    ``base_url`` is scheme, host and port; ``server_id`` is our one GUID and ``account_name`` the
    name that goes with it (``naming``); ``clock`` returns the present in UTC. ``pause`` waits for
    so many seconds between tries and may raise to end a cancelled synchronization: what it raises
    reaches the caller unchanged.
    """

    def __init__(
        self,
        *,
        client: httpx2.Client,
        base_url: str,
        server_id: str,
        account_name: str,
        clock: Callable[[], datetime],
        pause: Pause,
    ) -> None:
        account = Account(name=account_name, server_id=guid(server_id))
        self._session = Session(Exchange(client, base_url, clock), account, clock, pause)
        self._batch = USUAL_BATCH
        self._delivered_before: RevisionIdentity | None = None

    def has_delivered(self, identity: RevisionIdentity) -> None:
        """Name a document the source should know, such as one it has delivered in an earlier run.

        It is asked for when everything else is refused; without it, a source that is asked first
        for what it does not have could not be told from one that has broken down.
        """
        self._delivered_before = identity

    def describe(self, anchor: str | None) -> SourceConfiguration:
        """Return the source's configuration ([MS-WSUSSS] 3.1.4.4).

        With the anchor of an earlier answer, ``languages`` holds only those changed since. Raises
        SourceChanged when the anchor is refused, SourceFault and other SourceErrors.
        """
        traffic = Traffic()

        def ask(cookie: Cookie) -> GetConfigDataRequest:
            return GetConfigDataRequest(cookie=cookie, config_anchor=anchor or None)

        try:
            answer = self._session.call(operations.GET_CONFIG_DATA, ask, traffic)
        except SourceFault as fault:
            if _refuses_anchor(fault, anchor, "configAnchor"):
                raise SourceChanged(_ANCHOR_REFUSED) from fault
            raise
        self._batch = _batch_size(answer)
        return SourceConfiguration(
            anchor=answer.new_config_anchor,
            protocol_version=answer.protocol_version,
            catalogue_only=answer.catalog_only_sync,
            lazy=answer.lazy_sync,
            max_updates_per_request=self._batch,
            languages=tuple(map(_language, answer.language_update_list)),
            received_bytes=traffic.received_bytes,
        )

    def list_configuration(self, anchor: str | None) -> RevisionList:
        """Return categories, classifications and detectoids, those since ``anchor`` if given.

        Old revisions may be among them ([MS-WSUSSS] 3.1.4.5, FACTS §10.4). Raises SourceChanged
        when the anchor is refused, SourceFault and other SourceErrors.
        """
        return self._list(
            ServerSyncFilter(
                anchor=anchor or None,
                get_config=True,
                get_63_language_only=False,
                categories=None,
                classifications=None,
            )
        )

    def list_updates(
        self,
        *,
        anchor: str | None,
        products: Sequence[str],
        classifications: Sequence[str],
        delta: bool,
    ) -> RevisionList:
        """Return the revisions that are in one of ``products`` and one of ``classifications``.

        ``delta`` with an anchor: only those new since. Without an anchor, all of them. Bundle
        members outside the choice may be missing. Raises UsageError when either list is empty,
        SourceChanged when the anchor is refused, SourceFault and other SourceErrors.
        """
        if not products or not classifications:
            raise UsageError(
                Sentence(
                    "A source can only be asked for updates of at least one product and one "
                    "classification."
                ),
                next_step=Sentence(
                    "Choose some with `headgate products select` and `headgate classifications "
                    "select`."
                ),
            )
        since = delta and bool(anchor)
        return self._list(
            ServerSyncFilter(
                anchor=anchor or None,
                get_config=False,
                get_63_language_only=False,
                categories=_ids(products, since),
                classifications=_ids(classifications, since),
            )
        )

    def documents(self, identities: Sequence[RevisionIdentity]) -> DocumentBatch:
        """Return the documents of ``identities``, in as many questions as that takes.

        Raises NothingDelivered, SourceFault or UnreadableAnswer when the source gives nothing of
        all this and so is to blame itself, and other SourceErrors; what had arrived by then is
        lost. So ask for one batch at a time (``max_updates_per_request``).
        """
        traffic = Traffic()
        collection = Collection(
            lambda wanted: self._deliver(wanted, traffic), lambda: self._still_answers(traffic)
        )
        wanted = list(dict.fromkeys(identities))
        for start in range(0, len(wanted), self._batch):
            collection.fetch(wanted[start : start + self._batch])
        for note in collection.notes:
            _log.info("source: odd answer", note=note)
        return DocumentBatch(
            documents=tuple(
                collection.documents[one] for one in wanted if one in collection.documents
            ),
            undelivered=tuple(
                Undelivered(identity=one, reason=reason)
                for one, reason in collection.undelivered.items()
            ),
            mu_urls=collection.mu_urls,
            received_bytes=traffic.received_bytes,
            notes=tuple(collection.notes),
        )

    def _list(self, wanted: ServerSyncFilter) -> RevisionList:
        traffic = Traffic()

        def ask(cookie: Cookie) -> GetRevisionIdListRequest:
            return GetRevisionIdListRequest(cookie=cookie, filter=wanted)

        try:
            answer = self._session.call(operations.GET_REVISION_ID_LIST, ask, traffic)
        except SourceFault as fault:
            if _refuses_anchor(fault, wanted.anchor, "filter"):
                raise SourceChanged(_ANCHOR_REFUSED) from fault
            raise
        return RevisionList(
            anchor=answer.anchor,
            identities=_identities(answer.new_revisions),
            received_bytes=traffic.received_bytes,
        )

    def _deliver(self, wanted: Sequence[RevisionIdentity], traffic: Traffic) -> Delivery:
        ids = tuple(UpdateIdentity(one.update_id, one.revision_number) for one in wanted)

        def ask(cookie: Cookie) -> GetUpdateDataRequest:
            return GetUpdateDataRequest(cookie=cookie, update_ids=ids)

        delivery = self._session.stream(operations.GET_UPDATE_DATA, ask, read_delivery, traffic)
        if delivery.documents:
            self._delivered_before = delivery.documents[0].identity
        return delivery

    def _still_answers(self, traffic: Traffic) -> bool:
        """Say whether the source delivers once more what it has delivered before."""
        known = self._delivered_before
        if known is None:
            return False
        try:
            return bool(self._deliver([known], traffic).documents)
        except SourceError:
            return False


def _batch_size(answer: GetConfigDataResponse) -> int:
    allowed = answer.max_number_of_updates_per_request
    return allowed if allowed > 0 else USUAL_BATCH


def _language(language: ServerSyncLanguageData) -> SourceLanguage:
    return SourceLanguage(
        language_id=language.language_id,
        short_name=language.short_language,
        long_name=language.long_language,
        enabled=language.enabled,
    )


def _ids(ids: Sequence[str], delta: bool) -> tuple[IdAndDelta, ...]:
    return tuple(IdAndDelta(guid(one), delta) for one in ids)


def _identities(received: Iterable[UpdateIdentity]) -> tuple[RevisionIdentity, ...]:
    found = (RevisionIdentity(guid(one.update_id), one.revision_number) for one in received)
    return tuple(dict.fromkeys(found))


_ANCHOR_REFUSED = Sentence(
    "The update source does not accept the mark of the last synchronization: it was restored, "
    "reinstalled or replaced since."
)


def _refuses_anchor(fault: SourceFault, anchor: str | None, parameter: str) -> bool:
    """Tell whether the fault is about the anchor we sent (exchange 000018)."""
    wrong = fault.code == ErrorCode.INVALID_PARAMETERS and fault.parameter == parameter
    return bool(anchor) and wrong
