"""The text of an update's licence, from the file the source publishes it in."""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass

from headgate.catalogue.files import FilePresence
from headgate.catalogue.reading import preferred
from headgate.catalogue.update_details import DetailedFile
from headgate.content.store import ContentStore, FileNotStoredError
from headgate.sentences import Bytes, Sentence

#: Bytes of a licence that are shown; a real one has some ten thousand.
LONGEST = 512 * 1024

#: Characters of which text has one in so many, at the most.
_ONE_OF = 50
#: Control characters (but ends of lines and pages, tabs, the end of old files), and what is no
#: character in the encoding.
_UNWRITTEN = re.compile("[\x00-\x08\x0b\x0e-\x19\x1b-\x1f\x7f-\x9f\ufffd]")

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceText:
    """A licence in one language."""

    language: str
    text: str  #: empty where the file holds none
    is_cut: bool = False  #: longer than what is shown
    unreadable: int | None = None  #: bytes of a file that is no text

    @property
    def said(self) -> str:
        """The text, or why there is none to show."""
        if self.unreadable is None:
            return self.text
        return Sentence(
            "The licence cannot be shown: its file ({size}) holds no text.",
            size=Bytes(self.unreadable),
        )


def read_licence(
    store: ContentStore, files: Sequence[DetailedFile], languages: Sequence[str], default: str
) -> LicenceText | None:
    """Return the licence among some files, for a reader of ``languages``; None when none is here.

    ``default`` is the document's own language.
    """
    here = {
        file.language or default: file
        for file in files
        if file.is_eula and file.presence is FilePresence.PRESENT
    }
    for language in preferred(here, languages, default):
        try:
            with store.open(here[language].sha1) as opened:
                data = opened.read(LONGEST + 1)
        except FileNotStoredError:
            continue
        text = _decoded(data[:LONGEST])
        if not _is_text(text):
            return LicenceText(language=language, text="", unreadable=here[language].size)
        return LicenceText(language=language, text=text, is_cut=len(data) > LONGEST)
    return None


def _is_text(text: str) -> bool:
    """Whether there is next to nothing in it that nobody writes; a program has plenty."""
    return len(_UNWRITTEN.findall(text)) * _ONE_OF <= len(text)


def _decoded(data: bytes) -> str:
    """Return text files as they are published: Unicode with a mark, or what Windows called ANSI."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
