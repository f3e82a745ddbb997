"""The policies a Windows computer needs to use this server, and the forms they can be set in.

All forms hold ASCII alone, so that no tool reads them in a wrong encoding: the registry editor and
Windows PowerShell take a file without a mark for the computer's own code page.
"""

from collections.abc import Sequence
from dataclasses import dataclass

_POLICIES = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Windows"
UPDATE_KEY = rf"{_POLICIES}\WindowsUpdate"
AUTOMATIC_UPDATES_KEY = rf"{UPDATE_KEY}\AU"

#: What may be taken from here since Windows 10 2004; each has a policy value of its own.
_SOURCES = ("FeatureUpdates", "QualityUpdates", "DriverUpdates", "OtherUpdates")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryValue:
    """One value of the registry."""

    key: str  #: from HKEY_LOCAL_MACHINE on
    name: str
    value: str | int  #: REG_SZ or REG_DWORD


def values_for(
    server: str, group: str | None, *, only_here: bool = False
) -> tuple[RegistryValue, ...]:
    """Return what makes a computer use a server; ``server`` is its URL with scheme and port.

    Reports go to the same address ([MS-WUSP] <60>): agents use one cookie for both. Windows 10 2004
    and later ask a server only for what the scan-source policies give it. ``only_here``: they are
    kept from Microsoft's addresses, which the Microsoft Store needs, too.
    """
    values: list[RegistryValue] = [
        RegistryValue(key=UPDATE_KEY, name="WUServer", value=server),
        RegistryValue(key=UPDATE_KEY, name="WUStatusServer", value=server),
    ]
    if only_here:
        values.append(
            RegistryValue(
                key=UPDATE_KEY, name="DoNotConnectToWindowsUpdateInternetLocations", value=1
            )
        )
    values += [
        RegistryValue(key=UPDATE_KEY, name=f"SetPolicyDrivenUpdateSourceFor{source}", value=1)
        for source in _SOURCES
    ]
    if group is not None:
        values.append(RegistryValue(key=UPDATE_KEY, name="TargetGroupEnabled", value=1))
        values.append(RegistryValue(key=UPDATE_KEY, name="TargetGroup", value=group))
    values.append(RegistryValue(key=AUTOMATIC_UPDATES_KEY, name="UseWUServer", value=1))
    values.append(
        RegistryValue(key=AUTOMATIC_UPDATES_KEY, name="UseUpdateClassPolicySource", value=1)
    )
    return tuple(values)


def as_reg(values: Sequence[RegistryValue], notes: Sequence[str]) -> str:
    """Return a file for the registry editor, lines ended as Windows ends them."""
    lines = ["Windows Registry Editor Version 5.00", ""]
    lines += [f"; {_ascii(note)}" for note in notes]
    key = None
    for value in values:
        if value.key != key:
            key = value.key
            lines += ["", f"[{key}]"]
        lines.append(f'"{value.name}"={_reg_value(value.value)}')
    return "".join(f"{line}\r\n" for line in lines)


def as_powershell(
    values: Sequence[RegistryValue], notes: Sequence[str], commands: Sequence[str]
) -> str:
    """Return a script that sets the values here and runs ``commands`` behind them."""
    lines = ["#Requires -RunAsAdministrator"]
    lines += [f"# {_ascii(note)}" for note in notes]
    lines += ["$ErrorActionPreference = 'Stop'", ""]
    for key in dict.fromkeys(value.key for value in values):
        drive = key.replace("HKEY_LOCAL_MACHINE", "HKLM:", 1)
        lines.append(f"if (-not (Test-Path '{drive}')) {{ New-Item '{drive}' -Force | Out-Null }}")
    for value in values:
        drive = value.key.replace("HKEY_LOCAL_MACHINE", "HKLM:", 1)
        lines.append(
            f"Set-ItemProperty '{drive}' -Name '{value.name}' -Type {_type(value)} "
            f"-Value {_powershell_value(value.value)}"
        )
    return "".join(f"{line}\n" for line in (*lines, "", *commands))


def as_group_policy(values: Sequence[RegistryValue], notes: Sequence[str], gpo: str) -> str:
    """Return a script for a domain controller that puts the values into a group policy object."""
    name = _powershell_value(gpo)
    lines = [f"# {_ascii(note)}" for note in notes]
    lines += [
        "Import-Module GroupPolicy",
        f"if (-not (Get-GPO -Name {name} -ErrorAction SilentlyContinue)) "
        f"{{ New-GPO -Name {name} | Out-Null }}",
    ]
    for value in values:
        key = value.key.replace("HKEY_LOCAL_MACHINE", "HKLM", 1)
        lines.append(
            f"Set-GPRegistryValue -Name {name} -Key '{key}' -ValueName '{value.name}' "
            f"-Type {_type(value)} -Value {_powershell_value(value.value)} | Out-Null"
        )
    return "".join(f"{line}\n" for line in lines)


def trust_here(der: bytes) -> str:
    """Return the PowerShell line that makes a computer trust a CA (DER)."""
    from base64 import b64encode

    return (
        "$store = [System.Security.Cryptography.X509Certificates.X509Store]::new("
        "'Root', 'LocalMachine'); $store.Open('ReadWrite'); $store.Add("
        "[System.Security.Cryptography.X509Certificates.X509Certificate2]::new("
        f"[Convert]::FromBase64String('{b64encode(der).decode()}'))); $store.Close()"
    )


def _type(value: RegistryValue) -> str:
    return "DWord" if isinstance(value.value, int) else "String"


def _reg_value(value: str | int) -> str:
    if isinstance(value, int):
        return f"dword:{value:08x}"
    if value.isascii():
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    # REG_SZ byte by byte: UTF-16 with a zero at the end.
    return "hex(1):" + value.encode("utf-16-le").hex(",") + ",00,00"


def _powershell_value(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    if value.isascii():
        return "'" + value.replace("'", "''") + "'"
    codes = ",".join(str(code) for code in _utf16_codes(value))
    return f"(-join [char[]]({codes}))"


def _utf16_codes(text: str) -> list[int]:
    raw = text.encode("utf-16-le")
    return [int.from_bytes(raw[at : at + 2], "little") for at in range(0, len(raw), 2)]


def _ascii(note: str) -> str:
    return note.encode("ascii", "replace").decode()
