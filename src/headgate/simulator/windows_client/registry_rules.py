"""Rules about the registry, and how an installation makes them true."""

from headgate.simulator.windows_client.comparison import (
    compare,
    compare_texts,
    fulfilling,
    fulfilling_version,
)
from headgate.simulator.windows_client.machine import Machine, RegistryData, version_numbers
from headgate.simulator.windows_client.rule_kind import Question, RuleKind

#: Types of values by what we keep of them.
_TYPES = {
    "REG_DWORD": int,
    "REG_SZ": str,
    "REG_EXPAND_SZ": str,
    "REG_MULTI_SZ": str,
}


def key_of(question: Question) -> str:
    """Return the key a rule names."""
    return f"{question.text('Key')}\\{question.text('Subkey')}"


def data_of(question: Question) -> RegistryData | None:
    """Return the data of the value a rule names, None when it is not there."""
    wow = question.flag("RegType32")
    return question.machine.registry_value(key_of(question), question.text("Value"), wow=wow)


def _set(question: Question, data: RegistryData | None) -> Machine | None:
    if data is None:
        return None
    wow = question.flag("RegType32")
    value = question.text("Value")
    return question.machine.with_registry_value(key_of(question), value, data, wow=wow)


def _remove(question: Question) -> Machine | None:
    wow = question.flag("RegType32")
    return question.machine.without_registry_value(
        key_of(question), question.text("Value"), wow=wow
    )


def _key_exists(question: Question) -> bool:
    wow = question.flag("RegType32")
    return question.machine.registry_key(key_of(question), wow=wow) is not None


def _add_key(question: Question) -> Machine | None:
    return question.machine.with_registry_key(key_of(question), wow=question.flag("RegType32"))


def _remove_key(question: Question) -> Machine | None:
    return question.machine.without_registry_key(key_of(question), wow=question.flag("RegType32"))


def _value_exists(question: Question) -> bool:
    data, kind = data_of(question), question.text("Type")
    if data is None:
        return False
    return not kind or isinstance(data, _TYPES.get(kind, bytes))


def _add_value(question: Question) -> Machine | None:
    match _TYPES.get(question.text("Type", "REG_SZ")):
        case kind if kind is int:
            return _set(question, 1)
        case kind if kind is str:
            return _set(question, "1")
    return None


def _dword(question: Question) -> bool | None:
    data, wanted = data_of(question), question.number("Data")
    if not isinstance(data, int) or wanted is None:
        return False
    return compare(question.text("Comparison"), data, wanted)


def _set_dword(question: Question) -> Machine | None:
    wanted = question.number("Data")
    return (
        None if wanted is None else _set(question, fulfilling(question.text("Comparison"), wanted))
    )


def _text(question: Question) -> bool | None:
    data = data_of(question)
    if not isinstance(data, str):
        return False
    return compare_texts(question.text("Comparison"), data, question.text("Data"))


def _set_text(question: Question) -> Machine | None:
    return _set(question, question.text("Data"))


def _version(question: Question) -> bool | None:
    data = data_of(question)
    if not isinstance(data, str):
        return False
    wanted = version_numbers(question.text("Data"))
    return compare(question.text("Comparison"), version_numbers(data), wanted)


def _set_version(question: Question) -> Machine | None:
    wanted = version_numbers(question.text("Data"))
    found = fulfilling_version(question.text("Comparison"), wanted)
    return None if found is None else _set(question, ".".join(map(str, found)))


def _is_data(question: Question) -> bool:
    return str(data_of(question)).lower() == question.text("Data").lower()


def _contains_data(question: Question) -> bool:
    data = data_of(question)
    return data is not None and question.text("Data").lower() in str(data).lower()


_TEXT = RuleKind(holds=_text, make_true=_set_text, make_false=_remove)

REGISTRY_RULES = {
    "b.RegKeyExists": RuleKind(holds=_key_exists, make_true=_add_key, make_false=_remove_key),
    "b.RegValueExists": RuleKind(holds=_value_exists, make_true=_add_value, make_false=_remove),
    "b.RegDword": RuleKind(holds=_dword, make_true=_set_dword, make_false=_remove),
    "b.RegSz": _TEXT,
    "b.RegExpandSz": _TEXT,
    "b.RegSzToVersion": RuleKind(holds=_version, make_true=_set_version, make_false=_remove),
    "b.WUv4RegKeyValue": RuleKind(holds=_is_data, make_true=_set_text, make_false=_remove),
    "b.WUv4RegKeySubstring": RuleKind(
        holds=_contains_data, make_true=_set_text, make_false=_remove
    ),
}
