"""``Files/File`` and ``LocalizedPropertiesCollection/EulaFile``: what an update consists of.

No captured ``File`` marks a language of its own: language-dependent updates are documents of their
own, whose ``Properties/Language`` elements count for all their files. So a file has the document's
languages, none when they contain ``all`` or are absent, and nothing is guessed from file names. An
``EulaFile`` names its language ([MS-WUSP] 3.1.1.1, note 44).
"""

from lxml.etree import _Element

from headgate.catalogue.files import UpdateFile
from headgate.metadata.lexical import digest, number
from headgate.metadata.names import ADDITIONAL_DIGEST, EULA_FILE, FILE


def read_files(files: _Element | None, languages: tuple[str, ...]) -> tuple[UpdateFile, ...]:
    """Return the payload files; ``languages`` are those of ``Properties``. Raises ValueError."""
    if files is None:
        return ()
    wanted_for = () if "all" in languages else languages
    return tuple(_file(element, wanted_for) for element in files.iterchildren(FILE))


def read_eula_files(collection: _Element | None) -> tuple[UpdateFile, ...]:
    """Return the licence texts, each with its language. Raises ValueError."""
    if collection is None:
        return ()
    return tuple(
        _file(element, (element.get("Language", "en").lower(),), is_eula=True)
        for element in collection.iterchildren(EULA_FILE)
    )


def _file(element: _Element, languages: tuple[str, ...], *, is_eula: bool = False) -> UpdateFile:
    get = element.get
    return UpdateFile(
        sha1=digest(get("Digest"), 20, "a file's Digest"),
        sha256=_sha256(element),
        name=get("FileName", ""),
        size=number(get("Size"), "a file's Size"),
        modified=get("Modified"),
        patching_type=get("PatchingType") or get("PatchingTypePreferred"),
        languages=languages,
        is_eula=is_eula,
    )


def _sha256(element: _Element) -> bytes | None:
    for child in element.iterchildren(ADDITIONAL_DIGEST):
        if child.get("Algorithm") == "SHA256":
            return digest(child.text, 32, "a file's SHA256 digest")
    return None
