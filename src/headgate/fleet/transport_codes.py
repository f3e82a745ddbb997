"""Codes of the way between agent and server: calls, proxies, certificates, downloads."""

from headgate.fleet import hints
from headgate.fleet.error_codes import ErrorCode
from headgate.sentences import Sentence

TRANSPORT_CODES: dict[int, ErrorCode] = {
    0x80072EE2: ErrorCode(
        "ERROR_WINHTTP_TIMEOUT", Sentence("No answer came in time."), hints.REACH
    ),
    0x80072EE7: ErrorCode(
        "ERROR_WINHTTP_NAME_NOT_RESOLVED", Sentence("The name could not be resolved."), hints.REACH
    ),
    0x80072EFD: ErrorCode(
        "ERROR_WINHTTP_CANNOT_CONNECT", Sentence("No connection could be made."), hints.REACH
    ),
    0x80072EFE: ErrorCode(
        "ERROR_WINHTTP_CONNECTION_ERROR", Sentence("The connection was broken off."), hints.TIMEOUT
    ),
    0x80072F05: ErrorCode(
        "ERROR_WINHTTP_SECURE_CERT_DATE_INVALID",
        Sentence("The server's certificate is expired or not yet valid, or a clock is wrong."),
        hints.CERTIFICATE,
    ),
    0x80072F06: ErrorCode(
        "ERROR_WINHTTP_SECURE_CERT_CN_INVALID",
        Sentence("The server's certificate is for another name."),
        hints.CERTIFICATE,
    ),
    0x80072F0D: ErrorCode(
        "ERROR_WINHTTP_SECURE_INVALID_CA",
        Sentence("The server's certificate comes from an unknown authority."),
        hints.CERTIFICATE,
    ),
    0x80072F8F: ErrorCode(
        "ERROR_WINHTTP_SECURE_FAILURE",
        Sentence("The connection could not be secured; a wrong clock is a frequent cause."),
        hints.CERTIFICATE,
    ),
    0x80190194: ErrorCode(
        "BG_E_HTTP_ERROR_404",
        Sentence("The file is not on the server."),
        Sentence("Run `headgate content verify` on this server: it finds and fetches it again."),
    ),
    0x801901F7: ErrorCode(
        "BG_E_HTTP_ERROR_503", Sentence("The server was busy or checking the file."), hints.AGAIN
    ),
    0x80200010: ErrorCode(
        "BG_E_NETWORK_DISCONNECTED", Sentence("The network went away."), hints.REACH
    ),
    0x80200011: ErrorCode(
        "BG_E_MISSING_FILE_SIZE", Sentence("The answer did not tell the file's size."), hints.PROXY
    ),
    0x80200013: ErrorCode(
        "BG_E_INSUFFICIENT_RANGE_SUPPORT",
        Sentence("Parts of a file were asked for and not given."),
        hints.PROXY,
    ),
    0x80200053: ErrorCode(
        "BG_E_VALIDATION_FAILED", Sentence("The file arrived changed."), hints.DOWNLOAD
    ),
    0x80240436: ErrorCode(
        "WU_E_PT_CATALOG_SYNC_REQUIRED",
        Sentence("The agent has to fetch the catalogue anew."),
        hints.AGAIN,
    ),
    0x80240437: ErrorCode(
        "WU_E_PT_SECURITY_VERIFICATION_FAILURE",
        Sentence("The connection to the server could not be secured."),
        hints.CERTIFICATE,
    ),
    0x80240438: ErrorCode(
        "WU_E_PT_ENDPOINT_UNREACHABLE",
        Sentence("The update source could not be reached."),
        Sentence(
            "If the computer asks Microsoft, it has no way there, as intended at many sites: set "
            "the scan-source policies `headgate connect` prints. Else check WUServer, its port and "
            "the firewall."
        ),
    ),
    0x80240439: ErrorCode(
        "WU_E_PT_INVALID_FORMAT",
        Sentence("The server's answer could not be understood."),
        hints.PROXY,
    ),
    0x8024043D: ErrorCode(
        "WU_E_SERVICEPROP_NOTAVAIL",
        Sentence("The update source did not tell the agent what it needs to know."),
        hints.SERVICE_LIST,
    ),
    0x80240440: ErrorCode(
        "WU_E_PT_ENDPOINT_DISCONNECTED", Sentence("The connection broke."), hints.TIMEOUT
    ),
    0x80244007: ErrorCode(
        "WU_E_PT_SOAPCLIENT_SOAPFAULT", Sentence("This server refused the call."), hints.SERVER
    ),
    0x80244008: ErrorCode(
        "WU_E_PT_SOAPCLIENT_PARSEFAULT",
        Sentence("An error answer of the server could not be understood."),
        hints.PROXY,
    ),
    0x8024400A: ErrorCode(
        "WU_E_PT_SOAPCLIENT_PARSE", Sentence("An answer could not be understood."), hints.PROXY
    ),
    0x8024400D: ErrorCode(
        "WU_E_PT_SOAP_CLIENT", Sentence("The server said the call was malformed."), hints.SERVER
    ),
    0x8024400E: ErrorCode(
        "WU_E_PT_SOAP_SERVER", Sentence("The server could not process the call."), hints.SERVER
    ),
    0x80244010: ErrorCode(
        "WU_E_PT_EXCEEDED_MAX_SERVER_TRIPS",
        Sentence("The scan needed more calls than the agent makes."),
        Sentence("Decline what no computer needs any more, then scan again: it goes on."),
    ),
    0x80244011: ErrorCode(
        "WU_E_PT_SUS_SERVER_NOT_SET",
        Sentence("The policies WUServer and WUStatusServer are not set."),
        Sentence("Set both to the same address; `headgate connect` prints it."),
    ),
    0x80244013: ErrorCode(
        "WU_E_PT_INVALID_COMPUTER_NAME",
        Sentence("The computer could not tell its own name."),
        Sentence("Give the computer a valid host name."),
    ),
    0x80244015: ErrorCode(
        "WU_E_PT_REFRESH_CACHE_REQUIRED",
        Sentence("The server has changed; the agent compares its cache."),
        hints.AGAIN,
    ),
    0x80244016: ErrorCode(
        "WU_E_PT_HTTP_STATUS_BAD_REQUEST",
        Sentence("Status 400: the call was malformed."),
        hints.PROXY,
    ),
    0x80244017: ErrorCode(
        "WU_E_PT_HTTP_STATUS_DENIED",
        Sentence("Status 401: the server or a proxy wants a password."),
        hints.PROXY,
    ),
    0x80244018: ErrorCode(
        "WU_E_PT_HTTP_STATUS_FORBIDDEN", Sentence("Status 403: access was forbidden."), hints.PROXY
    ),
    0x80244019: ErrorCode(
        "WU_E_PT_HTTP_STATUS_NOT_FOUND",
        Sentence("Status 404: the address or the file is not there."),
        Sentence(
            "Compare the address and port in WUServer with `headgate connect`; for a download, run "
            "`headgate content verify`."
        ),
    ),
    0x8024401B: ErrorCode(
        "WU_E_PT_HTTP_STATUS_PROXY_AUTH_REQ",
        Sentence("Status 407: the proxy wants a password."),
        hints.PROXY,
    ),
    0x8024401C: ErrorCode(
        "WU_E_PT_HTTP_STATUS_REQUEST_TIMEOUT",
        Sentence("Status 408: the server waited too long for the call."),
        hints.TIMEOUT,
    ),
    0x8024401F: ErrorCode(
        "WU_E_PT_HTTP_STATUS_SERVER_ERROR", Sentence("Status 500: the server failed."), hints.SERVER
    ),
    0x80244021: ErrorCode(
        "WU_E_PT_HTTP_STATUS_BAD_GATEWAY",
        Sentence("Status 502: a proxy did not get through to the server."),
        hints.PROXY,
    ),
    0x80244022: ErrorCode(
        "WU_E_PT_HTTP_STATUS_SERVICE_UNAVAIL",
        Sentence("Status 503: the server was busy or restarting."),
        hints.OVERLOAD,
    ),
    0x80244023: ErrorCode(
        "WU_E_PT_HTTP_STATUS_GATEWAY_TIMEOUT",
        Sentence("Status 504: a proxy waited too long for the server."),
        hints.PROXY,
    ),
    0x80244026: ErrorCode(
        "WU_E_PT_REGISTRATION_NOT_SUPPORTED",
        Sentence("The server takes no registrations."),
        hints.SERVER,
    ),
    0x8024402B: ErrorCode(
        "WU_E_PT_HTTP_STATUS_NOT_MAPPED", Sentence("The status was an unusual one."), hints.PROXY
    ),
    0x8024402C: ErrorCode(
        "WU_E_PT_WINHTTP_NAME_NOT_RESOLVED",
        Sentence("The name of the server or of the proxy could not be resolved."),
        hints.REACH,
    ),
    0x8024402D: ErrorCode(
        "WU_E_PT_LOAD_SHEDDING", Sentence("The server asked the agent to come later."), hints.AGAIN
    ),
    0x8024402F: ErrorCode(
        "WU_E_PT_ECP_SUCCEEDED_WITH_ERRORS",
        Sentence("A downloaded catalogue file had errors."),
        hints.PROXY,
    ),
    0x8024500C: ErrorCode(
        "WU_E_REDIRECTOR_CONNECT_POLICY",
        Sentence("A policy forbids asking Microsoft's service."),
        hints.SERVICE_LIST,
    ),
    0x80246002: ErrorCode(
        "WU_E_DM_INCORRECTFILEHASH",
        Sentence("The file that arrived is not the one the update describes."),
        hints.DOWNLOAD,
    ),
    0x80246005: ErrorCode("WU_E_DM_NONETWORK", Sentence("There was no network."), hints.REACH),
    0x80246007: ErrorCode(
        "WU_E_DM_NOTDOWNLOADED",
        Sentence("The update was to be installed, but is not downloaded."),
        Sentence("The event about the download, shortly before, tells why."),
    ),
    0x80246008: ErrorCode(
        "WU_E_DM_FAILTOCONNECTTOBITS",
        Sentence("The download service did not answer."),
        hints.SERVICES,
    ),
    0x80246009: ErrorCode(
        "WU_E_DM_BITSTRANSFERERROR",
        Sentence("The download service reports an error."),
        hints.DOWNLOAD,
    ),
    0x8024600A: ErrorCode(
        "WU_E_DM_DOWNLOADLOCATIONCHANGED",
        Sentence("The file moved while it was being downloaded."),
        hints.AGAIN,
    ),
    0x8024600E: ErrorCode(
        "WU_E_DM_UNAUTHORIZED",
        Sentence("The download was refused for want of a password."),
        hints.PROXY,
    ),
    0x8024601E: ErrorCode(
        "WU_E_DM_DOSVC_REQUIRED",
        Sentence("The service Delivery Optimization is needed and does not run."),
        hints.SERVICES,
    ),
    0x80D02002: ErrorCode(
        "DO_E_DOWNLOAD_NO_PROGRESS", Sentence("The download made no progress."), hints.DOWNLOAD
    ),
}
