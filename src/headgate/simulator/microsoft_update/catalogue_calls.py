"""The calls that carry the catalogue: configuration, lists of identities, documents.

[MS-WSUSSS] 3.1.4.4 to 3.1.4.6, FACTS 10.3 to 10.5.
"""

from headgate.catalogue.identity import RevisionIdentity
from headgate.simulator.microsoft_update.anchors import BadAnchor
from headgate.simulator.microsoft_update.call import Call, refusal
from headgate.simulator.microsoft_update.packing import (
    PackedDocument,
    PackedDocuments,
    pack_damaged,
)
from headgate.simulator.microsoft_update.publication import Language, Publication
from headgate.simulator.microsoft_update.publisher import Publisher, Question, Wanted
from headgate.simulator.microsoft_update.tally import Tally
from headgate.simulator.microsoft_update.weather import Sky
from headgate.wire.faults import ErrorCode
from headgate.wire.serversync import get_config_data, get_revision_id_list, get_update_data
from headgate.wire.soap import SoapVersion
from headgate.wire.values import UpdateIdentity

MAX_UPDATES = 100  #: identities per GetUpdateData
MAX_ANSWER_BYTES = 2_000_000  #: [MS-WSUSSS] note 37
PROTOCOL_VERSION = "1.20"


class CatalogueCalls:
    """Answers from a publisher and its packed documents."""

    def __init__(
        self, publisher: Publisher, documents: PackedDocuments, *, sky: Sky, tally: Tally
    ) -> None:
        self._publisher = publisher
        self._documents = documents
        self._sky = sky
        self._tally = tally

    def config_data(
        self, request: get_config_data.GetConfigDataRequest, call: Call
    ) -> get_config_data.GetConfigDataResponse:
        """Tell limits and languages. Raises SoapFault."""
        try:
            languages = self._publisher.languages(request.config_anchor)
        except BadAnchor as error:
            raise refusal(call, ErrorCode.INVALID_PARAMETERS, "configAnchor") from error
        return get_config_data.GetConfigDataResponse(
            catalog_only_sync=False,
            lazy_sync=True,
            server_hosts_psf_files=False,
            max_number_of_computer_ids_in_request=0,
            max_number_of_driver_sets_per_request=0,
            max_number_of_pnp_hardware_ids_in_request=0,
            max_number_of_updates_per_request=MAX_UPDATES,
            new_config_anchor=self._publisher.anchor(),
            protocol_version=PROTOCOL_VERSION,
            language_update_list=tuple(map(_language, languages)),
            max_updates_per_request_in_get_update_decryption_data=MAX_UPDATES,
        )

    def revision_id_list(
        self, request: get_revision_id_list.GetRevisionIdListRequest, call: Call
    ) -> get_revision_id_list.GetRevisionIdListResponse:
        """List identities. Raises SoapFault."""
        if request.filter is None:
            raise refusal(call, ErrorCode.INVALID_PARAMETERS, "filter")
        self._note_filter(request.filter)
        try:
            anchor, identities = self._publisher.listing(_question(request.filter))
        except BadAnchor as error:
            raise refusal(call, ErrorCode.INVALID_PARAMETERS, "filter") from error
        self._tally.count("identities_listed", call.operation, len(identities))
        return get_revision_id_list.GetRevisionIdListResponse(
            anchor=anchor,
            new_revisions=tuple(
                UpdateIdentity(one.update_id, one.revision_number) for one in identities
            ),
        )

    def _note_filter(self, asked: get_revision_id_list.ServerSyncFilter) -> None:
        """Remember the filter; one with a single list is the trap of FACTS 10.4."""
        one_sided = not asked.get_config and bool(asked.categories) != bool(asked.classifications)
        self._tally.count("filters", "one-sided" if one_sided else "good")
        self._tally.keep(
            "filter_log",
            {
                "anchor": asked.anchor,
                "get_config": asked.get_config,
                "get_63_language_only": asked.get_63_language_only,
                "categories": _noted(asked.categories),
                "classifications": _noted(asked.classifications),
                "languages": asked.languages is not None,
            },
        )

    def update_data(
        self, request: get_update_data.GetUpdateDataRequest, call: Call
    ) -> list[PackedDocument]:
        """Return documents, as many as fit into one answer. Raises SoapFault."""
        wanted = request.update_ids
        self._tally.count("identities_asked", call.operation, len(wanted))
        if len(wanted) > MAX_UPDATES:
            raise refusal(call, ErrorCode.INVALID_PARAMETERS, "updateIds")
        publications = [self._publication(one, call) for one in wanted]
        packed: list[PackedDocument] = []
        size = 0
        for publication in publications:
            document = self._documents.packed(publication)
            size += len(document.item) + len(document.urls)
            if packed and size > MAX_ANSWER_BYTES:
                break
            packed.append(self._perhaps_damaged(publication, document))
        self._tally.count("documents_sent", call.operation, len(packed))
        return packed

    def _publication(self, wanted: UpdateIdentity, call: Call) -> Publication:
        identity = RevisionIdentity(wanted.update_id.lower(), wanted.revision_number)
        publication = self._publisher.publication(identity)
        if publication is None:
            self._tally.keep("unknown_identities", str(identity))
            raise refusal(call, ErrorCode.INTERNAL_SERVER_ERROR, at_fault="Server")
        return publication

    def _perhaps_damaged(
        self, publication: Publication, document: PackedDocument
    ) -> PackedDocument:
        damage = self._sky.damage(str(publication.identity))
        if damage is None:
            return document
        self._tally.keep("damaged", {"id": str(publication.identity), "damage": damage})
        return pack_damaged(publication, damage)


def join_documents(packed: list[PackedDocument], call: Call) -> bytes:
    """Return the answer that carries ``packed``, file addresses as ``call``'s sender sees us."""
    version: SoapVersion = call.envelope.version
    return get_update_data.join_response(
        (one.item for one in packed),
        (one.urls_at(call.address) for one in packed if one.urls),
        version,
    )


def _language(language: Language) -> get_config_data.ServerSyncLanguageData:
    """As Microsoft's service enables them: ``all`` and nothing else (FACTS 10.3)."""
    return get_config_data.ServerSyncLanguageData(
        language_id=language.lcid,
        short_language=language.short,
        long_language=language.long,
        enabled=language.short == "all",
    )


def _question(asked: get_revision_id_list.ServerSyncFilter) -> Question:
    return Question(
        configuration=asked.get_config,
        anchor=asked.anchor,
        categories=_wanted(asked.categories),
        classifications=_wanted(asked.classifications),
    )


def _wanted(
    entries: tuple[get_revision_id_list.IdAndDelta, ...] | None,
) -> tuple[Wanted, ...] | None:
    return None if entries is None else tuple(Wanted(one.id.lower(), one.delta) for one in entries)


def _noted(
    entries: tuple[get_revision_id_list.IdAndDelta, ...] | None,
) -> list[dict[str, str | bool]] | None:
    if entries is None:
        return None
    return [{"id": one.id.lower(), "delta": one.delta} for one in entries]
