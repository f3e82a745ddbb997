"""What people call the browser behind a ``User-Agent``."""

import re

_LONGEST = 60

#: Marks of browsers, those first that also carry the marks of others.
_BROWSERS = (
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?/(\d+)")),
    ("Opera", re.compile(r"\bOPR/(\d+)")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/(\d+)")),
    ("Chrome", re.compile(r"(?:\bChrom(?:e|ium)|\bHeadlessChrome|\bCriOS)/(\d+)")),
    ("Safari", re.compile(r"\bVersion/(\d+)[.\d]* (?:Mobile/\w+ )?Safari/")),
)
_SYSTEMS = (
    ("Windows", re.compile(r"\bWindows\b")),
    ("Android", re.compile(r"\bAndroid\b")),
    ("iOS", re.compile(r"\b(?:iPhone|iPad)\b")),
    ("macOS", re.compile(r"\bMac OS X\b")),
    ("Linux", re.compile(r"\bLinux\b")),
)


def name_of(agent: str) -> str:
    """Return browser, version and system; the beginning of what it says of itself when unknown.

    >>> name_of("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0")
    'Firefox 140, Windows'
    >>> name_of("curl/8.0")
    'curl/8.0'
    """
    found = ((name, mark.search(agent)) for name, mark in _BROWSERS)
    browser = next((f"{name} {hit[1]}" for name, hit in found if hit), None)
    system = next((name for name, mark in _SYSTEMS if mark.search(agent)), None)
    if browser is None or system is None:
        return agent if len(agent) <= _LONGEST else f"{agent[:_LONGEST]}…"
    return f"{browser}, {system}"
