"""What an agent writes about its computer at every scan: ``Key=Value;Key=Value;`` (FACTS §3.1)."""

from collections.abc import Mapping

#: A Windows 11 sends about 60 pairs in 2 KB.
_MOST_PAIRS = 500
_MOST_TEXT = 64 * 1024


def device_attributes(written: str | None) -> Mapping[str, str]:
    """Return the pairs as they were written; what is no pair is left out, as is what is too much.

    >>> device_attributes("OSVersion=10.0.26200.8037;IsVirtualDevice=0;FlightingBranchName=;")
    {'OSVersion': '10.0.26200.8037', 'IsVirtualDevice': '0', 'FlightingBranchName': ''}
    """
    if not written:
        return {}
    pairs = (part.partition("=") for part in written[:_MOST_TEXT].split(";", _MOST_PAIRS))
    return {key.strip(): value for key, sign, value in pairs if sign and key.strip()}
