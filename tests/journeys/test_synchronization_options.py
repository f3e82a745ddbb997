"""*Options*, *Synchronization Options*, step by step as the manual tells it, without script."""

from collections.abc import Iterator

import pytest
from tests.console import Browser, ConsoleLab, Page, opened_console
from tests.installation import Installation

from headgate.bootstrap import open_home

OPTIONS = "/console/options/synchronization"
PASSWORD = "hunter2 & <more>"
A_PROXY = {
    "proxy.enabled": "true",
    "proxy.host": "proxy.example.com",
    "proxy.port": "3128",
    "proxy.use_credentials": "true",
    "proxy.user": "sync",
    "proxy.domain": "CORP",
    "proxy.password": PASSWORD,
}

#: Field, what is typed into it, and what is said beside it.
WRONG = [
    ("proxy.port", "0", "It must be a number from 1 to 65535."),
    ("proxy.port", "70000", "It must be a number from 1 to 65535."),
    ("proxy.port", "abc", "It must be a number from 1 to 65535."),
    ("proxy.host", "http://proxy", "without http://"),
    ("proxy.host", "proxy/path", "without a path"),
    ("proxy.host", "pro xy", "has no blanks"),
    ("proxy.host", "proxy:8080", "Write the port in its own box"),
    ("proxy.host", "cafe:80", "Write the port in its own box"),
    ("proxy.host", "", "A proxy server needs a name."),
    ("proxy.user", "", "need a user"),
    ("schedule.first", "25:00", "It must be a time of day from 00:00 to 23:59."),
    ("schedule.per_day", "0", "It must be a number from 1 to 24."),
    ("schedule.per_day", "25", "It must be a number from 1 to 24."),
    ("source.host", "", "An upstream server needs a name."),
    ("source.port", "http", "It must be a number from 1 to 65535."),
]


@pytest.fixture
def lab_console(server: Installation) -> Iterator[ConsoleLab]:
    with opened_console(server) as lab:
        yield lab


@pytest.fixture
def alice(lab_console: ConsoleLab) -> Browser:
    return lab_console.administrator()


def _typed(browser: Browser, fields: dict[str, str | list[str] | None], press: str) -> Page:
    return browser.get(OPTIONS).submit(fields, press=press)


def _save(browser: Browser, fields: dict[str, str | list[str] | None]) -> Page:
    asked = _typed(browser, fields, "Save settings")
    assert asked.all("[role=alertdialog] h2") == ["Save these settings?"], asked.words
    return asked.submit(press="OK")


def _wrong(page: Page) -> dict[str, str]:
    """Return what stands beside each field, by the field's name; the way readers find it."""
    found = {}
    for field in page.document.cssselect("[aria-invalid=true]"):
        for id in field.get("aria-describedby", "").split():
            if id.endswith("-wrong"):
                found[field.get("name")] = page.document.get_element_by_id(id).text_content()
    return found


def _value(page: Page, name: str) -> str | None:
    value: str | None = page.form(with_field="proxy.host").fields[name]
    return value


def test_proxy_is_set_as_the_manual_tells(alice: Browser, server: Installation) -> None:
    page = alice.get("/console/options").follow("Synchronization Options")
    assert page.heading == "Synchronization Options"
    assert _value(page, "proxy.port") == "80"

    asked = page.submit(A_PROXY, press="Save settings")
    assert "Proxy server name: proxy.example.com (until now: nothing)." in asked.all("li")
    assert not server.home.configuring.shared().proxy.enabled, "nothing is saved before OK"
    done = asked.submit(press="OK")

    proxy = server.home.configuring.shared().proxy
    assert (proxy.host, proxy.port, proxy.user, proxy.domain) == (
        "proxy.example.com",
        3128,
        "sync",
        "CORP",
    )
    assert (proxy.password, proxy.allow_basic) == (PASSWORD, False)
    (told,) = done.told
    assert told.startswith("The settings are saved.")
    assert "Port of the proxy server: 3128 (until now: 80)." in told
    assert done.address.endswith(OPTIONS)


