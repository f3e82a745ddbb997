"""Every sentence of the console is said in German and Swedish too."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("translations", ROOT / "scripts/translations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = _tool()
SAME = json.loads((tool.TRANSLATIONS / "same-as-english.json").read_text("utf-8"))


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (value or "",)


@pytest.fixture(scope="module")
def said() -> Any:
    return tool.templates()


@pytest.mark.parametrize("language", tool.LANGUAGES)
def test_every_sentence_is_translated(language: str, said: Any) -> None:
    known = tool.translation(language)

    missing = [
        _texts(message.id)[0]
        for message in said
        if message.id and not _is_translated(known, message.id)
    ]
    assert missing == [], "run `make words` and translate what is new"


def _is_translated(known: Any, template: Any) -> bool:
    found = known.get(_texts(template)[0])
    return found is not None and not found.fuzzy and all(_texts(found.string))


@pytest.mark.parametrize("language", tool.LANGUAGES)
def test_nothing_is_translated_that_nobody_says(language: str, said: Any) -> None:
    templates = {_texts(message.id)[0] for message in said}
    stale = [
        _texts(one.id)[0]
        for one in tool.translation(language)
        if _texts(one.id)[0] not in templates
    ]

    assert [text for text in stale if text] == [], "run `make words`"


@pytest.mark.parametrize("language", tool.LANGUAGES)
def test_translations_have_the_same_fields(language: str) -> None:
    for message in tool.translation(language):
        if not message.id:
            continue
        wanted = tool.fields(_texts(message.id)[-1])
        for text in _texts(message.string):
            # "one file" may leave the number out.
            assert tool.fields(text) in (wanted, wanted - {"count"}), text


@pytest.mark.parametrize("language", tool.LANGUAGES)
def test_what_equals_the_english_is_meant_to(language: str) -> None:
    equal = {
        _texts(message.id)[0]
        for message in tool.translation(language)
        if message.id and _texts(message.id)[0] == _texts(message.string)[0]
    }

    assert sorted(equal) == sorted(SAME[language])
