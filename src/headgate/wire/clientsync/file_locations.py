"""FileLocation: where a file is fetched from ([MS-WUSP] 2.2.2.2.6, 2.2.2.2.10; FACTS §5)."""

from collections.abc import Iterable
from dataclasses import dataclass

from headgate.wire import lexical, values
from headgate.wire.clientsync.arrays import write_filled
from headgate.wire.clientsync.parts import Parts
from headgate.wire.xmltree import Element


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLocation:
    """One file; all after ``url`` are for encrypted files in ``GetExtendedUpdateInfo2``."""

    file_digest: bytes  #: SHA-1
    url: str
    pieces_hash_url: str | None = None
    block_map_url: str | None = None
    decryption_information: str | None = None  #: JSON
    file_digest_algorithm: str | None = None
    encrypted_file_digest: bytes | None = None
    encrypted_file_digest_algorithm: str | None = None


def write_locations(locations: Iterable[FileLocation]) -> str:
    """Return ``FileLocations``, nothing when there are none (FACTS §1.3)."""
    return write_filled("FileLocations", map(_write, locations))


def _write(location: FileLocation) -> str:
    algorithm = location.encrypted_file_digest_algorithm
    return (
        f"<FileLocation>{values.write_bytes('FileDigest', location.file_digest)}"
        f"{values.write_text('Url', location.url)}"
        f"{values.write_text('PiecesHashUrl', location.pieces_hash_url)}"
        f"{values.write_text('BlockMapUrl', location.block_map_url)}"
        f"{values.write_text('DecryptionInformation', location.decryption_information)}"
        f"{values.write_text('FileDigestAlgorithm', location.file_digest_algorithm)}"
        f"{values.write_bytes('EncryptedFileDigest', location.encrypted_file_digest)}"
        f"{values.write_text('EncryptedFileDigestAlgorithm', algorithm)}</FileLocation>"
    )


def read_locations(parts: Parts) -> tuple[FileLocation, ...]:
    """Return the locations of an answer, none when they are missing. Raises MalformedMessage."""
    return tuple(map(_read, parts.each("FileLocations", "FileLocation") or ()))


def _read(element: Element) -> FileLocation:
    parts = Parts(element)
    return FileLocation(
        file_digest=parts.value("FileDigest", lexical.read_base64) or b"",
        url=parts.text("Url") or "",
        pieces_hash_url=parts.text("PiecesHashUrl"),
        block_map_url=parts.text("BlockMapUrl"),
        decryption_information=parts.text("DecryptionInformation"),
        file_digest_algorithm=parts.text("FileDigestAlgorithm"),
        encrypted_file_digest=parts.value("EncryptedFileDigest", lexical.read_base64),
        encrypted_file_digest_algorithm=parts.text("EncryptedFileDigestAlgorithm"),
    )
