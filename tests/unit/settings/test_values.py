import pytest

from headgate.errors import SettingsError
from headgate.settings.keys import (
    LOCAL,
    SHARED,
    UnknownSettingError,
    WrongValueError,
    read_value,
    shared_key,
)

KEYS = {**LOCAL, **SHARED}


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("source.kind", "Upstream", "upstream"),
        ("source.host", "WSUS.example.com", "wsus.example.com"),
        ("source.host", "[2001:db8::5]", "2001:db8::5"),
        ("source.port", "8530", 8530),
        ("source.tls", "off", False),
        ("source.tls", "1", True),
        ("source.ca_file", "/etc/ssl/ca.pem", "/etc/ssl/ca.pem"),
        ("languages.selected", "de, PT_BR,de", ("de", "pt-br")),
        ("schedule.first", "7:05", "07:05"),
        ("schedule.zone", "Europe/Stockholm", "Europe/Stockholm"),
        ("proxy.password", " with blanks ", " with blanks "),
        ("proxy.port", "", 80),
        (
            "server.names",
            "WSUS.example.com, [2001:db8::5],wsus",
            ("wsus.example.com", "2001:db8::5", "wsus"),
        ),
        ("server.names", "", ()),
        ("console.plain_http", "Allow", "allow"),
        ("console.idle_minutes", "5", 5),
        ("clients.max_installed_ids", "400", 400),
        ("listen.trusted_proxies", "10.0.0.5, 2001:db8::/32", ("10.0.0.5/32", "2001:db8::/32")),
        ("console.user_header", "X-Remote-User", "X-Remote-User"),
        ("source.host", "", None),
    ],
)
def test_what_people_write_is_understood(key: str, text: str, value: object) -> None:
    assert read_value(KEYS[key], text) == value


@pytest.mark.parametrize(
    ("key", "text", "allowed"),
    [
        ("source.kind", "wsus", "microsoft or upstream"),
        ("languages.mode", "some", "locale, all or selected"),
        ("source.host", "http://wsus:8530/", "name or address of a server alone"),
        ("source.port", "70000", "a number from 1 to 65535"),
        ("source.port", "٣", "a number"),
        ("schedule.per_day", "0", "a number from 1 to 24"),
        ("schedule.first", "24:00", "a time of day"),
        ("schedule.zone", "Stockholm", "the name of a time zone"),
        ("schedule.zone", "../../etc/passwd", "the name of a time zone"),
        ("source.tls", "maybe", "true or false"),
        ("source.ca_file", "ca.pem", "an absolute path"),
        ("languages.selected", "german", "languages joined by commas"),
        ("proxy.user", "two\nlines", "one line of text"),
        ("server.names", "https://wsus", "names or addresses joined by commas"),
        ("console.plain_http", "yes", "redirect or allow"),
        ("console.idle_minutes", "4", "a number from 5 to 1440"),
        ("console.session_hours", "169", "a number from 1 to 168"),
        ("listen.trusted_proxies", "proxy.example.com", "addresses or networks"),
        ("listen.trusted_proxies", "10.0.0.5/8", "addresses or networks"),
        ("console.user_header", "X Remote: User", "the name of an HTTP header"),
    ],
)
def test_a_wrong_value_says_what_is_allowed(key: str, text: str, allowed: str) -> None:
    with pytest.raises(WrongValueError) as caught:
        read_value(KEYS[key], text)

    assert key in str(caught.value)
    assert allowed in caught.value.next_step


def test_a_wrong_secret_is_not_repeated() -> None:
    with pytest.raises(WrongValueError) as caught:
        read_value(SHARED["proxy.password"], "hun\nter2")

    assert "hun" not in caught.value.sentence()


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownSettingError) as caught:
        shared_key("source.hots")

    assert "source.host" in caught.value.next_step


def test_a_local_setting_is_not_shared_and_says_where_it_belongs() -> None:
    with pytest.raises(SettingsError, match="belongs to one process") as caught:
        shared_key("listen.http")

    assert "HEADGATE_LISTEN_HTTP" in caught.value.next_step


@pytest.mark.parametrize("key", list(KEYS.values()), ids=list(KEYS))
def test_every_default_is_itself_allowed(key: object) -> None:
    from headgate.settings.values import written

    default = key.default  # type: ignore[attr-defined]
    if default is not None:
        assert key.read(written(default)) == default  # type: ignore[attr-defined]
