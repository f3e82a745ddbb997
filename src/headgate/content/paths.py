"""Where a file lies in the store: ``<XX>/<40 HEX><ext>``, as WSUS lays out ``WsusContent``.

A file is named by its SHA-1; the folder is the last two hex digits of it (FACTS §6.2: hex, always
two). Digits are upper case. The extension comes from a document, which is a stranger's word: only
letters and digits of it are taken, in lower case.
"""

import re
from pathlib import PurePosixPath

_NAME = re.compile(r"([0-9A-Fa-f]{40})(?:\.[^.]+)?")
_EXTENSION = re.compile(r"\.[a-z0-9]{1,16}")


def path_of(sha1: bytes, name: str) -> PurePosixPath:
    """Return the path below the store of a file called ``name`` in its document.

    >>> str(path_of(bytes.fromhex("f1d9d8a225af94ea1c1918b20aac93292860f51d"), "Grooveintl.CAB"))
    '1D/F1D9D8A225AF94EA1C1918B20AAC93292860F51D.cab'
    """
    digits = sha1.hex().upper()
    return PurePosixPath(folder_of(sha1), digits + extension_of(name))


def folder_of(sha1: bytes) -> str:
    """Return the folder of a digest."""
    return sha1.hex()[-2:].upper()


def extension_of(name: str) -> str:
    """Return the extension of a file name with its dot, nothing where there is no plain one.

    >>> extension_of("windows.PSF"), extension_of("no extension"), extension_of("x.../../y")
    ('.psf', '', '')
    """
    suffix = PurePosixPath(name.rpartition("\\")[2]).suffix.lower()
    return suffix if _EXTENSION.fullmatch(suffix) else ""


def digest_in_name(name: str) -> bytes | None:
    """Return the SHA-1 a stored file's name states, None when it is not so named."""
    found = _NAME.fullmatch(name)
    return bytes.fromhex(found[1]) if found else None
