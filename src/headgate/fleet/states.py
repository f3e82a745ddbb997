"""What an update is to a computer."""

from enum import StrEnum


class UpdateStateOnComputer(StrEnum):
    """The states a report can give (FACTS §9.5); the numbers WSUS uses are in ``CODES``."""

    NEEDED = "needed"
    DOWNLOADED = "downloaded"
    INSTALLED = "installed"
    FAILED = "failed"
    PENDING_REBOOT = "pending_reboot"


#: [MS-WSUSSS] 3.1.1; 0 is unknown, 1 not applicable.
CODES = {
    UpdateStateOnComputer.NEEDED: 2,
    UpdateStateOnComputer.DOWNLOADED: 3,
    UpdateStateOnComputer.INSTALLED: 4,
    UpdateStateOnComputer.FAILED: 5,
    UpdateStateOnComputer.PENDING_REBOOT: 6,
}
