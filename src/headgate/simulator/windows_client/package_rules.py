"""Rules about component-based packages and product releases.

A real agent asks the servicing stack; here the described machine lists what it would find.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.simulator.windows_client.comparison import compare, fulfilling_version
from headgate.simulator.windows_client.machine import (
    InstalledPackage,
    Machine,
    version_numbers,
)
from headgate.simulator.windows_client.rule_kind import Question, RuleKind

if TYPE_CHECKING:
    from headgate.simulator.windows_client.core import Assembly


def _package_installed(question: Question) -> bool | None:
    metadata = question.core.package
    return None if metadata is None else _is_there(question.machine, metadata.package)


def _is_there(machine: Machine, package: "Assembly") -> bool:
    """A newer version of a package holds what the older one did."""
    found = machine.package(package.name, package.architecture)
    return found is not None and version_numbers(found.version) >= version_numbers(package.version)


def _package_installable(question: Question) -> bool | None:
    metadata, machine = question.core.package, question.machine
    if metadata is None:
        return None
    if metadata.package.architecture.lower() not in _architectures(machine):
        return False
    if _is_there(machine, metadata.package):
        return False
    return not metadata.parents or any(_is_parent(machine, one) for one in metadata.parents)


def _architectures(machine: Machine) -> set[str]:
    return {machine.hardware.architecture.lower(), "neutral", "msil"}


def _is_parent(machine: Machine, parent: "Assembly") -> bool:
    found = machine.package(parent.name, parent.architecture)
    if found is None:
        return False
    ours, wanted = version_numbers(found.version), version_numbers(parent.version)
    return ours[:3] == wanted[:3] if parent.build_must_be_equal else ours >= wanted


def _install_package(question: Question) -> Machine | None:
    metadata = question.core.package
    if metadata is None:
        return None
    package, machine = metadata.package, question.machine
    installed = InstalledPackage(
        name=package.name,
        version=package.version,
        architecture=package.architecture,
        language=package.language,
    )
    changed = replace(machine, packages=(*machine.packages, installed))
    build, ubr = version_numbers(package.version)[2:]
    if package.name.lower() == "package_for_rollupfix" and build == machine.windows.build:
        return replace(changed, windows=replace(machine.windows, ubr=ubr))
    return changed


def _remove_package(question: Question) -> Machine | None:
    metadata = question.core.package
    if metadata is None:
        return None
    bound = version_numbers(metadata.package.version)
    left = tuple(
        one
        for one in question.machine.packages
        if one.name.lower() != metadata.package.name.lower() or version_numbers(one.version) < bound
    )
    return replace(question.machine, packages=left)


def _named_package(question: Question) -> InstalledPackage | None:
    """``Package_for_KB1~31bf3856ad364e35~amd64~~6.0.4.0``: name, key, architecture, …, version."""
    parts = question.text("PackageIdentity").split("~")
    if len(parts) != 5:
        return None
    name, _key, architecture, language, version = parts
    return InstalledPackage(
        name=name, version=version, architecture=architecture, language=language or "neutral"
    )


def _named_package_installed(question: Question) -> bool | None:
    wanted = _named_package(question)
    if wanted is None:
        return None
    return any(
        one.name.lower() == wanted.name.lower()
        and one.architecture.lower() == wanted.architecture.lower()
        and version_numbers(one.version) == version_numbers(wanted.version)
        for one in question.machine.packages
    )


def _install_named_package(question: Question) -> Machine | None:
    package = _named_package(question)
    if package is None:
        return None
    return replace(question.machine, packages=(*question.machine.packages, package))


def _release(question: Question) -> str | None:
    wanted = question.text("Name").lower()
    releases = question.machine.releases.items()
    return next((version for name, version in releases if name.lower() == wanted), None)


def _release_installed(question: Question) -> bool:
    found = _release(question)
    if found is None:
        return False
    return version_numbers(found) >= version_numbers(question.text("Version"))


def _release_version(question: Question) -> bool | None:
    found = _release(question)
    if found is None:
        return False
    wanted = version_numbers(question.text("Version"))
    return compare(question.text("Comparison"), version_numbers(found), wanted)


def _set_release(question: Question) -> Machine | None:
    comparison = question.text("Comparison", "GreaterThanOrEqualTo")
    found = fulfilling_version(comparison, version_numbers(question.text("Version")))
    if found is None:
        return None
    machine = _remove_release(question)
    releases = {**machine.releases, question.text("Name"): ".".join(map(str, found))}
    windows = machine.windows
    if found[:2] == (windows.major, windows.minor) and found[2] == windows.build:
        windows = replace(windows, ubr=found[3])
    return replace(machine, releases=releases, windows=windows)


def _remove_release(question: Question) -> Machine:
    wanted = question.text("Name").lower()
    left = {name: one for name, one in question.machine.releases.items() if name.lower() != wanted}
    return replace(question.machine, releases=left)


_RELEASE = RuleKind(holds=_release_version, make_true=_set_release, make_false=_remove_release)

PACKAGE_RULES = {
    "CbsPackageInstalled": RuleKind(
        holds=_package_installed, make_true=_install_package, make_false=_remove_package
    ),
    "CbsPackageInstallable": RuleKind(holds=_package_installable),
    "CbsPackageInstalledByIdentity": RuleKind(
        holds=_named_package_installed, make_true=_install_named_package
    ),
    "ProductReleaseInstalled": RuleKind(
        holds=_release_installed, make_true=_set_release, make_false=_remove_release
    ),
    "ProductReleaseVersion": _RELEASE,
}
