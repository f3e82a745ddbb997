"""Namespaces of update documents, as real ones declare them (FACTS 8.1)."""

_BASE = "http://schemas.microsoft.com/msus/2002/12/"

#: prefix -> namespace; the order is the order in which a root declares them.
NAMESPACES = {
    "pub": _BASE + "Publishing",
    "bar": _BASE + "BaseApplicabilityRules",
    "lar": _BASE + "LogicalApplicabilityRules",
    "mar": _BASE + "MsiApplicabilityRules",
    "cbsar": _BASE + "CbsApplicabilityRules",
    "cat": _BASE + "UpdateHandlers/Category",
    "cmd": _BASE + "UpdateHandlers/CommandLineInstallation",
    "cbs": _BASE + "UpdateHandlers/Cbs",
    "drv": _BASE + "UpdateHandlers/WindowsDriver",
    "upd": _BASE + "Update",
}

#: handler (last part of its URI) -> the whole URI of ``Properties/@Handler``.
HANDLERS = {
    "Category": NAMESPACES["cat"],
    "CommandLineInstallation": NAMESPACES["cmd"],
    "Cbs": NAMESPACES["cbs"],
    "WindowsDriver": NAMESPACES["drv"],
    "OSInstaller": "http://schemas.microsoft.com/msus/2016/01/UpdateHandlers/OSInstaller",
}


def declaration(prefix: str) -> str:
    """Return ``xmlns:prefix="…"``, which real documents repeat on inner elements."""
    return f'xmlns:{prefix}="{NAMESPACES[prefix]}"'
