from tests.commands import Ended, HeadgateCommand, SameProcess

PASSWORD = "hunter2-and-more"
PROXY = (
    "proxy.enabled=true",
    "proxy.host=127.0.0.1",
    "proxy.port=9",
    "proxy.use_credentials=true",
    "proxy.user=sync",
)


def test_settings_are_set_and_read_back(quick: SameProcess) -> None:
    done = quick("settings", "set", "proxy.port=3128", "languages.mode=locale")

    assert (done.code, done.out) == (0, "Changed: languages.mode, proxy.port.\n")
    assert "only with proxy.enabled=true: proxy.port" in done.err
    assert quick("settings", "get", "proxy.port") == Ended(0, "3128\n", "")
    assert quick("settings", "get", "proxy.port", "--json").json == 3128
    (mode, *_) = quick("settings", "show", "languages", "--json").json
    assert (mode["key"], mode["value"], mode["origin"]) == ("languages.mode", "locale", "database")


def test_a_wrong_setting_is_wrong_usage_and_nothing_changes(quick: SameProcess) -> None:
    unknown = quick("settings", "set", "proxy.port=3128", "proxy.hots=x")
    wrong = quick("settings", "set", "proxy.port=3128", "source.kind=wsus")

    assert (unknown.code, "proxy.host" in unknown.err) == (2, True)
    assert (wrong.code, "microsoft or upstream" in wrong.err) == (2, True)
    assert quick("settings", "get", "proxy.port").out == "80\n"


def test_a_setting_without_a_value_says_how(quick: SameProcess) -> None:
    ended = quick("settings", "set", "proxy.port")

    assert (ended.code, "proxy.port=VALUE" in ended.err) == (2, True)


def test_a_locked_setting_is_shown_and_refused(quick: SameProcess) -> None:
    locked = SameProcess(quick.data, HEADGATE_PROXY_PORT="8080")

    (port,) = locked("settings", "show", "proxy.port", "--json").json
    refused = locked("settings", "set", "proxy.port=1")

    assert (port["value"], port["locked"]) == (8080, True)
    assert "environment (locked)" in locked("settings", "show", "proxy.port").out
    assert (refused.code, "HEADGATE_PROXY_PORT" in refused.err) == (1, True)


def test_a_password_is_asked_for_without_being_in_the_command(quick: SameProcess) -> None:
    done = quick("settings", "set", *PROXY, "proxy.password", stdin=f"{PASSWORD}\n")

    assert done.code == 0
    assert quick("settings", "get", "proxy.password").out == "set\n"


def test_a_password_is_in_no_output_and_no_file(
    headgate: HeadgateCommand, quick: SameProcess
) -> None:
    said = [
        quick("settings", "set", *PROXY, f"proxy.password={PASSWORD}"),
        quick("settings", "set", f"proxy.password={PASSWORD}", "--json"),
        quick("settings", "set", f"proxy.password={PASSWORD}\n"),
        quick("settings", "set", f"proxy.password={PASSWORD}", "proxy.port=many"),
        quick("settings", "show"),
        quick("settings", "show", "--json"),
        quick("settings", "get", "proxy.password", "--json"),
        headgate("--verbose", "sync", "now"),
        quick("sync", "history", "--json"),
    ]

    assert "set" in said[6].out
    assert said[7].code == 1, "nobody listens at the proxy"
    for ended in said:
        assert PASSWORD not in ended.out + ended.err
    for file in headgate.data.rglob("*"):
        assert not file.is_file() or PASSWORD.encode() not in file.read_bytes(), file


def test_a_password_from_a_file_is_used_and_locked(quick: SameProcess) -> None:
    file = quick.data / "password"
    file.write_text(f"{PASSWORD}\n")
    locked = SameProcess(quick.data, HEADGATE_PROXY_PASSWORD_FILE=str(file))

    (shown,) = locked("settings", "show", "proxy.password", "--json").json
    file.unlink()
    missing = locked("settings", "show")

    assert (shown["value"], shown["locked"]) == ("set", True)
    assert (missing.code, str(file) in missing.err) == (1, True)
