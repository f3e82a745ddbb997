"""Codes of the agent itself: its work, its cache, its installers."""

from headgate.fleet import hints
from headgate.fleet.error_codes import ErrorCode
from headgate.sentences import Sentence

AGENT_CODES: dict[int, ErrorCode] = {
    0x00240005: ErrorCode(
        "WU_S_REBOOT_REQUIRED",
        Sentence("The installation will be complete after a restart."),
        hints.RESTART,
    ),
    0x00240006: ErrorCode(
        "WU_S_ALREADY_INSTALLED", Sentence("The update is installed already."), hints.AGAIN
    ),
    0x80240004: ErrorCode(
        "WU_E_NOT_INITIALIZED", Sentence("A part of the agent was not ready."), hints.SERVICES
    ),
    0x80240007: ErrorCode(
        "WU_E_INVALIDINDEX",
        Sentence("The agent asked its own list for an entry it lacks."),
        hints.CACHE,
    ),
    0x80240008: ErrorCode(
        "WU_E_ITEMNOTFOUND", Sentence("The agent's cache lacks a key it needs."), hints.CACHE
    ),
    0x80240009: ErrorCode(
        "WU_E_OPERATIONINPROGRESS", Sentence("The agent was busy with something else."), hints.AGAIN
    ),
    0x8024000B: ErrorCode(
        "WU_E_CALL_CANCELLED", Sentence("The operation was cancelled."), hints.AGAIN
    ),
    0x8024000D: ErrorCode(
        "WU_E_XML_MISSINGDATA", Sentence("An update's description lacks something."), hints.SERVER
    ),
    0x8024000E: ErrorCode(
        "WU_E_XML_INVALID",
        Sentence("An update's description is not as it should be."),
        hints.SERVER,
    ),
    0x80240010: ErrorCode(
        "WU_E_TOO_DEEP_RELATION",
        Sentence("Updates depend on each other in more steps than the agent follows."),
        hints.SERVER,
    ),
    0x80240016: ErrorCode(
        "WU_E_INSTALL_NOT_ALLOWED",
        Sentence("Another installation was under way, or a restart was pending."),
        hints.RESTART,
    ),
    0x80240017: ErrorCode(
        "WU_E_NOT_APPLICABLE",
        Sentence("The update does not fit this computer."),
        Sentence("Look whether it was replaced or has been installed meanwhile; scan again."),
    ),
    0x80240019: ErrorCode(
        "WU_E_EXCLUSIVE_INSTALL_CONFLICT",
        Sentence("The update must be installed alone."),
        Sentence("Nothing needs to be done: the agent installs it by itself the next time."),
    ),
    0x8024001B: ErrorCode(
        "WU_E_SELFUPDATE_IN_PROGRESS", Sentence("The agent was updating itself."), hints.AGAIN
    ),
    0x8024001E: ErrorCode(
        "WU_E_SERVICE_STOP",
        Sentence("The agent's service was stopped, or the computer was shut down."),
        hints.AGAIN,
    ),
    0x8024001F: ErrorCode("WU_E_NO_CONNECTION", Sentence("There was no network."), hints.REACH),
    0x80240020: ErrorCode(
        "WU_E_NO_INTERACTIVE_USER",
        Sentence("The update needs a user who is signed in, and there was none."),
        Sentence("Install it while somebody is signed in on the computer."),
    ),
    0x80240021: ErrorCode("WU_E_TIME_OUT", Sentence("It took too long."), hints.TIMEOUT),
    0x80240022: ErrorCode(
        "WU_E_ALL_UPDATES_FAILED",
        Sentence("None of the updates of this round could be installed."),
        Sentence("The events about the single updates tell why."),
    ),
    0x80240023: ErrorCode(
        "WU_E_EULAS_DECLINED",
        Sentence("The licence was not accepted on the computer."),
        Sentence("Accept the licence when approving the update on this server."),
    ),
    0x80240024: ErrorCode("WU_E_NO_UPDATE", Sentence("There was nothing to do."), hints.AGAIN),
    0x80240025: ErrorCode(
        "WU_E_USER_ACCESS_DISABLED",
        Sentence("A policy keeps users of the computer from Windows Update."),
        hints.POLICY,
    ),
    0x8024002A: ErrorCode(
        "WU_E_MISSING_HANDLER",
        Sentence("The computer has no installer for this kind of update."),
        hints.STORE,
    ),
    0x8024002C: ErrorCode(
        "WU_E_BIN_SOURCE_ABSENT",
        Sentence("The delta patch needs a file the computer does not have."),
        hints.STORE,
    ),
    0x8024002D: ErrorCode(
        "WU_E_SOURCE_ABSENT",
        Sentence("The full file was needed and could not be fetched."),
        hints.DOWNLOAD,
    ),
    0x8024002E: ErrorCode(
        "WU_E_WU_DISABLED",
        Sentence("A policy forbids the update source that was asked."),
        hints.POLICY,
    ),
    0x8024002F: ErrorCode(
        "WU_E_CALL_CANCELLED_BY_POLICY", Sentence("A policy stopped the operation."), hints.POLICY
    ),
    0x80240030: ErrorCode(
        "WU_E_INVALID_PROXY_SERVER", Sentence("The proxy setting cannot be read."), hints.PROXY
    ),
    0x80240031: ErrorCode(
        "WU_E_INVALID_FILE", Sentence("A file is not what the agent expected."), hints.DOWNLOAD
    ),
    0x80240033: ErrorCode(
        "WU_E_EULA_UNAVAILABLE",
        Sentence("The licence text could not be fetched."),
        hints.DOWNLOAD,
    ),
    0x80240034: ErrorCode("WU_E_DOWNLOAD_FAILED", Sentence("A download failed."), hints.DOWNLOAD),
    0x80240035: ErrorCode(
        "WU_E_UPDATE_NOT_PROCESSED",
        Sentence("The update was not processed in this round."),
        Sentence("An earlier event tells what went wrong; it is tried again with the next scan."),
    ),
    0x80240037: ErrorCode(
        "WU_E_NOT_SUPPORTED", Sentence("The agent cannot do what was asked."), hints.SERVER
    ),
    0x80240039: ErrorCode(
        "WU_E_TOO_MANY_RESYNC",
        Sentence("The agent had to begin its scan anew too often."),
        hints.CACHE,
    ),
    0x80240042: ErrorCode(
        "WU_E_UNKNOWN_SERVICE",
        Sentence("The update source is not registered on the computer."),
        hints.SERVICE_LIST,
    ),
    0x80240044: ErrorCode(
        "WU_E_PER_MACHINE_UPDATE_ACCESS_DENIED",
        Sentence("Only administrators of the computer may do this."),
        hints.RIGHTS,
    ),
    0x8024004A: ErrorCode(
        "WU_E_SETUP_IN_PROGRESS", Sentence("Windows is being set up."), hints.AGAIN
    ),
    0x8024004C: ErrorCode(
        "WU_E_LOW_BATTERY",
        Sentence("The battery was too low."),
        Sentence("Connect the computer to mains power."),
    ),
    0x80240FFF: ErrorCode(
        "WU_E_UNEXPECTED",
        Sentence("The agent met something unexpected and gives no closer reason."),
        hints.CACHE,
    ),
    0x80242006: ErrorCode(
        "WU_E_UH_INVALIDMETADATA", Sentence("The update's description has errors."), hints.CACHE
    ),
    0x80242007: ErrorCode(
        "WU_E_UH_INSTALLERHUNG", Sentence("The installer did not end in time."), hints.INSTALLER
    ),
    0x80242008: ErrorCode(
        "WU_E_UH_OPERATIONCANCELLED", Sentence("The installation was cancelled."), hints.AGAIN
    ),
    0x8024200B: ErrorCode(
        "WU_E_UH_INSTALLERFAILURE", Sentence("The installer reported a failure."), hints.INSTALLER
    ),
    0x8024200D: ErrorCode(
        "WU_E_UH_NEEDANOTHERDOWNLOAD",
        Sentence("The small download was not enough; the full one is needed."),
        hints.AGAIN,
    ),
    0x80242014: ErrorCode(
        "WU_E_UH_POSTREBOOTSTILLPENDING", Sentence("A restart is still pending."), hints.RESTART
    ),
    0x80242015: ErrorCode(
        "WU_E_UH_POSTREBOOTRESULTUNKNOWN",
        Sentence("What became of it after the restart is unknown."),
        hints.INSTALLER,
    ),
    0x80242017: ErrorCode(
        "WU_E_UH_NEW_SERVICING_STACK_REQUIRED",
        Sentence("A newer servicing stack is needed."),
        hints.PREREQUISITE,
    ),
    0x80248007: ErrorCode(
        "WU_E_DS_NODATA", Sentence("The agent's cache lacks what it needs."), hints.CACHE
    ),
    0x80248014: ErrorCode(
        "WU_E_DS_UNKNOWNSERVICE",
        Sentence("The agent's cache does not know the update source."),
        hints.SERVICE_LIST,
    ),
    0x80248015: ErrorCode(
        "WU_E_DS_SERVICEEXPIRED",
        Sentence("The update source's registration on the computer has expired."),
        hints.SERVICE_LIST,
    ),
    0x8024A005: ErrorCode(
        "WU_E_AU_NO_REGISTERED_SERVICE",
        Sentence("Automatic updates know no update source."),
        hints.SERVICE_LIST,
    ),
    0x8024C007: ErrorCode(
        "WU_E_DRV_NO_PRINTER_CONTENT", Sentence("There is no driver for the printer."), hints.DRIVER
    ),
}
