"""Under which name Headgate introduces itself to an update source.

Decides two names and nothing else: towards Microsoft a neutral one that says nothing about the
machine or its owner, towards an upstream server the machine's own, which its administrator sees in
the list of downstream servers. Both have to look like a host name, or GetAuthorizationCookie
answers InvalidParameters ([MS-WSUSSS] 3.1.4.2, RFC 1035 2.3).
"""

import re

from headgate.catalogue.identity import guid

_ILLEGAL = re.compile(r"[^a-z0-9-]+")
_LONGEST_LABEL = 63
_LONGEST_NAME = 253

#: For a machine whose name has not one legal character.
NAMELESS = "headgate"


def name_for_microsoft(server_id: str) -> str:
    """Return the neutral name that goes with our id. Raises ValueError when the id is no GUID.

    >>> name_for_microsoft("{6F1C2F6E-3F0B-4D3A-9B1E-0D2F6A1C5E12}")
    '6f1c2f6e-3f0b-4d3a-9b1e-0d2f6a1c5e12.headgate.invalid'
    """
    return f"{guid(server_id)}.headgate.invalid"


def name_for_upstream(host_name: str) -> str:
    """Return a machine's full name with every illegal character replaced by a hyphen.

    >>> name_for_upstream("Büro_Server 1.corp.example.")
    'b-ro-server-1.corp.example'
    """
    labels = (_legal_label(label) for label in host_name.lower().split("."))
    name = ".".join(label for label in labels if label)
    return name[:_LONGEST_NAME].rstrip("-.") or NAMELESS


def _legal_label(label: str) -> str:
    return _ILLEGAL.sub("-", label).strip("-")[:_LONGEST_LABEL].rstrip("-")
