"""Rules about files: whether they are there, their version, times and size."""

import ntpath
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from headgate.simulator.windows_client.comparison import compare, fulfilling, fulfilling_version
from headgate.simulator.windows_client.machine import FileFacts, Machine, version_numbers
from headgate.simulator.windows_client.registry_rules import data_of
from headgate.simulator.windows_client.rule_kind import Question, RuleKind

#: Folders by ``CSIDL_…``; without one, paths start in the system folder.
_FOLDERS = {
    None: r"C:\Windows\System32",
    35: r"C:\ProgramData",
    36: r"C:\Windows",
    37: r"C:\Windows\System32",
    38: r"C:\Program Files",
    41: r"C:\Windows\SysWOW64",
    42: r"C:\Program Files (x86)",
    43: r"C:\Program Files\Common Files",
    44: r"C:\Program Files (x86)\Common Files",
}
#: On a 32-bit Windows, ``CSIDL_…X86`` names the one folder there is.
_IN_32_BIT = {41: 37, 42: 38, 44: 43}


def _path(question: Question) -> str | None:
    """Return the full path of the file a rule names, None when its folder is unknown.

    Two backslashes at its beginning are one too many, not a share: the agent removes duplicates
    ([MS-WUSP] <42>).
    """
    folder = _folder(question)
    if not folder:
        return None
    path = question.text("Path")
    if path[1:2] == ":":
        return ntpath.normpath(path)
    return ntpath.normpath(ntpath.join(folder, path.lstrip("\\")))


def _folder(question: Question) -> str | None:
    if question.rule.name.endswith("PrependRegSz"):
        data = data_of(question)
        return data if isinstance(data, str) else None
    csidl = question.number("Csidl")
    if csidl is not None and question.machine.hardware.architecture == "X86":
        csidl = _IN_32_BIT.get(csidl, csidl)
    return _FOLDERS.get(csidl)


def _file(question: Question) -> FileFacts | None:
    path = _path(question)
    return None if path is None else question.machine.file(path)


def _change(question: Question, **facts: Any) -> Machine | None:
    path = _path(question)
    if path is None:
        return None
    return question.machine.with_file(path, replace(_file(question) or FileFacts(), **facts))


def _remove(question: Question) -> Machine | None:
    path = _path(question)
    return None if path is None else question.machine.without_file(path)


def _exists(question: Question) -> bool | None:
    file = _file(question)
    if file is None:
        return False
    size, version = question.number("Size"), question.text("Version")
    is_alike = (
        (size is None or file.size == size)
        and (not version or version_numbers(file.version or "") == version_numbers(version))
        and _same_moment(file.created, question.text("Created"))
        and _same_moment(file.modified, question.text("Modified"))
    )
    # of which language a file is, no machine says
    return None if is_alike and question.text("Language") else is_alike


def _same_moment(found: str, asked: str) -> bool:
    return not asked or found[:19] == asked[:19]


def _add(question: Question) -> Machine | None:
    facts: dict[str, Any] = {
        name.lower(): question.text(name)
        for name in ("Version", "Created", "Modified")
        if question.text(name)
    }
    size = question.number("Size")
    return _change(question, **facts, **({} if size is None else {"size": size}))


def _version(question: Question) -> bool | None:
    file = _file(question)
    if file is None or file.version is None:
        return False
    wanted = version_numbers(question.text("Version"))
    return compare(question.text("Comparison"), version_numbers(file.version), wanted)


def _set_version(question: Question) -> Machine | None:
    wanted = version_numbers(question.text("Version"))
    found = fulfilling_version(question.text("Comparison"), wanted)
    return None if found is None else _change(question, version=".".join(map(str, found)))


def _time(name: str) -> Callable[[Question], bool | None]:
    def holds(question: Question) -> bool | None:
        file = _file(question)
        if file is None:
            return False
        found: str = getattr(file, name.lower())
        return compare(question.text("Comparison"), found[:19], question.text(name)[:19])

    return holds


def _size(question: Question) -> bool | None:
    file, wanted = _file(question), question.number("Size")
    if file is None or wanted is None:
        return False
    return compare(question.text("Comparison"), file.size, wanted)


def _set_size(question: Question) -> Machine | None:
    wanted = question.number("Size")
    found = None if wanted is None else fulfilling(question.text("Comparison"), wanted)
    return None if found is None else _change(question, size=found)


_KINDS = {
    "FileExists": RuleKind(holds=_exists, make_true=_add, make_false=_remove),
    "FileVersion": RuleKind(holds=_version, make_true=_set_version, make_false=_remove),
    "FileCreated": RuleKind(holds=_time("Created"), make_false=_remove),
    "FileModified": RuleKind(holds=_time("Modified"), make_false=_remove),
    "FileSize": RuleKind(holds=_size, make_true=_set_size, make_false=_remove),
}

FILE_RULES = {
    f"b.{name}{where}": kind for name, kind in _KINDS.items() for where in ("", "PrependRegSz")
}
