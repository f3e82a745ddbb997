"""*Update Files and Languages*, *Advanced*: the warning, the choices, and what they come to."""

from collections.abc import Iterator

import pytest
from tests.console import Browser, ConsoleLab, Page, opened_console
from tests.installation import Installation

from headgate.settings.machine import MachineLocale
from headgate.web.console import language_choices

OPTIONS = "/console/options/synchronization"
ADVANCED = f"{OPTIONS}/advanced"


@pytest.fixture
def console(server: Installation) -> Iterator[ConsoleLab]:
    with opened_console(server) as opened:
        yield opened


@pytest.fixture
def alice(console: ConsoleLab) -> Browser:
    return console.administrator()


def _opened(browser: Browser) -> Page:
    """Go the way of the manual: *Advanced*, read the warning, *OK*."""
    warning = browser.get(OPTIONS).follow("Advanced")
    assert warning.all("[role=alertdialog] h2") == ["Read this first"]
    return warning.submit(press="OK")


def test_languages_are_chosen_as_the_manual_tells(alice: Browser, server: Installation) -> None:
    page = _opened(alice)
    assert page.heading == "Advanced Synchronization Options"
    assert page.all("#languages-mode-all ~ span") == [
        "Download updates in all languages, including new languages"
    ]

    done = page.submit(
        {"languages.mode": "selected", "languages.selected": ["de", "sv"]}, press="OK"
    )

    languages = server.home.configuring.shared().languages
    assert (languages.mode, languages.selected) == ("selected", ("de", "en", "sv"))
    assert done.heading == "Synchronization Options"
    assert "Selected languages: de, en, sv (until now: en)." in done.told[0]
    assert any("English is kept" in told for told in done.told)


def test_cancel_changes_nothing(alice: Browser, server: Installation) -> None:
    warning = alice.get(ADVANCED)
    assert warning.follow("Cancel").heading == "Synchronization Options"
    assert _opened(alice).follow("Cancel").heading == "Synchronization Options"

    assert server.home.configuring.shared().languages.mode == "all"


def test_no_language_chosen_is_said_beside_the_list(alice: Browser, server: Installation) -> None:
    page = _opened(alice).submit(
        {"languages.mode": "selected", "languages.selected": None, "content.express": "true"},
        press="OK",
    )

    assert page.status == 400
    assert page.all("#languages-selected-wrong") == ["Choose at least one language."]
    (chosen,) = page.document.cssselect("input[name='languages.mode'][checked]")
    (express,) = page.document.cssselect("#content-express")
    assert (chosen.get("value"), express.get("checked")) == ("selected", "checked")
    assert server.home.configuring.shared().languages.mode == "all"


@pytest.mark.parametrize(
    ("language", "reader", "says"),
    [
        ("de-de", "en", "the locale of this server (German (Germany))"),
        ("en", "en", "the locale of this server (English)"),  # what C and POSIX count as
    ],
)
def test_first_choice_names_the_locale_of_this_server(
    console: ConsoleLab, monkeypatch: pytest.MonkeyPatch, language: str, reader: str, says: str
) -> None:
    found = MachineLocale(language=language, reason="/etc/locale.conf says so.")
    monkeypatch.setattr(language_choices, "machine_locale", lambda: found)

    page = _opened(console.administrator(reader))

    assert says in page.words
    assert "/etc/locale.conf says so." in page.words


def test_list_is_what_the_source_has_named(alice: Browser, server: Installation) -> None:
    before = _opened(alice)
    assert "has not named its languages yet" in before.words
    assert "Portuguese (Brazil) (pt-br)" in before.all("li label")

    server.synchronize(scope="categories")

    after = _opened(alice)
    named = server.home.configuring.source_languages()
    assert len(after.all("[name='languages.selected']")) == len(named)
    assert "has not named its languages yet" not in after.words


def test_storing_at_once_tells_the_files_that_are_due(alice: Browser, server: Installation) -> None:
    assert server.synchronize()["result"] == "succeeded"

    done = _opened(alice).submit({"content.deferred": None}, press="OK")

    assert any("The next synchronization fetches" in told for told in done.told)
    choices = alice.get(ADVANCED).follow("Count what each choice comes to (takes a moment)")
    first, *_ = choices.all("tbody tr")
    assert first.startswith("The languages chosen now")
    assert first.split()[4] != "0"


def test_computers_that_fetch_from_microsoft_keep_the_other_choices(
    alice: Browser, server: Installation
) -> None:
    _opened(alice).submit({"content.store": "microsoft", "content.deferred": None}, press="OK")

    content = server.home.configuring.shared().content
    assert (content.store, content.deferred) == ("microsoft", True)


def test_second_administrator_sees_what_the_first_has_changed(
    alice: Browser, server: Installation
) -> None:
    page = _opened(alice)
    server.home.configuring.change({"languages.mode": "locale"}, by="bob")

    refused = page.submit({"content.express": "true"}, press="OK")

    assert refused.status == 409
    assert "changed by bob" in refused.words
    refused.submit(press="OK")
    shared = server.home.configuring.shared()
    assert (shared.languages.mode, shared.content.express) == ("locale", True)


def test_reporter_sees_everything_and_changes_nothing(console: ConsoleLab) -> None:
    rupert = console.reporter()
    options, advanced = rupert.get(OPTIONS), rupert.get(f"{ADVANCED}?read=yes")

    assert "Only WSUS Administrators may change these settings." in options.words
    assert "OK" not in advanced.all("main button")
    for page in (options, advanced):
        open_fields = page.document.cssselect("main form fieldset:not([disabled])")
        assert not [one for one in open_fields if not one.xpath("ancestor::fieldset[@disabled]")]
