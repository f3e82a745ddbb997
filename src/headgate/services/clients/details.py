"""What a computer asks about updates that concern it: texts for people, and where the files are.

[MS-WUSP] 3.1.5.9 GetExtendedUpdateInfo, 2.2.2.2.10 its second form, 3.1.5.10 GetFileLocations;
FACTS §5. Locations are told whether a file is here or not: without them an agent's search finds
nothing at all.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from headgate.catalogue.languages import ENGLISH
from headgate.content import paths
from headgate.metadata import fragments
from headgate.offer.identities import in_scope, revision_ids_of
from headgate.offer.overlay import Overlay
from headgate.services.clients.admission import Admits, bad_parameter
from headgate.services.clients.cookies import ClientCookie, SealedCookie
from headgate.services.clients.core_texts import CoreText, CoreTexts
from headgate.services.clients.visitor import Visitor
from headgate.storage import client_fragments, file_places, transactions
from headgate.storage.client_fragments import PackedDetails
from headgate.storage.engine import Engine
from headgate.storage.file_places import FilePlace

#: Revisions in one call: ``MaxExtendedUpdatesPerRequest`` of GetConfig.
MOST_REVISIONS = 50

#: Files in one call; real servers were seen to take 100.
MOST_DIGESTS = 10_000

#: Languages in one call: an agent names one or two.
MOST_LOCALES = 50

#: Characters of one language; the longest tags Windows knows have some thirty.
LONGEST_LOCALE = 85

_SHA1_BYTES = 20
_HTTP_PORT = 80

#: What may stand as a host in an address; anything else somebody has made up.
_HOST = re.compile(r"[A-Za-z0-9_.-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\]")
_REGION = re.compile(rb' GeoId="([^"]*)"')


class InfoType(StrEnum):
    """Kinds of fragments, as [MS-WUSP] 2.2.2.2.6 spells them; others are not kept here."""

    CORE = "Core"
    EXTENDED = "Extended"
    LOCALIZED = "LocalizedProperties"
    EULA = "Eula"


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailsCall:
    """What is asked about some revisions; nothing in it is trusted."""

    info_types: Sequence[str] | None = None
    locales: Sequence[str] | None = None
    region: str | None = None  #: ISO 3166, three letters: which licences are meant


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLocation:
    """Where a file is downloaded from."""

    sha1: bytes
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailsAnswer:
    """What is told about some revisions."""

    texts: Sequence[tuple[int, CoreText]]  #: revision and escaped fragment, in the order to send
    locations: Sequence[FileLocation]
    out_of_scope: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationsAnswer:
    """Where files are, and the cookie once more."""

    locations: Sequence[FileLocation]
    cookie: SealedCookie


class ClientDetails:
    """Answers what computers ask after a scan. One for the process."""

    def __init__(
        self,
        *,
        engine: Engine,
        admit: Admits,
        overlay: Callable[[tuple[str, ...]], Overlay],
        texts: CoreTexts,
        unpack: Callable[[bytes], bytes],
        seal: Callable[[ClientCookie], SealedCookie],
        content_port: Callable[[], int],
        server_name: Callable[[], str],
        files_are_kept: Callable[[], bool],
    ) -> None:
        """Take what answers need.

        ``content_port``: where files are served over plain HTTP. ``server_name`` stands in for a
        host name nobody can believe. ``files_are_kept`` is false when content is left to Microsoft.
        """
        self._engine = engine
        self._admit = admit
        self._overlay = overlay
        self._texts = texts
        self._unpack = unpack
        self._seal = seal
        self._content_port = content_port
        self._server_name = server_name
        self._files_are_kept = files_are_kept

    def of_revisions(
        self,
        data: bytes | None,
        visitor: Visitor,
        revision_ids: Sequence[int],
        call: DetailsCall,
    ) -> DetailsAnswer:
        """Tell about revisions by their numbers here. Raises ComputerRefused."""
        cookie = self._admit(data, visitor, operation="GetExtendedUpdateInfo")
        if len(revision_ids) > MOST_REVISIONS:
            raise bad_parameter("revisionIDs", cookie)
        _check(call, cookie)
        kept, out_of_scope = in_scope(self._overlay(cookie.groups), revision_ids)
        return self._told(visitor, call, sorted(kept), out_of_scope)

    def of_identities(
        self,
        data: bytes | None,
        visitor: Visitor,
        identities: Sequence[tuple[str, int]],
        call: DetailsCall,
    ) -> DetailsAnswer:
        """Tell about revisions by their identities (lower-case GUID, number).

        Those that are not offered are left out: without a number there is nothing to call them.
        Raises ComputerRefused.
        """
        cookie = self._admit(data, visitor, operation="GetExtendedUpdateInfo2")
        if len(identities) > MOST_REVISIONS:
            raise bad_parameter("updateIDs", cookie)
        _check(call, cookie)
        found = revision_ids_of(self._overlay(cookie.groups), identities)
        return self._told(visitor, call, sorted({each for each in found if each is not None}), [])

    def of_files(
        self, data: bytes | None, visitor: Visitor, digests: Sequence[bytes] | None
    ) -> LocationsAnswer:
        """Tell where files are; those nobody knows are left out. Raises ComputerRefused."""
        cookie = self._admit(data, visitor, operation="GetFileLocations")
        if digests is None or len(digests) > MOST_DIGESTS:
            raise bad_parameter("fileDigests", cookie)
        if any(len(digest) != _SHA1_BYTES for digest in digests):
            raise bad_parameter("fileDigests", cookie)
        with transactions.read(self._engine) as conn:
            places = file_places.files_by_digest(conn, digests)
        return LocationsAnswer(
            locations=self._located(visitor, places),
            cookie=self._seal(cookie),
        )

    def _told(
        self,
        visitor: Visitor,
        call: DetailsCall,
        revision_ids: Sequence[int],
        out_of_scope: Sequence[int],
    ) -> DetailsAnswer:
        asked = set(call.info_types or ())
        with transactions.read(self._engine) as conn:
            packed = client_fragments.details(conn, revision_ids)
            places = file_places.files_of(conn, revision_ids)
        texts: list[tuple[int, CoreText]] = []
        if InfoType.CORE in asked:
            cores = self._texts.texts(revision_ids)
            texts += [(each, cores[each]) for each in revision_ids if each in cores]
        texts += self._texts_of(packed, call, asked, revision_ids)
        return DetailsAnswer(
            texts=texts, locations=self._located(visitor, places), out_of_scope=out_of_scope
        )

    def _texts_of(
        self,
        packed: Mapping[int, PackedDetails],
        call: DetailsCall,
        asked: set[str],
        revision_ids: Sequence[int],
    ) -> Iterator[tuple[int, bytes]]:
        """Yield first all Extended, then all LocalizedProperties, then all licences."""
        here = [packed[each] for each in revision_ids if each in packed]
        if InfoType.EXTENDED in asked:
            for each in here:
                yield each.revision_id, self._unpack(each.extended)
        locales = call.locales or ()
        if InfoType.LOCALIZED in asked:
            for each in here:
                for text in _localized(self._unpack(each.localized), locales):
                    yield each.revision_id, text
        if InfoType.EULA in asked:
            for each in here:
                if each.eulas is not None:
                    for text in licences(self._unpack(each.eulas), locales, call.region):
                        yield each.revision_id, text

    def _located(self, visitor: Visitor, places: Iterable[FilePlace]) -> list[FileLocation]:
        here = f"http://{self._host(visitor)}/Content"
        kept = self._files_are_kept()
        return [
            FileLocation(
                sha1=place.sha1,
                url=(None if kept else place.mu_url)
                or f"{here}/{paths.path_of(place.sha1, place.name)}",
            )
            for place in places
        ]

    def _host(self, visitor: Visitor) -> str:
        """Return the host the computer reaches us by, with the port files are served on."""
        name = visitor.host if _HOST.fullmatch(visitor.host) else self._server_name()
        if ":" in name and not name.startswith("["):
            name = f"[{name}]"
        port = self._content_port()
        return name if port == _HTTP_PORT else f"{name}:{port}"


def _check(call: DetailsCall, cookie: ClientCookie) -> None:
    if not call.info_types:
        raise bad_parameter("infoTypes", cookie)
    for_readers = {InfoType.LOCALIZED, InfoType.EULA} & set(call.info_types)
    if for_readers and not call.locales:
        raise bad_parameter("locales", cookie)
    locales = call.locales or ()
    # A tag is shortened part by part: one of megabytes would keep us busy for hours.
    if len(locales) > MOST_LOCALES or any(len(each) > LONGEST_LOCALE for each in locales):
        raise bad_parameter("locales", cookie)


def _localized(piece: bytes, locales: Sequence[str]) -> Iterator[bytes]:
    for language in chosen_languages(fragments.languages_of(piece), locales):
        text = fragments.localized_fragment(piece, language)
        if text is not None:
            yield text


def licences(piece: bytes, locales: Sequence[str], region: str | None) -> Iterator[bytes]:
    """Yield the licences for a region: its own, and those of the rest of the world.

    No GeoId or an empty one means the latter ([MS-WUSP] 3.1.1.1); who names no region gets all.
    """
    asked = (region or "").strip().lower().encode()
    for language in chosen_languages(fragments.languages_of(piece), locales):
        for text in fragments.eula_fragments(piece, language):
            found = _REGION.search(text.partition(b"&gt;")[0])
            meant = found[1].strip().lower() if found else b""
            if not meant or not asked or meant == asked:
                yield text


def chosen_languages(available: Sequence[str], locales: Sequence[str]) -> list[str]:
    """Return the languages to send of those a document has, each once.

    For every locale asked for the exact language, else the one it is a form of; English besides;
    the document's first one where nothing of that is there, because a text is better than none.

    >>> chosen_languages(["de", "en", "pt-br"], ["de-AT", "pt-PT"])
    ['de', 'en']
    """
    chosen = dict.fromkeys(filter(None, (_nearest(available, each) for each in locales)))
    if ENGLISH in available:
        chosen[ENGLISH] = None
    return list(chosen) or list(available[:1])


def _nearest(available: Sequence[str], locale: str) -> str | None:
    wanted = locale.strip().lower()
    while wanted:
        if wanted in available:
            return wanted
        wanted = wanted.rpartition("-")[0]
    return None
