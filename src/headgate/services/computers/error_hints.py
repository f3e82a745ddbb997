"""What a code in a report means and what to do about it, for administrators."""

from dataclasses import dataclass

from headgate.fleet.agent_codes import AGENT_CODES
from headgate.fleet.error_codes import ErrorCode
from headgate.fleet.system_codes import SYSTEM_CODES
from headgate.fleet.transport_codes import TRANSPORT_CODES
from headgate.sentences import Sentence

_CODES = AGENT_CODES | TRANSPORT_CODES | SYSTEM_CODES

#: HRESULTs of the system's own codes ([MS-ERREF] 2.1); some are reported without these bits.
_SYSTEM = 0x80070000


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorHint:
    """One code, explained."""

    code: str  #: 0x80246007
    name: str | None  #: WU_E_DM_NOTDOWNLOADED; None where the vendor has none, or we do not know it
    meaning: Sentence
    next_step: Sentence


def error_hint(hresult: int) -> ErrorHint | None:
    """Return what a code means; None for success. Signed and unsigned codes are understood.

    A code nobody has written about here is answered with where to look.
    """
    code = hresult & 0xFFFF_FFFF
    if code == 0:
        return None
    found = _CODES.get(code) or _system_code(code)
    if found is None:
        return ErrorHint(
            code=f"0x{code:08X}",
            name=None,
            meaning=Sentence("An error this server has no words for."),
            next_step=Sentence(
                "Search for the code; on the computer, `Get-WindowsUpdateLog` writes what the "
                "agent did."
            ),
        )
    return ErrorHint(
        code=f"0x{code:08X}", name=found.name, meaning=found.meaning, next_step=found.hint
    )


def _system_code(code: int) -> ErrorCode | None:
    return _CODES.get(_SYSTEM | code) if code < 0x1_0000 else None
