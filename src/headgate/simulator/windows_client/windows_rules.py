"""Rules about Windows and the hardware: ``b.WindowsVersion``, ``b.Processor`` and their like."""

from dataclasses import replace

from headgate.simulator.windows_client.comparison import compare
from headgate.simulator.windows_client.machine import ARCHITECTURES, Machine, version_numbers
from headgate.simulator.windows_client.rule_kind import Question, RuleKind


def _version(question: Question) -> bool | None:
    windows = question.machine.windows
    kind, suite = question.number("ProductType"), question.number("SuiteMask")
    if kind is not None and windows.product_type != kind:
        return False
    if suite is not None:
        common = windows.suite_mask & suite
        if not (common == suite if question.flag("AllSuitesMustBePresent") else common):
            return False
    ours = {
        "MajorVersion": windows.major,
        "MinorVersion": windows.minor,
        "BuildNumber": windows.build,
        "ServicePackMajor": windows.service_pack,
        "ServicePackMinor": 0,  # as every agent registers it (FACTS §2.5)
    }
    asked = {name: number for name in ours if (number := question.number(name)) is not None}
    if not asked:
        return True
    left = [ours[name] for name in asked]
    return compare(question.text("Comparison", "EqualTo"), left, list(asked.values()))


def _upgrade(question: Question) -> Machine | None:
    """An upgrade of Windows brings the build its rule asks for."""
    build = question.number("BuildNumber")
    if build is None or question.text("Comparison", "EqualTo") not in {
        "EqualTo",
        "GreaterThanOrEqualTo",
    }:
        return None
    windows = replace(question.machine.windows, build=build, ubr=1)
    return replace(question.machine, windows=windows)


def _processor(question: Question) -> bool | None:
    hardware = question.machine.hardware
    level = question.number("Level")
    if level is not None and hardware.processor_level != level:
        return False
    if question.number("Architecture") != ARCHITECTURES[hardware.architecture]:
        return False
    # of which revision a processor is, no machine says
    return None if question.text("Revision") else True


def _processors(question: Question) -> bool | None:
    wanted = question.number("Number")
    if wanted is None:
        return None
    return compare(question.text("Comparison"), question.machine.hardware.processors, wanted)


def _memory(question: Question) -> bool | None:
    wanted = question.number("MinMemoryInMB")
    return None if wanted is None else question.machine.hardware.memory >= wanted


def _speaks(question: Question, languages: tuple[str, ...]) -> bool:
    """``en`` is spoken by en-US and en-GB, ``en-GB`` by that one alone."""
    wanted = question.text("Language").lower()
    return any(f"{one.lower()}-".startswith(f"{wanted}-") for one in languages)


def _language(question: Question) -> bool:
    """With further languages installed (MUI), Windows is localized to none ([MS-WUSP] <42>)."""
    windows = question.machine.windows
    return not windows.added_languages and _speaks(question, (windows.locale,))


def _added_language(question: Question) -> bool:
    return _speaks(question, question.machine.windows.added_languages)


def _metric(question: Question) -> bool | None:
    wanted = question.number("Value")
    if wanted is None:
        return None
    found = question.machine.metrics.get(question.text("Index"), 0)
    return compare(question.text("Comparison"), found, wanted)


def _licence_exists(question: Question) -> bool:
    return question.text("Value") in question.machine.licences


def _licence(question: Question) -> bool | None:
    found, wanted = question.machine.licences.get(question.text("Value")), question.number("Data")
    if found is None or wanted is None:
        return False
    return compare(question.text("Comparison"), found, wanted)


def _attribute(question: Question) -> bool | None:
    found = question.machine.device_attributes().get(question.text("Name"))
    wanted, comparison = question.text("Value"), question.text("Comparison", "EqualTo")
    if found is None:
        return False
    match question.text("Type", "String").lower():
        case "version":
            return compare(comparison, version_numbers(found), version_numbers(wanted))
        case "string":
            return compare(comparison, found.lower(), wanted.lower())
        case "int" | "integer" | "dword":
            return compare(comparison, version_numbers(found), version_numbers(wanted))
        case _:
            return None


def _is_windows(question: Question) -> bool:
    return question.text("PlatformID").lower() in {"windows", "win32nt"}


_VERSION = RuleKind(holds=_version, make_true=_upgrade)

WINDOWS_RULES = {
    "b.Platform": RuleKind(holds=_is_windows),
    "b.WindowsVersion": _VERSION,
    "b.PlatformVersion": _VERSION,
    "b.Processor": RuleKind(holds=_processor),
    "b.NumberOfProcessors": RuleKind(holds=_processors),
    "b.Memory": RuleKind(holds=_memory),
    "b.WindowsLanguage": RuleKind(holds=_language),
    "b.PlatformLanguage": RuleKind(holds=_language),
    "b.MuiInstalled": RuleKind(holds=lambda asked: bool(asked.machine.windows.added_languages)),
    "b.MuiLanguageInstalled": RuleKind(holds=_added_language),
    "b.SystemMetric": RuleKind(holds=_metric),
    "b.LicenseValueExists": RuleKind(holds=_licence_exists),
    "b.LicenseDword": RuleKind(holds=_licence),
    "DeviceAttribute": RuleKind(holds=_attribute),
    # pretend computers are in no cluster, have no WMI, and were not set up by earlier agents
    "b.ClusteredOS": RuleKind(holds=lambda _: False),
    "b.ClusterResourceOwner": RuleKind(holds=lambda _: False),
    "b.WmiQuery": RuleKind(holds=lambda _: False),
}