def test_password_is_on_no_page_and_stays_when_left_empty(
    alice: Browser, server: Installation
) -> None:
    asked = _typed(alice, A_PROXY, "Save settings")
    back = asked.submit(press="Cancel")
    assert _value(back, "proxy.password") in ("", None)
    done = back.submit(press="Save settings").submit(press="OK")

    assert server.home.configuring.shared().proxy.password == PASSWORD
    again = _save(alice, {"proxy.domain": "OTHER"})
    assert "A password is stored" in again.words
    assert server.home.configuring.shared().proxy.password == PASSWORD
    for page in (asked, back, done, again):
        assert "hunter2" not in page.text


def test_sealed_password_of_another_session_opens_nothing(
    alice: Browser, lab_console: ConsoleLab, server: Installation
) -> None:
    stolen = _typed(alice, A_PROXY, "Save settings").form(with_field="sealed").fields["sealed"]
    other = lab_console.administrator()
    asked = _typed(other, A_PROXY, "Save settings")

    refused = asked.submit({"sealed": stolen}, press="OK")

    assert _wrong(refused) == {"proxy.password": "Type the password once more."}
    assert server.home.configuring.shared().proxy.password is None


def test_unticking_credentials_forgets_the_password_and_keeps_the_user(
    alice: Browser, server: Installation
) -> None:
    _save(alice, A_PROXY)
    done = _save(alice, {"proxy.use_credentials": None})

    proxy = server.home.configuring.shared().proxy
    assert (proxy.use_credentials, proxy.password, proxy.user) == (False, None, "sync")
    assert any("password is forgotten" in told for told in done.told)


def test_what_depends_on_an_unticked_box_is_neither_judged_nor_lost(
    alice: Browser, server: Installation
) -> None:
    _save(alice, A_PROXY)
    _save(alice, {"proxy.enabled": None, "proxy.port": "many", "proxy.host": "http://x"})

    proxy = server.home.configuring.shared().proxy
    assert (proxy.enabled, proxy.host, proxy.port) == (False, "proxy.example.com", 3128)


def test_greyed_boxes_a_browser_does_not_send_stay_as_they_are(
    alice: Browser, server: Installation
) -> None:
    """With script, grey parts are not sent: an absent box is not an unticked one."""
    _save(alice, A_PROXY)
    page = alice.get(OPTIONS)
    sent = {
        name: value
        for name, value in page.form(with_field="proxy.host").form_values()
        if not name.startswith("proxy.") and name != "shown"
    }
    asked = alice.send("post", OPTIONS, {**sent, "schedule.mode": "daily"})
    asked.submit(press="OK")

    shared = server.home.configuring.shared()
    assert shared.schedule.mode == "daily"
    assert (shared.proxy.enabled, shared.proxy.password) == (True, PASSWORD)


def test_what_is_wrong_stands_beside_the_field_and_what_was_typed_stays(alice: Browser) -> None:
    for field, typed, says in WRONG:
        fields = {**A_PROXY, "schedule.mode": "daily", "source.kind": "upstream", field: typed}

        page = _typed(alice, fields, "Save settings")

        assert page.status == 400, typed
        assert says in _wrong(page)[field], typed
        assert (_value(page, field) or "") == typed
        assert _value(page, "proxy.domain") == "CORP"


def test_every_wrong_field_is_told_at_once(alice: Browser) -> None:
    fields = {**A_PROXY, "proxy.port": "0", "proxy.host": "a b", "proxy.user": ""}

    page = _typed(alice, fields, "Save settings")

    assert _wrong(page).keys() == {"proxy.port", "proxy.host", "proxy.user"}
    mended = {"proxy.port": "81", "proxy.host": "proxy", "proxy.user": "sync"}
    done = page.submit(mended, press="Save settings").submit(press="OK")
    assert "Password at the proxy server: another one." in done.told[0], "the typed one was kept"


def test_second_administrator_sees_what_the_first_has_changed(
    alice: Browser, server: Installation
) -> None:
    page = alice.get(OPTIONS)
    server.home.configuring.change({"schedule.mode": "daily", "proxy.port": "8080"}, by="bob")

    refused = page.submit({"proxy.port": "3128", **_an_enabled_proxy()}, press="Save settings")

    assert refused.status == 409
    (warned,) = refused.all(".alert-warning")
    assert "Schedule: Synchronize daily (until now: Synchronize manually), changed by bob" in warned
    assert "Port of the proxy server: 8080 (until now: 80), changed by bob" in warned
    assert _value(refused, "proxy.port") == "3128", "what was typed stays"
    assert _value(refused, "schedule.mode") == "daily", "what was left alone follows"
    refused.submit(press="Save settings").submit(press="OK")
    shared = server.home.configuring.shared()
    assert (shared.proxy.port, shared.schedule.mode) == (3128, "daily")


