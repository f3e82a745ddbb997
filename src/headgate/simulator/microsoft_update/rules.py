"""Applicability rules for made-up documents: small true sentences about a Windows computer.

Every function returns XML text. Real documents redeclare the namespace on each rule; so do these.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from headgate.simulator.microsoft_update.namespaces import declaration

ALWAYS = "<lar:True />"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The children of ``ApplicabilityRules`` as XML text; an empty one is left out."""

    is_installed: str = ""
    is_superseded: str = ""
    is_installable: str = ""
    metadata: str = ""


NO_RULES = Rules()


def all_of(*parts: str) -> str:
    """Return the conjunction of ``parts``."""
    return f"<lar:And {declaration('lar')}>{''.join(parts)}</lar:And>"


def any_of(*parts: str) -> str:
    """Return the disjunction of ``parts``."""
    return f"<lar:Or {declaration('lar')}>{''.join(parts)}</lar:Or>"


def windows_build(build: int, *, product_type: int | None = None) -> str:
    """Windows 10.0 with exactly this build; product type 1 is a workstation, 3 a server."""
    kind = "" if product_type is None else f' ProductType="{product_type}"'
    return (
        f'<bar:WindowsVersion Comparison="EqualTo" MajorVersion="10" MinorVersion="0" '
        f'BuildNumber="{build}"{kind} {declaration("bar")} />'
    )


def windows_builds_from(build: int, *, product_type: int = 1) -> str:
    """Windows 10.0 with this build or a later one."""
    return (
        f'<bar:WindowsVersion Comparison="GreaterThanOrEqualTo" MajorVersion="10" MinorVersion="0" '
        f'BuildNumber="{build}" ProductType="{product_type}" {declaration("bar")} />'
    )


def windows_kind(product_type: int) -> str:
    """Windows 10.0 of this product type: real products of Windows ask no more."""
    return (
        f'<bar:WindowsVersion Comparison="EqualTo" MajorVersion="10" MinorVersion="0" '
        f'ProductType="{product_type}" {declaration("bar")} />'
    )


def windows_language(language: str) -> str:
    """Windows speaks this language, ``de`` or ``pt-br``."""
    return f'<bar:WindowsLanguage Language="{language}" {declaration("bar")} />'


def processor(architecture: int) -> str:
    """Return the test for a processor: 0 is x86, 9 is AMD64, 12 is ARM64."""
    return f'<bar:Processor Architecture="{architecture}" {declaration("bar")} />'


def file_version(path: str, version: str, comparison: str = "GreaterThanOrEqualTo") -> str:
    """Compare the version of a file below the system folder."""
    return (
        f"<bar:FileVersion Path={quoteattr(path)} Comparison={quoteattr(comparison)} "
        f'Version="{version}" {declaration("bar")} />'
    )


def registry_value(subkey: str, value: str, data: str) -> str:
    """Return the test that a string value below HKEY_LOCAL_MACHINE equals ``data``."""
    return (
        f'<bar:RegSz Key="HKEY_LOCAL_MACHINE" Subkey={quoteattr(subkey)} Value={quoteattr(value)} '
        f'Comparison="EqualTo" Data={quoteattr(data)} {declaration("bar")} />'
    )


def cbs(metadata: str) -> Rules:
    """Return the rules of a component-based update: Windows itself reads the ``metadata``."""
    return Rules(
        is_installed=f"<cbsar:CbsPackageInstalled {declaration('cbsar')} />",
        is_installable=f"<cbsar:CbsPackageInstallable {declaration('cbsar')} />",
        metadata=f"<cbsar:CbsPackageApplicabilityMetadata {declaration('cbsar')}>{metadata}"
        "</cbsar:CbsPackageApplicabilityMetadata>",
    )


def parents(builds: Iterable[int], architecture: str) -> str:
    """Return what a manifest says of where its package belongs: Windows of one of ``builds``."""
    return "".join(
        '<parent buildCompare="EQ" revisionCompare="GE" integrate="separate">'
        f'<assemblyIdentity name="Microsoft-Windows-Foundation-Package" version="10.0.{build}.1" '
        f'language="neutral" processorArchitecture="{architecture}" '
        'publicKeyToken="31bf3856ad364e35" /></parent>'
        for build in builds
    )


def assembly(package: str, version: str, architecture: str, kb: str, inner: str = "") -> str:
    """Return a servicing manifest; its namespace is a default one (FACTS 8.1, 8.2 rule 4)."""
    return (
        '<assembly xmlns="urn:schemas-microsoft-com:asm.v3" manifestVersion="1.0" '
        f'description="Fix for KB{kb}" displayName="default" company="Microsoft Corporation">'
        f'<assemblyIdentity name={quoteattr(package)} version="{version}" language="neutral" '
        f'processorArchitecture="{architecture}" publicKeyToken="31bf3856ad364e35" />'
        f'<package identifier="KB{kb}" applicabilityEvaluation="deep" releaseType="Update" '
        f'restart="possible">{inner}</package></assembly>'
    )
