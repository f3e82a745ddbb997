"""Rules about installed software: Windows Installer, component-based packages, product releases.

A real agent asks those subsystems; here the described machine lists what they would find.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.simulator.windows_client.comparison import compare, fulfilling_version
from headgate.simulator.windows_client.machine import (
    InstalledPackage,
    InstalledProduct,
    Machine,
    version_numbers,
)
from headgate.simulator.windows_client.rule_kind import Question, RuleKind

if TYPE_CHECKING:
    from headgate.simulator.windows_client.core import Assembly


def _product(machine: Machine, code: str) -> InstalledProduct | None:
    wanted = code.strip().lower()
    return next((one for one in machine.products if one.code.lower() == wanted), None)


def _with_product(machine: Machine, product: InstalledProduct) -> Machine:
    others = tuple(one for one in machine.products if one.code.lower() != product.code.lower())
    return replace(machine, products=(*others, product))


def _without_product(machine: Machine, code: str) -> Machine:
    left = tuple(one for one in machine.products if one.code.lower() != code.strip().lower())
    return replace(machine, products=left)


def _in_range(question: Question, product: InstalledProduct) -> bool:
    version = version_numbers(product.version)
    least, most = question.text("VersionMin"), question.text("VersionMax")
    if least:
        bound = version_numbers(least)
        if version < bound or (version == bound and question.flag("ExcludeVersionMin")):
            return False
    if most:
        bound = version_numbers(most)
        if version > bound or (version == bound and question.flag("ExcludeVersionMax")):
            return False
    language = question.number("Language")
    return language is None or language == product.language


def _product_installed(question: Question) -> bool:
    product = _product(question.machine, question.text("ProductCode"))
    return product is not None and _in_range(question, product)


def _install_product(question: Question) -> Machine | None:
    product = InstalledProduct(
        code=question.text("ProductCode"),
        version=question.text("VersionMin") or "1.0.0.0",
        language=question.number("Language") or 0,
    )
    return _with_product(question.machine, product)


def _remove_product(question: Question) -> Machine | None:
    return _without_product(question.machine, question.text("ProductCode"))


def _patch_for_product(question: Question) -> bool:
    product = _product(question.machine, question.text("ProductCode"))
    return (
        product is not None
        and _in_range(question, product)
        and _has(product.patches, question.text("PatchCode"))
    )


def _has(names: tuple[str, ...], wanted: str) -> bool:
    return wanted.strip().lower() in {one.lower() for one in names}


def _add_patch_for_product(question: Question) -> Machine | None:
    product = _product(question.machine, question.text("ProductCode"))
    if product is None:
        return None
    patches = (*product.patches, question.text("PatchCode"))
    return _with_product(question.machine, replace(product, patches=patches))


def _parts_of_products(question: Question, part: str, attribute: str) -> bool:
    """``Feature`` or ``Component`` of ``Product``: each list by its own ``All…Required``."""
    parts = [one.text for one in question.rule.inner if one.name == f"m.{part}"]
    codes = [one.text for one in question.rule.inner if one.name == "m.Product"]
    every_part = all if question.flag(f"All{part}sRequired") else any
    every_product = all if question.flag("AllProductsRequired") else any

    def has_parts(code: str) -> bool:
        product = _product(question.machine, code)
        return product is not None and every_part(
            _has(getattr(product, attribute), one) for one in parts
        )

    return every_product(map(has_parts, codes))


def _features(question: Question) -> bool:
    return _parts_of_products(question, "Feature", "features")


def _components(question: Question) -> bool:
    return _parts_of_products(question, "Component", "components")


def _patch_installed(question: Question) -> bool | None:
    code = question.core.patch_code
    if code is None:
        return None
    return any(_has(product.patches, code) for product in question.machine.products)


def _patch_installable(question: Question) -> bool | None:
    targets = question.core.patched_products
    return not _patch_installed(question) and any(
        _product(question.machine, code) for code in targets
    )


def _apply_patch(question: Question) -> Machine | None:
    machine, code = question.machine, question.core.patch_code
    found = (_product(machine, target) for target in question.core.patched_products)
    product = next((one for one in found if one is not None), None)
    if code is None or product is None:
        return None
    return _with_product(machine, replace(product, patches=(*product.patches, code)))


def _remove_patch(question: Question) -> Machine | None:
    code = (question.core.patch_code or "").lower()
    products = tuple(
        replace(one, patches=tuple(patch for patch in one.patches if patch.lower() != code))
        for one in question.machine.products
    )
    return replace(question.machine, products=products)


def _application_installed(question: Question) -> bool | None:
    code = question.core.product_code
    if code is None:
        return None
    product = _product(question.machine, code)
    wanted = version_numbers(question.core.product_version or "")
    return product is not None and version_numbers(product.version) >= wanted


def _application_installable(question: Question) -> bool | None:
    installed = _application_installed(question)
    return None if installed is None else not installed


def _install_application(question: Question) -> Machine | None:
    core = question.core
    if core.product_code is None:
        return None
    version = core.product_version or "1.0.0.0"
    return _with_product(
        question.machine, InstalledProduct(code=core.product_code, version=version)
    )


def _remove_application(question: Question) -> Machine | None:
    return _without_product(question.machine, question.core.product_code or "")


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
    "m.MsiProductInstalled": RuleKind(
        holds=_product_installed, make_true=_install_product, make_false=_remove_product
    ),
    "m.MsiPatchInstalledForProduct": RuleKind(
        holds=_patch_for_product, make_true=_add_patch_for_product
    ),
    "m.MsiFeatureInstalledForProduct": RuleKind(holds=_features),
    "m.MsiComponentInstalledForProduct": RuleKind(holds=_components),
    "m.MsiPatchInstalled": RuleKind(
        holds=_patch_installed, make_true=_apply_patch, make_false=_remove_patch
    ),
    "m.MsiPatchInstallable": RuleKind(holds=_patch_installable),
    "m.MsiPatchSuperseded": RuleKind(holds=lambda _: False),
    "m.MsiApplicationInstalled": RuleKind(
        holds=_application_installed,
        make_true=_install_application,
        make_false=_remove_application,
    ),
    "m.MsiApplicationInstallable": RuleKind(holds=_application_installable),
    "m.MsiApplicationSuperseded": RuleKind(holds=lambda _: False),
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
