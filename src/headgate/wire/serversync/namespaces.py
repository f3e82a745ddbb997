"""The namespaces of MS-WSUSSS and the SOAPAction made of them (FACTS §1.3)."""

SERVER_SYNC = "http://www.microsoft.com/SoftwareDistribution"
DSS_AUTH = "http://www.microsoft.com/SoftwareDistribution/Server/DssAuthWebService"


def action(operation: str, namespace: str = SERVER_SYNC) -> str:
    """Return the SOAPAction of an operation, without the quotes HTTP puts around it."""
    return f"{namespace}/{operation}"


def message(name: str, content: str, namespace: str = SERVER_SYNC) -> str:
    """Return the body's one element around ``content``."""
    return f'<{name} xmlns="{namespace}">{content}</{name}>'


def empty_message(name: str) -> str:
    """Return the body's one element when it carries nothing."""
    return f'<{name} xmlns="{SERVER_SYNC}" />'
