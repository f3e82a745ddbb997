"""The face of every error on the command line: one sentence, the next step, an exit code.

    0 done   1 error   2 wrong usage   3 done with failures

An error without a line of its own here has the face of its nearest ancestor.
"""

from headgate.cli import output
from headgate.errors import HeadgateError, UsageError

DONE, ERROR, WRONG_USAGE, DONE_WITH_FAILURES = 0, 1, 2, 3


def exit_codes() -> dict[type[HeadgateError], int]:
    """Return the table; built when it is needed, because it imports those who raise."""
    from headgate.services.catalogue.subscribing import NoCategoriesError
    from headgate.services.deciding.approving import DecisionRefusedError, LicenceNotAcceptedError
    from headgate.services.people.accounts import LastAdministratorError, UserExistsError
    from headgate.services.synchronizing.sync_control import (
        AlreadySynchronizingError,
        NothingToCancelError,
    )
    from headgate.services.upkeep.databases import HeadgateRunsError
    from headgate.settings.keys import UnknownSettingError, WrongValueError

    return {
        HeadgateError: ERROR,
        UsageError: WRONG_USAGE,
        UnknownSettingError: WRONG_USAGE,
        WrongValueError: WRONG_USAGE,
        # Asked for correctly; the moment is wrong.
        AlreadySynchronizingError: ERROR,
        NothingToCancelError: ERROR,
        NoCategoriesError: ERROR,
        DecisionRefusedError: ERROR,
        LicenceNotAcceptedError: ERROR,
        HeadgateRunsError: ERROR,
        LastAdministratorError: ERROR,
        UserExistsError: ERROR,
    }


def show(error: HeadgateError) -> int:
    """Write an error to stderr for a person and return the exit code."""
    output.say(f"Error: {error}")
    if error.next_step:
        output.say(f"Next:  {error.next_step}")
    codes = exit_codes()
    return next(codes[ancestor] for ancestor in type(error).__mro__ if ancestor in codes)
