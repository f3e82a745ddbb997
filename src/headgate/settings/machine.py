"""What this machine is set to: its locale and its time zone, read from where Linux keeps them.

The process's own environment is not asked: a server started from a shell with ``LANG=C`` is still
the server of a German office.
"""

import re
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from headgate.sentences import Sentence

LOCALE_FILES = (Path("/etc/locale.conf"), Path("/etc/default/locale"))
ZONE_FILE = Path("/etc/timezone")
ZONE_LINK = Path("/etc/localtime")

_LINE = re.compile(r"""^\s*(?:export\s+)?(LANG|LC_ALL)\s*=\s*["']?([^"'\s#]*)""", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineLocale:
    """The language of this server and a sentence that says where that comes from."""

    language: str  #: as locales are written in documents: en, de-de, pt-br
    reason: str


def machine_locale(files: Sequence[Path] = LOCALE_FILES) -> MachineLocale:
    """Return the machine's language; none, ``C`` and ``POSIX`` count as English, and say so."""
    for file in files:
        name = _locale_named_in(file)
        if name is None:
            continue
        language = _language_of(name)
        if language is None:
            return MachineLocale(
                language="en",
                reason=Sentence(
                    "{file} says {name}, which counts as English.", file=str(file), name=name
                ),
            )
        said = Sentence("{file} says {name}.", file=str(file), name=name)
        return MachineLocale(language=language, reason=said)
    return MachineLocale(
        language="en",
        reason=Sentence("This machine names no locale, which counts as English."),
    )


def _locale_named_in(file: Path) -> str | None:
    try:
        text = file.read_text("utf-8", errors="replace")
    except OSError:
        return None
    named = {variable: value for variable, value in _LINE.findall(text) if value}
    return named.get("LC_ALL") or named.get("LANG")


def _language_of(locale: str) -> str | None:
    """Return the language of a locale name, None for the locale that is none.

    >>> _language_of("pt_BR.UTF-8"), _language_of("C.UTF-8"), _language_of("sr_RS@latin")
    ('pt-br', None, 'sr-rs')
    """
    bare = re.split(r"[.@]", locale)[0]
    if bare.upper() in ("", "C", "POSIX"):
        return None
    return bare.replace("_", "-").lower()


def machine_zone(link: Path = ZONE_LINK, file: Path = ZONE_FILE) -> str:
    """Return the machine's time zone by name; ``UTC`` where it names none we know.

    The link counts first: it is what the C library follows; Debian's file may be left over.
    """
    for name in (_zone_linked_to(link), _zone_written_in(file)):
        if name and _is_zone(name):
            return name
    return "UTC"


def _zone_linked_to(link: Path) -> str:
    try:
        target = str(link.readlink())  # one step: zones are links among themselves
    except OSError:
        return ""
    return target.partition("/zoneinfo/")[2].removeprefix("posix/").removeprefix("right/")


def _zone_written_in(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _is_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