def test_change_between_question_and_answer_is_told_too(
    alice: Browser, server: Installation
) -> None:
    asked = _typed(alice, {"proxy.port": "3128", **_an_enabled_proxy()}, "Save settings")
    server.home.configuring.change({"proxy.port": "8080"}, by="bob")

    refused = asked.submit(press="OK")

    assert refused.status == 409
    assert "changed by bob" in refused.words
    assert server.home.configuring.shared().proxy.port == 8080


def _an_enabled_proxy() -> dict[str, str | list[str] | None]:
    return {"proxy.enabled": "true", "proxy.host": "proxy.example.com"}


def test_second_click_changes_nothing(alice: Browser, server: Installation) -> None:
    asked = _typed(alice, A_PROXY, "Save settings")
    asked.submit(press="OK")

    again = asked.submit(press="OK")

    assert again.told == ["Nothing was changed: these settings are saved already."]
    assert server.home.configuring.shared().proxy.password == PASSWORD


def test_nothing_typed_says_so(alice: Browser) -> None:
    page = _typed(alice, {}, "Save settings")

    assert page.told == ["Nothing was changed: the settings are as they were."]


def test_saving_works_while_a_synchronization_runs(alice: Browser, server: Installation) -> None:
    server.home.sync_control.start(scope="everything", confirmed=True, by="bob")

    asked = _typed(alice, {"schedule.mode": "daily"}, "Save settings")
    done = asked.submit(press="OK")

    assert "counts from the next one" in asked.words
    assert server.home.configuring.shared().schedule.mode == "daily"
    assert any("counts from the next one" in told for told in done.told)


def test_synchronize_now_and_stop(alice: Browser, server: Installation) -> None:
    assert "Stop" not in alice.get(OPTIONS).all("button")

    page = _typed(alice, {}, "Synchronize now")
    assert page.told == ["The synchronization has been started."]
    again = page.submit(press="Synchronize now")
    assert "already under way" in again.told[0]
    stopped = again.submit(press="Stop", action=OPTIONS)
    assert "stops at its next good moment" in stopped.told[0]
    assert "Stop" not in alice.get(OPTIONS).all("button")


def test_synchronize_now_says_what_is_not_saved(alice: Browser, server: Installation) -> None:
    asked = _typed(alice, {"schedule.mode": "daily"}, "Synchronize now")

    assert asked.all("[role=alertdialog] h2") == ["Synchronize without saving what you have typed?"]
    back = asked.submit(press="Cancel")
    assert _value(back, "schedule.mode") == "daily"
    asked.submit(press="OK")
    assert server.home.sync_control.glance().job is not None
    assert server.home.configuring.shared().schedule.mode == "manual"


def test_fixed_settings_are_grey_and_name_their_variable(
    server: Installation,
) -> None:
    environment = {"HEADGATE_PROXY_ENABLED": "true", "HEADGATE_PROXY_HOST": "fixed.example.com"}
    fixed = Installation(open_home(server.home.directory.path, environment))
    with opened_console(fixed) as lab:
        alice = lab.administrator()
        page = alice.get(OPTIONS)
        (box,) = page.document.cssselect("#proxy-enabled")
        assert box.get("disabled") is not None
        assert "HEADGATE_PROXY_HOST" in page.words
        (grey,) = page.document.cssselect("fieldset:has(> .fields #proxy-port)")
        assert grey.get("data-needs") is None, "a fixed switch is not waited for"

        done = _save(alice, {"proxy.port": "3128"})

    assert "Port of the proxy server: 3128 (until now: 80)." in done.told[0]
    fixed.engine.dispose()


def test_form_without_what_it_had_shown_changes_nothing(
    alice: Browser, server: Installation
) -> None:
    page = alice.get(OPTIONS).submit(
        {"seen": "[1", "schedule.mode": "daily"}, press="Save settings"
    )

    assert page.status == 400
    assert server.home.configuring.shared().schedule.mode == "manual"


def test_addresses_forms_are_sent_to_lead_to_the_page(alice: Browser) -> None:
    for address in (f"{OPTIONS}/test", f"{OPTIONS}/synchronize"):
        assert alice.get(address).heading == "Synchronization Options"
