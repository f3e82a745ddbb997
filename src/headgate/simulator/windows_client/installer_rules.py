"""Rules about Windows Installer: products, their patches, features and components.

A real agent asks the installer; here the described machine lists what it would find.
"""

from dataclasses import replace

from headgate.simulator.windows_client.machine import (
    InstalledProduct,
    Machine,
    version_numbers,
)
from headgate.simulator.windows_client.rule_kind import Question, RuleKind


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


INSTALLER_RULES = {
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
}
