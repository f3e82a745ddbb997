"""What the doctor says about one thing."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How one thing stands."""

    WELL = "well"
    NOTE = "note"  #: nothing is wrong; somebody may wonder about it
    WARNING = "warning"  #: works today
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    verdict: Verdict
    sentence: str
    next_step: str = ""  #: empty when there is nothing to do


def worst(findings: Sequence[Finding]) -> Verdict:
    """Return the worst verdict; WELL for none."""
    order = list(Verdict)
    return max((finding.verdict for finding in findings), key=order.index, default=Verdict.WELL)
