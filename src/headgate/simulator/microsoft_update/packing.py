"""Packs documents as ``GetUpdateData`` carries them, once, and keeps them on the disk.

Above 5,120 bytes of UTF-16 a document travels as a cabinet (FACTS 10.5). Packed items lie one after
the other in an unnamed temporary file, so a world of gigabytes costs little memory and answering
costs little time: read, join, send.
"""

import tempfile
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from headgate.catalogue.identity import RevisionIdentity
from headgate.simulator.microsoft_update.content import OfferedFile
from headgate.simulator.microsoft_update.publication import Publication
from headgate.simulator.microsoft_update.weather import Damage
from headgate.wire import cab
from headgate.wire.serversync.update_data import (
    ServerSyncUpdateData,
    ServerSyncUrlData,
    write_update,
    write_url,
)
from headgate.wire.values import UpdateIdentity

COMPRESSED_ABOVE = 5_120  #: bytes of UTF-16: [MS-WSUSSS] note 36
_FAST, _SMALL = 1, 6  #: zlib levels: for documents above and below this many bytes
_LARGE = 1_000_000
#: stands for the simulator's own address until the host a client used is known
_HOST = "http://address.of.simulator.invalid"


@dataclass(frozen=True, slots=True)
class PackedDocument:
    """The XML of one ``ServerSyncUpdateData`` and of its files' ``ServerSyncUrlData``."""

    item: bytes
    urls: bytes

    def urls_at(self, address: str) -> bytes:
        """Return the file addresses as seen by a client that calls us ``http://host:port``."""
        return self.urls.replace(_HOST.encode(), address.encode())


class PackedDocuments:
    """Packs on demand and remembers. Safe to use from several threads."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="headgate-lab-")  # noqa: SIM115 - closed by close
        self._lock = threading.Lock()
        self._places: dict[RevisionIdentity, tuple[int, int, int]] = {}

    def close(self) -> None:
        """Give the disk space back."""
        self._file.close()

    def prepare(self, publications: Iterable[Publication]) -> None:
        """Pack all of ``publications`` now."""
        for publication in publications:
            if publication.identity not in self._places:
                self._keep(publication.identity, pack(publication))

    def packed(self, publication: Publication) -> PackedDocument:
        """Return a publication, packed."""
        place = self._places.get(publication.identity)
        if place is not None:
            return self._read(*place)
        document = pack(publication)
        self._keep(publication.identity, document)
        return document

    def _read(self, offset: int, item: int, urls: int) -> PackedDocument:
        with self._lock:
            self._file.seek(offset)
            data = self._file.read(item + urls)
        return PackedDocument(item=data[:item], urls=data[item:])

    def _keep(self, identity: RevisionIdentity, document: PackedDocument) -> None:
        with self._lock:
            offset = self._file.seek(0, 2)
            self._file.write(document.item)
            self._file.write(document.urls)
            self._places[identity] = (offset, len(document.item), len(document.urls))


def pack(publication: Publication) -> PackedDocument:
    """Write and pack one document, and the addresses of its files."""
    files = publication.files()
    return PackedDocument(
        item=_item(publication, publication.write(), files),
        urls=b"".join(write_url(_url(file)) for file in files),
    )


def pack_damaged(publication: Publication, damage: Damage) -> PackedDocument:
    """Pack one document with something wrong in it; around it, everything is right."""
    files = publication.files()
    text = publication.write()
    identity = publication.identity
    match damage:
        case Damage.NOT_WELL_FORMED:
            item = _item(publication, text.removesuffix("</upd:Update>"), files)
        case Damage.WRONG_IDENTITY:
            wrong = "00000000-0bad-4bad-8bad-00000000000f"
            shown = text.replace(identity.update_id.upper(), wrong, 1)
            shown = shown.replace(identity.update_id, wrong, 1)
            item = _item(publication, shown, files)
        case Damage.DOCTYPE:
            doctype = '<!DOCTYPE upd:Update [<!ENTITY surprise "boo">]>'
            item = _item(publication, doctype + text, files)
        case Damage.INVALID_UTF16:
            data = text.encode("utf-16-le")
            item = _cabinet_item(publication, data[:400] + b"\x00\xd8" + data[400:], files)
        case Damage.BROKEN_CABINET:
            whole = cab.write_cabinet([(cab.BLOB, text.encode("utf-16-le"))])
            half = len(whole) // 2
            broken = whole[:half] + bytes(byte ^ 0x5A for byte in whole[half:])
            item = write_update(_data(publication, files, cabinet=broken))
    return PackedDocument(item=item, urls=b"".join(write_url(_url(file)) for file in files))


def _item(publication: Publication, text: str, files: tuple[OfferedFile, ...]) -> bytes:
    data = text.encode("utf-16-le")
    if len(data) > COMPRESSED_ABOVE:
        return _cabinet_item(publication, data, files)
    return write_update(_data(publication, files, text=text))


def _cabinet_item(publication: Publication, data: bytes, files: tuple[OfferedFile, ...]) -> bytes:
    level = _FAST if len(data) > _LARGE else _SMALL
    cabinet = cab.write_cabinet([(cab.BLOB, data)], level=level)
    return write_update(_data(publication, files, cabinet=cabinet))


def _data(
    publication: Publication,
    files: tuple[OfferedFile, ...],
    *,
    text: str | None = None,
    cabinet: bytes | None = None,
) -> ServerSyncUpdateData:
    identity = publication.identity
    return ServerSyncUpdateData(
        identity=UpdateIdentity(identity.update_id, identity.revision_number),
        xml_update_blob=text,
        xml_update_blob_compressed=cabinet,
        file_digests=tuple(offer.file.sha1 for offer in files),
    )


def _url(offer: OfferedFile) -> ServerSyncUrlData:
    address = f"{_HOST}{offer.path}" if offer.is_ours else offer.path
    return ServerSyncUrlData(file_digest=offer.file.sha1, mu_url=address or None, uss_url="")
