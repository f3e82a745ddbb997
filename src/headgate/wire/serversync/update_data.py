"""One document and one file address as ``GetUpdateData`` carries them.

[MS-WSUSSS] 3.1.4.6.3; captured exchanges 000013 to 000016. Writers return bytes, so that a server
writes an item once, keeps it, and joins it into every answer that needs it.
"""

from dataclasses import dataclass

from headgate.errors import MalformedMessage
from headgate.sentences import Sentence
from headgate.wire import lexical, values, xmltree
from headgate.wire.values import UpdateIdentity
from headgate.wire.xmltree import Element


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSyncUpdateData:
    """[MS-WSUSSS] 3.1.4.6.3.3: one document, as text or as a cabinet."""

    identity: UpdateIdentity
    xml_update_blob: str | None
    xml_update_blob_compressed: bytes | None  #: a cabinet with the one file ``blob`` in UTF-16LE
    file_digests: tuple[bytes, ...]  #: SHA-1 of the document's files


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSyncUrlData:
    """[MS-WSUSSS] 3.1.4.6.3.5: where the file of a digest lies."""

    file_digest: bytes
    mu_url: str | None  #: None or empty for a locally published file
    uss_url: str | None  #: to be ignored; captured as empty
    decryption_key: bytes | None = None


def write_update(update: ServerSyncUpdateData) -> bytes:
    """Return one item of the array ``updates``."""
    digests = update.file_digests
    return "".join(
        (
            "<ServerSyncUpdateData>",
            values.write_identity("Id", update.identity),
            values.write_text("XmlUpdateBlob", update.xml_update_blob),
            values.write_digests("FileDigestList", digests) if digests else "",
            values.write_bytes("XmlUpdateBlobCompressed", update.xml_update_blob_compressed),
            "</ServerSyncUpdateData>",
        )
    ).encode()


def read_update(element: Element) -> ServerSyncUpdateData:
    """Return one item. Raises MalformedMessage when it has no identity or no document."""
    identity = values.read_identity(xmltree.required_child(element, "Id"))
    text = xmltree.text(element, "XmlUpdateBlob")
    cabinet = xmltree.optional_value(element, "XmlUpdateBlobCompressed", lexical.read_base64)
    if text is None and cabinet is None:
        raise MalformedMessage(
            Sentence(
                "The answer has no document for {update_id}/{revision_number}.",
                update_id=identity.update_id,
                revision_number=str(identity.revision_number),
            )
        )
    return ServerSyncUpdateData(
        identity=identity,
        xml_update_blob=text,
        xml_update_blob_compressed=cabinet,
        file_digests=values.read_digests(element, "FileDigestList"),
    )


def write_url(url: ServerSyncUrlData) -> bytes:
    """Return one item of the array ``fileUrls``."""
    return "".join(
        (
            "<ServerSyncUrlData>",
            values.write_bytes("FileDigest", url.file_digest),
            values.write_text("MUUrl", url.mu_url),
            values.write_text("UssUrl", url.uss_url),
            values.write_bytes("DecryptionKey", url.decryption_key),
            "</ServerSyncUrlData>",
        )
    ).encode()


def read_url(element: Element) -> ServerSyncUrlData:
    """Return one file address. Raises MalformedMessage."""
    return ServerSyncUrlData(
        file_digest=xmltree.value(element, "FileDigest", lexical.read_base64),
        mu_url=xmltree.text(element, "MUUrl"),
        uss_url=xmltree.text(element, "UssUrl"),
        decryption_key=xmltree.optional_value(element, "DecryptionKey", lexical.read_base64),
    )
