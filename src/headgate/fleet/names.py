"""What computers are called: the id they made up, and their name on the network.

Ids and names come from strangers; what is returned here can be stored, compared and shown.
"""

import re

#: [MS-WUSP] 1.1 ClientIdString; upper case is accepted, too (FACTS §2.3).
_CLIENT_ID = re.compile(r"[A-Za-z0-9-]{1,255}", re.ASCII)

#: What no computer's name contains, whether of DNS or NetBIOS. Windows allows letters of any
#: language, and underscores.
_NOT_IN_NAMES = re.compile(r'[\s\\/:*?"<>|,;&]')
_LONGEST_NAME = 255

_LONGEST_GROUP = 256


def client_id(text: str | None) -> str | None:
    """Return a SusClientId in lower case, None for what is none."""
    if text is None or _CLIENT_ID.fullmatch(text) is None:
        return None
    return text.lower()


def dns_name(text: str | None) -> str | None:
    """Return a computer's name in lower case, None for what is none."""
    if text is None or not 0 < len(text) <= _LONGEST_NAME:
        return None
    if not text.isprintable() or _NOT_IN_NAMES.search(text):
        return None
    return text.lower()


def requested_group(text: str | None) -> str | None:
    """Return the group a computer's policy names, None for none; what is absurd is none."""
    if text is None or len(text) > _LONGEST_GROUP or not text.isprintable():
        return None
    return text.strip() or None


def host_name(name: str) -> str:
    """Return a name without its domain: ``pc7`` of ``pc7.example.com``."""
    return name.partition(".")[0]


def is_same_machine(name: str, other: str) -> bool:
    """Whether two names may be one machine's: with and without its domain, or in another one.

    >>> is_same_machine("pc7", "pc7.example.com"), is_same_machine("pc7", "pc8")
    (True, False)
    """
    return host_name(name) == host_name(other)
