"""Codes of the system under the agent: Windows Installer, servicing, drivers, upgrades."""

from headgate.fleet import hints
from headgate.fleet.error_codes import ErrorCode
from headgate.sentences import Sentence

SYSTEM_CODES: dict[int, ErrorCode] = {
    0x80004002: ErrorCode(
        "E_NOINTERFACE", Sentence("A part of the system did not answer as expected."), hints.STORE
    ),
    0x80004005: ErrorCode(
        "E_FAIL", Sentence("It failed, and no reason was given."), hints.INSTALLER
    ),
    0x8000FFFF: ErrorCode(
        "E_UNEXPECTED", Sentence("The system met something unexpected."), hints.STORE
    ),
    0x80070002: ErrorCode("ERROR_FILE_NOT_FOUND", Sentence("A file is missing."), hints.CACHE),
    0x80070003: ErrorCode("ERROR_PATH_NOT_FOUND", Sentence("A folder is missing."), hints.CACHE),
    0x80070005: ErrorCode("ERROR_ACCESS_DENIED", Sentence("Access was denied."), hints.RIGHTS),
    0x8007000D: ErrorCode("ERROR_INVALID_DATA", Sentence("Data were damaged."), hints.STORE),
    0x8007000E: ErrorCode(
        "ERROR_OUTOFMEMORY",
        Sentence("The computer ran out of memory."),
        Sentence("Restart the computer; if it stays so, give it more memory."),
    ),
    0x80070020: ErrorCode(
        "ERROR_SHARING_VIOLATION", Sentence("Another program had the file open."), hints.RIGHTS
    ),
    0x80070057: ErrorCode(
        "ERROR_INVALID_PARAMETER", Sentence("A value was not acceptable."), hints.CACHE
    ),
    0x80070070: ErrorCode("ERROR_DISK_FULL", Sentence("The drive is full."), hints.SPACE),
    0x80070422: ErrorCode(
        "ERROR_SERVICE_DISABLED", Sentence("A service that is needed is disabled."), hints.SERVICES
    ),
    0x8007045B: ErrorCode(
        "ERROR_SHUTDOWN_IN_PROGRESS", Sentence("The computer was shutting down."), hints.AGAIN
    ),
    0x80070490: ErrorCode(
        "ERROR_NOT_FOUND", Sentence("The component store lacks an entry."), hints.STORE
    ),
    0x800705B4: ErrorCode("ERROR_TIMEOUT", Sentence("It took too long."), hints.INSTALLER),
    0x80070641: ErrorCode(
        "ERROR_INSTALL_SERVICE_FAILURE", Sentence("Windows Installer does not run."), hints.SERVICES
    ),
    0x80070642: ErrorCode(
        "ERROR_INSTALL_USEREXIT", Sentence("Somebody cancelled the installation."), hints.AGAIN
    ),
    0x80070643: ErrorCode(
        "ERROR_INSTALL_FAILURE", Sentence("The installation failed."), hints.INSTALLER
    ),
    0x80070652: ErrorCode(
        "ERROR_INSTALL_ALREADY_RUNNING",
        Sentence("Another installation was under way."),
        hints.LATER,
    ),
    0x80070BC2: ErrorCode(
        "ERROR_SUCCESS_REBOOT_REQUIRED", Sentence("It is done but for a restart."), hints.RESTART
    ),
    0x80070BC9: ErrorCode(
        "ERROR_FAIL_REBOOT_REQUIRED",
        Sentence("It failed, and a restart is needed to undo it."),
        hints.RESTART,
    ),
    0x800736CC: ErrorCode(
        "ERROR_SXS_FILE_HASH_MISMATCH",
        Sentence("A file of the component store is damaged."),
        hints.STORE,
    ),
    0x80073701: ErrorCode(
        "ERROR_SXS_ASSEMBLY_MISSING", Sentence("The component store lacks a part."), hints.STORE
    ),
    0x80073712: ErrorCode(
        "ERROR_SXS_COMPONENT_STORE_CORRUPT",
        Sentence("The component store is damaged."),
        hints.STORE,
    ),
    0x80092013: ErrorCode(
        "CRYPT_E_REVOCATION_OFFLINE",
        Sentence("It could not be checked whether a certificate is revoked."),
        hints.CERTIFICATE,
    ),
    0x800B0100: ErrorCode(
        "TRUST_E_NOSIGNATURE", Sentence("A file is not signed."), hints.SIGNATURE
    ),
    0x800B0101: ErrorCode(
        "CERT_E_EXPIRED",
        Sentence("A certificate is expired, or a clock is wrong."),
        hints.SIGNATURE,
    ),
    0x800B0109: ErrorCode(
        "CERT_E_UNTRUSTEDROOT",
        Sentence("A certificate ends in an authority the computer does not trust."),
        hints.SIGNATURE,
    ),
    0x800F020B: ErrorCode(
        "SPAPI_E_NO_SUCH_DEVINST", Sentence("The device is not connected."), hints.DRIVER
    ),
    0x800F081E: ErrorCode(
        "CBS_E_NOT_APPLICABLE",
        Sentence("The package does not fit this system."),
        hints.PREREQUISITE,
    ),
    0x800F081F: ErrorCode(
        "CBS_E_SOURCE_MISSING", Sentence("Files needed for a repair were not found."), hints.STORE
    ),
    0x800F0823: ErrorCode(
        "CBS_E_NEW_SERVICING_STACK_REQUIRED",
        Sentence("A newer servicing stack is needed."),
        hints.PREREQUISITE,
    ),
    0x800F0831: ErrorCode(
        "CBS_E_STORE_CORRUPTION", Sentence("The component store is damaged."), hints.STORE
    ),
    0x800F0900: ErrorCode(
        "CBS_E_XML_PARSER_FAILURE",
        Sentence("A file of the component store is damaged."),
        hints.STORE,
    ),
    0x800F0906: ErrorCode(
        "CBS_E_DOWNLOAD_FAILURE",
        Sentence("Files of a feature could not be fetched."),
        hints.DOWNLOAD,
    ),
    0x800F0922: ErrorCode(
        "CBS_E_INSTALLERS_FAILED",
        Sentence("A step failed, and the installation was undone."),
        Sentence(
            "Often the system-reserved or EFI partition is full; CBS.log on the computer names the "
            "step."
        ),
    ),
    0x800F0954: ErrorCode(
        "CBS_E_INVALID_WINDOWS_UPDATE_COUNT_WSUS",
        Sentence("This server does not offer the optional feature that was asked for."),
        Sentence(
            "Set the policy for optional components and repair so that features come directly from "
            "Microsoft or from a share."
        ),
    ),
    0x800F0984: ErrorCode(
        "PSFX_E_MATCHING_BINARY_MISSING",
        Sentence("A file the patch builds on is missing."),
        hints.STORE,
    ),
    0x800F0988: ErrorCode(
        "PSFX_E_INVALID_DELTA_COMBINATION",
        Sentence("The patches do not fit together."),
        hints.STORE,
    ),
    0x800F0991: ErrorCode(
        "PSFX_E_MISSING_PAYLOAD_FILE", Sentence("A file the patch needs is missing."), hints.STORE
    ),
    0xC1900101: ErrorCode(
        None,
        Sentence("The upgrade was undone; a driver is the usual cause."),
        hints.UPGRADE,
    ),
    0xC1900200: ErrorCode(
        "MOSETUP_E_COMPAT_SYSREQ_BLOCK",
        Sentence("The computer does not meet the requirements of the new Windows version."),
        hints.UPGRADE,
    ),
    0xC1900208: ErrorCode(
        "MOSETUP_E_COMPAT_INSTALLREQ_BLOCK",
        Sentence("A program on the computer stands in the way of the upgrade."),
        hints.UPGRADE,
    ),
}
