"""The text of an update's licence, from the file the source publishes it in."""

import codecs
from collections.abc import Sequence
from dataclasses import dataclass

from headgate.catalogue.files import FilePresence
from headgate.catalogue.reading import preferred
from headgate.catalogue.update_details import DetailedFile
from headgate.content.store import ContentStore, FileNotStoredError

#: Bytes of a licence that are shown; a real one has some ten thousand.
LONGEST = 512 * 1024

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceText:
    """A licence in one language."""

    language: str
    text: str
    is_cut: bool = False  #: longer than what is shown


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
        return LicenceText(
            language=language, text=_decoded(data[:LONGEST]), is_cut=len(data) > LONGEST
        )
    return None


def _decoded(data: bytes) -> str:
    """Return text files as they are published: Unicode with a mark, or what Windows called ANSI."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
