"""Settings, the audit trail and the installation's row on every database."""

from datetime import timedelta

from headgate.storage import audit, installation, settings_rows, transactions
from headgate.storage.engine import Engine
from tests.cast import NOON

LATER = NOON + timedelta(hours=1)


def test_what_was_chosen_is_found_with_who_and_when(engine: Engine) -> None:
    with transactions.write(engine) as conn:
        settings_rows.choose(conn, "languages.selected", ["de", "en"], by="alice", at=NOON)
        settings_rows.choose(conn, "proxy.enabled", True, by="alice", at=NOON)
        settings_rows.choose(conn, "proxy.enabled", False, by="bob", at=LATER)

    with transactions.read(engine) as conn:
        rows = settings_rows.chosen_settings(conn)
    assert {key: row.value for key, row in rows.items()} == {
        "languages.selected": ["de", "en"],
        "proxy.enabled": False,
    }
    assert (rows["proxy.enabled"].changed_by, rows["proxy.enabled"].changed_at) == ("bob", LATER)


def test_a_secret_has_no_readable_value(engine: Engine) -> None:
    with transactions.write(engine) as conn:
        settings_rows.choose_secret(conn, "proxy.password", b"\x01sealed", by="alice", at=NOON)

    with transactions.read(engine) as conn:
        row = settings_rows.chosen_settings(conn)["proxy.password"]
    assert (row.value, row.secret) == (None, b"\x01sealed")


def test_forgetting_goes_back_to_the_default_and_may_be_repeated(engine: Engine) -> None:
    with transactions.write(engine) as conn:
        settings_rows.choose(conn, "proxy.port", 3128, by="alice", at=NOON)
        settings_rows.forget(conn, "proxy.port")
        settings_rows.forget(conn, "proxy.port")

        assert settings_rows.chosen_settings(conn) == {}


def test_the_last_change_among_settings_is_the_newest(engine: Engine) -> None:
    with transactions.write(engine) as conn:
        settings_rows.choose(conn, "schedule.mode", "daily", by="alice", at=NOON)
        settings_rows.choose(conn, "schedule.first", "04:00", by="alice", at=LATER)

        assert settings_rows.last_change_among(conn, ["schedule.mode"]) == NOON
        assert settings_rows.last_change_among(conn, ["schedule.mode", "schedule.first"]) == LATER
        assert settings_rows.last_change_among(conn, ["proxy.port"]) is None


def test_the_audit_trail_is_read_newest_first(engine: Engine) -> None:
    with transactions.write(engine) as conn:
        for number in range(3):
            detail = {"n": number}
            audit.note(conn, actor="alice", action="settings changed", detail=detail, at=NOON)

        assert [line.detail["n"] for line in audit.latest_lines(conn, limit=2)] == [2, 1]


def test_an_installation_is_made_once_and_stays_who_it_is(engine: Engine) -> None:
    with transactions.write(engine) as conn:
        before = installation.this_installation(conn)
        installation.make_installation(conn, at=LATER)

        assert installation.this_installation(conn) == before
    assert 0 <= before.schedule_offset <= 1800
    assert before.created_at == NOON
