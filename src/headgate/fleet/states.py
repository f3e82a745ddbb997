"""What an update is to a computer."""

from enum import StrEnum


class UpdateStateOnComputer(StrEnum):
    """The states a report can give (FACTS §9.5)."""

    NEEDED = "needed"
    DOWNLOADED = "downloaded"
    INSTALLED = "installed"
    FAILED = "failed"
    PENDING_REBOOT = "pending_reboot"


#: The update applies to the computer and is not there yet; a restart may be all that is left.
MISSING = (
    UpdateStateOnComputer.NEEDED,
    UpdateStateOnComputer.DOWNLOADED,
    UpdateStateOnComputer.FAILED,
    UpdateStateOnComputer.PENDING_REBOOT,
)
