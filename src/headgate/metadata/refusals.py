"""Why a document cannot be read: one class per meaning, all of them DocumentError.

A refused document concerns nobody else in its batch: ingestion notes the sentence, keeps the bytes
for inspection and asks for the document again at the next run.
"""

from headgate.errors import DocumentError
from headgate.sentences import Sentence


class NotUnicode(DocumentError):
    """The bytes are not text in the encoding the document came with."""

    next_step = Sentence("The document is asked for again at the next synchronization.")


class NotWellFormed(DocumentError):
    """The text is not XML, or breaks a limit no honest document comes near."""

    next_step = Sentence("The document is asked for again at the next synchronization.")


class DoctypeRefused(DocumentError):
    """The document brings a DTD or entities; no real one does, and they are a way to attack."""

    next_step = Sentence("Check what stands between Headgate and its update source.")


class WrongCabinet(DocumentError):
    """The compressed form is no cabinet with the single member ``blob``."""

    next_step = Sentence("The document is asked for again at the next synchronization.")


class WrongIdentity(DocumentError):
    """The document is one of another revision than the one that was asked for."""

    next_step = Sentence("Check the update source: it hands out documents under wrong names.")


class IncompleteDocument(DocumentError):
    """Well-formed XML that lacks, or contradicts, what every update document says."""

    next_step = Sentence("The document is kept for inspection and asked for again at the next run.")
