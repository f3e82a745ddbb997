"""Conditions of a request, in the order of RFC 9110 13.2.2.

A cache on the way asks whether what it keeps still counts, and need not fetch gigabytes anew. The
entity tag is the file's digest; so the answer is that it does, from whichever server it came.

``If-Unmodified-Since`` always holds: what a digest names is never modified. Our date is when the
file came, which is later after it was fetched again, and whoever continues a download that began
before need not begin anew.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

#: The fields that may be conditions, names in lower case.
FIELDS = frozenset((b"if-match", b"if-none-match", b"if-modified-since"))

#: One entity tag in a list of them (RFC 9110 8.8.3).
_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def unmet(asked: Mapping[bytes, str], etag: str, stored_at: datetime) -> int | None:
    """Return the status of an answer without the file, 304 or 412; None when it is to be sent.

    ``asked``: the fields of a GET or HEAD, names in lower case. Malformed ones are passed over.
    """
    if b"if-match" in asked and _has(asked[b"if-match"], etag, weak=False) is False:
        return 412
    if b"if-none-match" in asked:
        unchanged = _has(asked[b"if-none-match"], etag, weak=True)
    else:
        since = _date(asked.get(b"if-modified-since", ""))
        unchanged = since is not None and stored_at.replace(microsecond=0) <= since
    return 304 if unchanged else None


def _has(field: str, etag: str, *, weak: bool) -> bool | None:
    """Whether a list of tags has this one; None when it is no list of tags."""
    if field.strip() == "*":
        return True
    tags = _TAG.findall(field)
    if not tags or _TAG.sub("", field).strip(", \t"):
        return None
    return any(tag == etag and (weak or not is_weak) for is_weak, tag in tags)


def _date(field: str) -> datetime | None:
    """Return a moment as HTTP writes it, in any of the three ways (RFC 9110 5.6.7)."""
    if field.count(",") > 1:  # several
        return None
    try:
        found = parsedate_to_datetime(field)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
