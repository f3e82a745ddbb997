"""The tree of errors: one class per meaning, the message is the sentence an operator reads.

    HeadgateError
    ├── UsageError            what was asked cannot be done as asked; nothing was changed
    ├── SettingsError         a setting is missing, wrong or contradicts another
    ├── SourceError           the update source, or the way to it, is at fault   (headgate.upstream)
    ├── MalformedMessage      bytes from a peer are not what the protocol says   (headgate.wire)
    ├── DocumentError         one update document cannot be read                 (headgate.metadata)
    ├── StorageError          the database refuses, is full, or too new          (headgate.storage)
    └── ContentError          an update file cannot be stored or is damaged      (headgate.content)

Subclasses live beside the code that raises them, and so do the few classes of their own that one
door or one verb means (a call that is refused, a file that is not here). Every message says what
happened; ``next_step`` says what to do about it. Each door gives them faces in one place: the
command line in ``cli/failures``, the console in ``messages``, the SOAP door in ``dispatch``, the
files' door in ``door``.

Message and next step are given as ``Sentence("…", name=value)`` wherever the console can show them,
so that they can be said in the reader's language.
"""

from headgate.sentences import Sentence, Sentences, said_by


class HeadgateError(Exception):
    """Base of all errors that are meant to be read by an operator.

    ``next_step`` is a sentence with the step to take, or empty when the message contains it.
    """

    next_step: str = ""

    def __init__(self, message: str, *, next_step: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if next_step is not None:
            self.next_step = next_step

    def sentence(self) -> str:
        """Return message and next step as one line of prose."""
        return Sentences((said_by(self), self.next_step))


class UsageError(HeadgateError):
    """What was asked cannot be done as asked; nothing was changed."""


class SettingsError(HeadgateError):
    """A setting is missing, has a wrong value or contradicts another one."""


class SourceError(HeadgateError):
    """The update source, or the way to it (proxy, TLS, network), is at fault."""

    at_proxy: bool = False  #: it went wrong between us and the proxy server


class MalformedMessage(HeadgateError):
    """Bytes from a peer are not what the protocol says. ``raw`` keeps the first few kilobytes."""

    KEPT = 4096

    def __init__(self, message: str, *, raw: bytes = b"", next_step: str | None = None) -> None:
        super().__init__(message, next_step=next_step)
        self.raw = raw[: self.KEPT]


class DocumentError(HeadgateError):
    """One update document cannot be read; the rest of its batch is not concerned."""


class StorageError(HeadgateError):
    """The database refuses, is full, is locked by somebody else, or has a newer schema."""


class ContentError(HeadgateError):
    """An update file cannot be fetched, stored or verified."""


def unexpected(error: BaseException) -> Sentence:
    """Return what to tell of an error nobody has foreseen."""
    return Sentence("Unexpected: {kind}: {error}", kind=type(error).__name__, error=str(error))
