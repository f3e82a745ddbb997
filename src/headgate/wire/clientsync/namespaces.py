"""The namespaces of MS-WUSP's services and the SOAPAction made of them (FACTS §1.3)."""

CLIENT = "http://www.microsoft.com/SoftwareDistribution/Server/ClientWebService"
SIMPLE_AUTH = "http://www.microsoft.com/SoftwareDistribution/Server/SimpleAuthWebService"
REPORTING = "http://www.microsoft.com/SoftwareDistribution"


def action(operation: str, namespace: str = CLIENT) -> str:
    """Return the SOAPAction of an operation, without the quotes HTTP puts around it."""
    return f"{namespace}/{operation}"


def message(name: str, content: str, namespace: str = CLIENT) -> str:
    """Return the body's one element around ``content``."""
    if not content:
        return f'<{name} xmlns="{namespace}"/>'
    return f'<{name} xmlns="{namespace}">{content}</{name}>'
