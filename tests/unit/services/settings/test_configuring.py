import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.cast import NOON, a_guid, a_revision, incoming

from headgate.catalogue.files import FileTotal, UpdateFile
from headgate.catalogue.identity import RevisionIdentity
from headgate.errors import SettingsError
from headgate.services.settings.change import Outcome
from headgate.services.settings.configuring import Configuring, LockedSettingError
from headgate.settings.keys import UnknownSettingError, WrongValueError
from headgate.settings.secrets import SecretKey
from headgate.storage import anchors, audit, ingestion, jobs, todo, transactions
from headgate.storage.engine import Engine

PASSWORD = "hunter2-and-more"
WITH_PASSWORD = {
    "proxy.enabled": "true",
    "proxy.host": "proxy.example.com",
    "proxy.use_credentials": "true",
    "proxy.user": "sync",
    "proxy.password": PASSWORD,
}


class _Office:
    """An installation's settings, with an environment and a key of its own."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self._folder = folder

    def settings(self, environment: Mapping[str, str] | None = None) -> Configuring:
        return Configuring(
            engine=self.engine,
            secret_key=SecretKey(self._folder / "secret.key"),
            environment=environment or {},
            machine_zone=lambda: "Europe/Stockholm",
        )

    def change(self, **changes: str) -> Outcome:
        return self.settings().change(
            {name.replace("__", "."): text for name, text in changes.items()}, by="alice"
        )


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> _Office:
    return _Office(engine, tmp_path)


def _said(outcome: Outcome, words: str) -> bool:
    return any(words in sentence for sentence in outcome.sentences)


def test_defaults_are_the_ones_administrators_know(office: _Office) -> None:
    shared = office.settings().shared()

    assert (shared.source.kind, shared.source.host) == ("microsoft", "sws.update.microsoft.com")
    assert (shared.source.port, shared.source.tls) == (443, True)
    assert (shared.proxy.enabled, shared.proxy.port, shared.proxy.allow_basic) == (False, 80, False)
    assert (shared.languages.mode, shared.schedule.mode) == ("all", "manual")
    assert (shared.content.store, shared.content.deferred, shared.content.express) == (
        "local",
        True,
        False,
    )
    assert shared.schedule.zone == "Europe/Stockholm"


@pytest.mark.parametrize(("tls", "port"), [("true", 8531), ("false", 8530)])
def test_an_upstream_server_is_reached_where_wsus_listens(
    office: _Office, tls: str, port: int
) -> None:
    office.change(source__kind="upstream", source__host="wsus", source__tls=tls)

    assert office.settings().shared().source.port == port


def test_at_microsoft_nothing_but_microsoft_counts(office: _Office) -> None:
    outcome = office.change(source__host="wsus", source__port="1", source__tls="false")

    source = office.settings().shared().source
    assert (source.host, source.port, source.tls) == ("sws.update.microsoft.com", 443, True)
    assert _said(outcome, "count only with source.kind=upstream")


def test_one_wrong_setting_keeps_all_from_changing(office: _Office) -> None:
    for wrong in ({"proxy.port": "many"}, {"proxy.prot": "1"}):
        with pytest.raises((WrongValueError, UnknownSettingError)):
            office.settings().change({"proxy.host": "proxy", **wrong}, by="alice")

    assert office.settings().shared().proxy.host is None


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"source.kind": "upstream"}, "source.host"),
        ({"proxy.enabled": "true"}, "proxy.host"),
        ({"proxy.use_credentials": "true"}, "proxy.user"),
    ],
)
def test_settings_that_cannot_work_alone_say_what_is_missing(
    office: _Office, changes: dict[str, str], missing: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        office.settings().change(changes, by="alice")

    assert missing in caught.value.next_step
    assert not any(setting.origin == "database" for setting in office.settings().show())


def test_no_text_goes_back_to_the_default(office: _Office) -> None:
    office.change(proxy__port="3128")
    office.change(proxy__port="")

    (setting,) = office.settings().show("proxy.port")
    assert (setting.value, setting.origin) == (80, "default")


def test_a_change_is_audited_with_who_and_what_and_no_secret(office: _Office) -> None:
    office.settings().change(WITH_PASSWORD, by="alice")

    with transactions.read(office.engine) as conn:
        (line,) = audit.latest_lines(conn, limit=5)
    assert (line.actor, line.action) == ("alice", "settings changed")
    assert line.detail["proxy.host"] == "proxy.example.com"
    assert line.detail["proxy.password"] == "set"
    assert PASSWORD not in json.dumps(dict(line.detail))


def test_a_change_to_what_it_is_leaves_no_line(office: _Office) -> None:
    office.change(proxy__port="3128")
    outcome = office.change(proxy__port="3128")

    assert outcome.changed == ()
    with transactions.read(office.engine) as conn:
        assert len(audit.latest_lines(conn, limit=5)) == 1


def test_a_password_is_kept_sealed_and_shown_as_set(office: _Office, tmp_path: Path) -> None:
    office.settings().change(WITH_PASSWORD, by="alice")

    (setting,) = office.settings().show("proxy.password")
    assert setting.value == "set"
    assert PASSWORD not in repr(office.settings().shared())
    assert office.settings().shared().proxy.password == PASSWORD
    office.engine.dispose()
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert PASSWORD.encode() not in stored


@pytest.mark.parametrize(
    "change",
    [{"proxy.host": "other"}, {"proxy.port": "3128"}, {"proxy.allow_basic": "true"}],
    ids=["name", "port", "basic"],
)
def test_another_proxy_asks_for_the_password_again(office: _Office, change: dict[str, str]) -> None:
    office.settings().change(WITH_PASSWORD, by="alice")
    outcome = office.settings().change(change, by="alice")

    assert office.settings().shared().proxy.password is None
    assert _said(outcome, "is forgotten")
    assert _said(outcome, "Give it again")


def test_another_proxy_with_the_password_in_the_same_command_keeps_it(office: _Office) -> None:
    office.settings().change(WITH_PASSWORD, by="alice")
    outcome = office.change(proxy__host="other", proxy__password="new-one")

    assert office.settings().shared().proxy.password == "new-one"
    assert outcome.sentences == ()


def test_going_back_to_the_old_proxy_does_not_bring_the_password_back(office: _Office) -> None:
    office.settings().change(WITH_PASSWORD, by="alice")
    office.change(proxy__host="other")
    office.change(proxy__host="proxy.example.com")

    assert office.settings().shared().proxy.password is None


def test_another_user_keeps_the_password(office: _Office) -> None:
    office.settings().change(WITH_PASSWORD, by="alice")
    office.change(proxy__user="other", proxy__domain="CORP")

    assert office.settings().shared().proxy.password == PASSWORD


def test_unticking_the_credentials_forgets_the_password(office: _Office) -> None:
    office.settings().change(WITH_PASSWORD, by="alice")
    outcome = office.change(proxy__use_credentials="false")
    office.change(proxy__use_credentials="true")

    assert _said(outcome, "is forgotten")
    assert office.settings().shared().proxy.password is None


def test_an_environment_cannot_send_a_stored_password_elsewhere(office: _Office) -> None:
    office.settings().change(WITH_PASSWORD, by="alice")

    elsewhere = office.settings({"HEADGATE_PROXY_HOST": "evil"}).shared()

    assert elsewhere.proxy.host == "evil"
    assert elsewhere.proxy.password is None


def test_credentials_without_a_password_are_pointed_out(office: _Office) -> None:
    outcome = office.settings().change(
        {name: text for name, text in WITH_PASSWORD.items() if name != "proxy.password"},
        by="alice",
    )

    assert _said(outcome, "headgate settings set proxy.password")


def test_the_environment_wins_and_locks(office: _Office) -> None:
    office.change(proxy__port="3128")
    settings = office.settings({"HEADGATE_PROXY_PORT": "8080"})

    (setting,) = settings.show("proxy.port")
    assert (setting.value, setting.origin, setting.locked) == (8080, "environment", True)
    with pytest.raises(LockedSettingError, match="HEADGATE_PROXY_PORT"):
        settings.change({"proxy.port": "1"}, by="alice")


def test_a_wrong_environment_names_its_variable(office: _Office) -> None:
    with pytest.raises(WrongValueError, match="HEADGATE_PROXY_PORT"):
        office.settings({"HEADGATE_PROXY_PORT": "many"}).shared()


def test_a_section_is_shown_alone_and_an_unknown_one_is_answered(office: _Office) -> None:
    keys = [setting.key for setting in office.settings().show("schedule")]

    assert keys == ["schedule.mode", "schedule.first", "schedule.per_day", "schedule.zone"]
    with pytest.raises(UnknownSettingError):
        office.settings().show("shedule")


def test_english_is_always_kept_and_says_why(office: _Office) -> None:
    outcome = office.change(languages__mode="selected", languages__selected="sv,de")

    assert office.settings().shared().languages.selected == ("de", "en", "sv")
    assert _said(outcome, "English is kept")


def test_what_does_not_count_yet_is_said(office: _Office) -> None:
    early = office.change(languages__selected="en,de")
    in_time = office.change(languages__mode="selected")

    assert _said(early, "only with languages.mode=selected: languages.selected.")
    assert in_time.sentences == ()


def test_a_schedule_names_its_time_zone(office: _Office) -> None:
    outcome = office.change(schedule__mode="daily")

    assert _said(outcome, "Europe/Stockholm")


def _something_from_the_source(engine: Engine) -> None:
    product, classification = a_guid(), a_guid()
    with transactions.write(engine) as conn:
        anchors.keep_anchor(conn, scope="updates", source="s", anchor="7,2026", at=NOON)
        anchors.replace_anchored_categories(
            conn, {"product": [product], "classification": [classification]}
        )
        anchors.write_listing(
            conn,
            scope="updates",
            source="s",
            anchor="8,2026",
            categories={"product": [product]},
            identities=[RevisionIdentity(a_guid(), 1)],
            at=NOON,
        )


def _what_the_source_said(engine: Engine) -> list[object]:
    with transactions.read(engine) as conn:
        return [
            anchors.kept_anchor(conn, scope="updates", source="s"),
            anchors.unfinished_listing(conn, scope="updates", source="s"),
            anchors.anchored_categories(conn)["product"] or None,
            todo.count(conn, "updates") or None,
        ]


@pytest.mark.parametrize(
    "change", [{"source.host": "other"}, {"source.port": "80"}, {"source.tls": "false"}]
)
def test_another_source_forgets_what_the_old_one_said(
    office: _Office, change: dict[str, str]
) -> None:
    office.change(source__kind="upstream", source__host="wsus")
    _something_from_the_source(office.engine)

    outcome = office.settings().change(change, by="alice")

    assert _what_the_source_said(office.engine) == [None] * 4
    assert _said(outcome, "Another update source")


def test_the_same_source_keeps_what_it_said(office: _Office) -> None:
    office.change(source__kind="upstream", source__host="wsus")
    _something_from_the_source(office.engine)

    outcome = office.change(source__host="WSUS", source__ca_file="/ca.pem", proxy__port="3128")

    assert None not in _what_the_source_said(office.engine)
    assert not _said(outcome, "Another update source")


def test_settings_are_changed_while_a_synchronization_runs(office: _Office) -> None:
    with transactions.write(office.engine) as conn:
        jobs.enqueue(conn, kind="synchronize", payload={}, by="bob", at=NOON)
        jobs.claim(conn, at=NOON)

    assert office.change(proxy__port="3128").changed == ("proxy.port",)


def test_what_would_be_fetched_is_said_before_it_is_saved(office: _Office) -> None:
    file = UpdateFile(sha1=b"\x01" * 20, sha256=None, name="a.cab", size=5_000)
    with transactions.write(office.engine) as conn:
        ingestion.store_batch(
            conn, [incoming(a_revision(files=(file,)))], arrived_at=NOON, run_id=None
        )
    settings = office.settings()

    foreseen = settings.foresee({"content.deferred": "false"}, by="alice")

    assert foreseen.due == FileTotal(count=1, size=5_000)
    assert settings.shared().content.deferred is True
    assert settings.change({"content.deferred": "false"}, by="alice").due == foreseen.due
    assert settings.change({"schedule.first": "04:00"}, by="alice").due is None


def test_form_learns_everything_that_is_wrong_at_once(office: _Office) -> None:
    found = office.settings().check(
        {
            "proxy.enabled": "true",
            "proxy.port": "70000",
            "schedule.first": "25:00",
            "schedule.per_day": "4",
            "source.kind": "upstream",
        }
    )

    assert found.keys() == {"proxy.host", "proxy.port", "schedule.first", "source.host"}
    assert found["proxy.port"] == "It must be a number from 1 to 65535."


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("https://proxy", "without http://"),
        ("proxy/x", "without a path"),
        ("my proxy", "no blanks"),
        ("proxy:8080", "port in its own box"),
        ("[fe80::1]:80", "port in its own box"),
        ("pröxy", "the name or address of a server alone"),
    ],
)
def test_name_with_something_besides_is_told_what(office: _Office, text: str, says: str) -> None:
    assert says in office.settings().check({"proxy.host": text})["proxy.host"]


@pytest.mark.parametrize("text", ["proxy", "10.0.0.5", "fe80::1", "[fe80::1]", ""])
def test_names_and_addresses_alone_are_fine(office: _Office, text: str) -> None:
    assert office.settings().check({"proxy.host": text}) == {}


def test_imagined_settings_are_not_saved(office: _Office) -> None:
    office.change(**{name.replace(".", "__"): text for name, text in WITH_PASSWORD.items()})

    same_proxy = office.settings().imagine({"proxy.domain": "CORP"}).proxy
    other_proxy = office.settings().imagine({"proxy.host": "other"}).proxy
    typed = office.settings().imagine({"proxy.host": "other", "proxy.password": "typed"}).proxy

    assert (same_proxy.domain, same_proxy.password) == ("CORP", PASSWORD)
    assert (other_proxy.host, other_proxy.password) == ("other", None), "it belongs to one proxy"
    assert typed.password == "typed"
    assert office.settings().shared().proxy.domain is None


def test_password_a_page_carries_opens_in_its_session_alone(office: _Office) -> None:
    sealed = office.settings().sealed(PASSWORD, bearer="a session")

    assert PASSWORD not in sealed
    assert office.settings().unsealed(sealed, bearer="a session") == PASSWORD
    assert office.settings().unsealed(sealed, bearer="another") is None
    assert office.settings().unsealed("not sealed at all", bearer="a session") is None


def test_chosen_settings_are_not_hidden_by_the_source(office: _Office) -> None:
    office.change(source__host="wsus", source__tls="false")

    chosen = office.settings().chosen()

    assert (chosen["source.kind"], chosen["source.host"]) == ("microsoft", "wsus")
    assert chosen["source.port"] is None
    assert "proxy.password" not in chosen
