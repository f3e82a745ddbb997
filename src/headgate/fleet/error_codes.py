"""What a code in a report is: the agent's name, what happened in our words, what to do.

The names are those of the vendor's headers; a code that administrators never meet is in no table.
Codes are written unsigned, as people search for them; reports carry them signed.
"""

from dataclasses import dataclass

from headgate.sentences import Sentence


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """One code a computer can report."""

    name: str | None  #: WU_E_DM_NOTDOWNLOADED; None where the vendor has none
    meaning: Sentence  #: what happened
    hint: Sentence  #: what to do about it
