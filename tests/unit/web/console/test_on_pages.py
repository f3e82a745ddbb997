"""Sentences as pages show them."""

import importlib.util
from zoneinfo import ZoneInfo

import pytest
from markupsafe import Markup
from tests.material import REPOSITORY

from headgate.sentences import Sentence, Sentences
from headgate.upstream import failures
from headgate.web.console.next_steps import IN_PLACE
from headgate.web.console.on_pages import said_on_page, speech
from headgate.web.console.words import Words

ENGLISH = Words(language="en", zone=ZoneInfo("Europe/Stockholm"))


def _templates() -> set[str]:
    place = REPOSITORY / "scripts/translations.py"
    spec = importlib.util.spec_from_file_location("translations", place)
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    ids = (message.id for message in tool.templates() if message.id)
    return {one if isinstance(one, str) else one[0] for one in ids}


def test_what_stands_between_backticks_is_code() -> None:
    assert said_on_page(ENGLISH, Sentence("`headgate open` prints <one>.")) == (
        "<code>headgate open</code> prints &lt;one&gt;."
    )
    assert speech(ENGLISH)["t"]("Use `gpupdate /force`.") == "Use <code>gpupdate /force</code>."


def test_text_of_somebody_else_is_never_mark_up() -> None:
    said = said_on_page(ENGLISH, Sentence("`{name}` is wrong.", name="<script>`</script>"))

    assert isinstance(said, Markup)
    assert "<script>" not in said
    assert not isinstance(said_on_page(ENGLISH, "`a` <b>"), Markup)


def test_a_next_step_of_the_command_line_becomes_a_link() -> None:
    reason = Sentences((Sentence("It failed."), failures.CHECK_PROXY))
    said = said_on_page(ENGLISH, Sentence("The last one has failed: {reason}", reason=reason))

    assert '<a href="/console/options/synchronization#proxy-heading">Proxy server</a>' in said
    assert "headgate doctor" not in said


def test_a_next_step_keeps_its_values() -> None:
    template = next(one for one in IN_PLACE if "{host}" in one)

    assert "mu.example.com" in said_on_page(ENGLISH, Sentence(template, host="mu.example.com"))


@pytest.mark.parametrize("template", IN_PLACE)
def test_what_is_replaced_is_really_said(template: str, templates: set[str]) -> None:
    assert template in templates


@pytest.fixture(scope="module")
def templates() -> set[str]:
    return _templates()
