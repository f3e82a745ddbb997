"""Testing a rule on a machine, and making it true of one.

Logic has three values: a rule nobody knows is neither true nor false, and neither is what depends
on it; ``unknown_rules`` names them. ``b.InstalledOnce`` and ``b.GenericQuery`` are such.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from headgate.simulator.windows_client.core import Core, Rule
from headgate.simulator.windows_client.driver_rules import DRIVER_RULES
from headgate.simulator.windows_client.file_rules import FILE_RULES
from headgate.simulator.windows_client.installer_rules import INSTALLER_RULES
from headgate.simulator.windows_client.machine import Machine
from headgate.simulator.windows_client.package_rules import PACKAGE_RULES
from headgate.simulator.windows_client.registry_rules import REGISTRY_RULES, key_of
from headgate.simulator.windows_client.rule_kind import Question, RuleKind
from headgate.simulator.windows_client.windows_rules import WINDOWS_RULES

_KINDS: Final[dict[str, RuleKind]] = {
    **WINDOWS_RULES,
    **REGISTRY_RULES,
    **FILE_RULES,
    **INSTALLER_RULES,
    **PACKAGE_RULES,
    **DRIVER_RULES,
}
_LOGIC: Final = frozenset({"And", "Or", "Not", "True", "False", "b.RegKeyLoop"})
_LOOP_TARGET = "HKEY_LOOP_TARGET"
_PARTS: Final = frozenset({"m.Feature", "m.Component", "m.Product"})

#: Every rule that is known by name.
KNOWN_RULES: Final = frozenset(_KINDS) | _LOGIC | _PARTS


def holds(rule: Rule, machine: Machine, core: Core) -> bool | None:
    """Return whether ``rule`` of the update ``core`` is true of the machine; None: unknown."""
    match rule.name:
        case "True":
            return True
        case "False":
            return False
        case "And":
            return _all(holds(one, machine, core) for one in rule.inner)
        case "Or":
            return _any(holds(one, machine, core) for one in rule.inner)
        case "Not":
            inside = holds(rule.inner[0], machine, core) if _denies_one(rule) else None
            return None if inside is None else not inside
        case "b.RegKeyLoop":
            return _loop(rule, machine, core)
        case _:
            kind = _KINDS.get(rule.name)
            return None if kind is None else kind.holds(Question(rule, machine, core))


def _denies_one(rule: Rule) -> bool:
    """Whether a *not* holds exactly one rule; nobody knows what one of none or of two would be."""
    return len(rule.inner) == 1


def _all(answers: Iterable[bool | None]) -> bool | None:
    result: bool | None = True
    for answer in answers:
        if answer is False:
            return False
        if answer is None:
            result = None
    return result


def _any(answers: Iterable[bool | None]) -> bool | None:
    result: bool | None = False
    for answer in answers:
        if answer is True:
            return True
        if answer is None:
            result = None
    return result


def _loop(rule: Rule, machine: Machine, core: Core) -> bool | None:
    """Ask the inner rule of each subkey, which stands for ``HKEY_LOOP_TARGET``."""
    wow = rule.attributes.get("RegType32", "").lower() == "true"
    keys = machine.subkeys(key_of(Question(rule, machine, core)), wow=wow)
    answers = [holds(_aimed(one, key), machine, core) for key in keys for one in rule.inner]
    match rule.attributes.get("TrueIf", "").lower():
        case "any":
            return _any(answers)
        case "all":
            return _all(answers)
        case "none":
            found = _any(answers)
            return None if found is None else not found
        case _:
            return None


def _aimed(rule: Rule, key: str) -> Rule:
    inner = tuple(_aimed(one, key) for one in rule.inner)
    if rule.attributes.get("Key") != _LOOP_TARGET:
        return replace(rule, inner=inner)
    return replace(rule, inner=inner, attributes={**rule.attributes, "Key": key})


def unknown_rules(rule: Rule) -> Iterator[str]:
    """Yield the names of rules inside ``rule``, itself included, that nobody here knows."""
    if rule.name not in KNOWN_RULES or (rule.name == "Not" and not _denies_one(rule)):
        yield rule.name
    for one in rule.inner:
        yield from unknown_rules(one)


def become(rule: Rule, machine: Machine, core: Core, *, true: bool = True) -> Machine | None:
    """Return the machine changed so that ``rule`` is true of it (or false), None if it cannot be.

    This is what an installation does here: an update promises what its ``IsInstalled`` tests.
    """
    if holds(rule, machine, core) is true:
        return machine
    match rule.name:
        case "Not" if _denies_one(rule):
            changed = become(rule.inner[0], machine, core, true=not true)
        case "And" | "Or":
            changed = _become_group(rule, machine, core, true)
        case _:
            kind = _KINDS.get(rule.name)
            if kind is None:
                return None
            change = kind.make_true if true else kind.make_false
            changed = change(Question(rule, machine, core))
    return changed if changed is not None and holds(rule, changed, core) is true else None


def _become_group(rule: Rule, machine: Machine, core: Core, true: bool) -> Machine | None:
    """All must become so, or one of them: an *and* is false as soon as one is."""
    if (rule.name == "And") is not true:
        found = (become(one, machine, core, true=true) for one in rule.inner)
        return next((one for one in found if one is not None), None)
    for one in rule.inner:
        changed = become(one, machine, core, true=true)
        if changed is None:
            return None
        machine = changed
    return machine
