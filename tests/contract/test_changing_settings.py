"""Two administrators save at the same moment: one is first, the other is told."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from headgate.services.settings.configuring import Configuring
from headgate.services.settings.meanwhile import ChangedMeanwhileError
from headgate.settings.secrets import SecretKey
from headgate.storage.engine import Engine

KEYS = ("proxy.host", "proxy.port", "proxy.password", "languages.selected")


@pytest.fixture
def configuring(engine: Engine, tmp_path: Path) -> Configuring:
    return Configuring(
        engine=engine,
        secret_key=SecretKey(tmp_path / "secret.key"),
        environment={},
        machine_zone=lambda: "UTC",
    )


def test_of_two_at_once_one_saves_and_the_other_sees_it(configuring: Configuring) -> None:
    seen = configuring.seen(KEYS)
    together = threading.Barrier(2)

    def save(port: str) -> str:
        together.wait(20)
        try:
            configuring.change({"proxy.port": port}, by=f"admin {port}", seen=seen)
        except ChangedMeanwhileError as error:
            (change,) = error.changes
            return f"{change.key} {change.before} {change.after} {change.by}"
        return "saved"

    with ThreadPoolExecutor(2) as threads:
        outcomes = sorted(threads.map(save, ("8080", "3128")))

    port = configuring.shared().proxy.port
    assert outcomes == [f"proxy.port 80 {port} admin {port}", "saved"]


def test_what_was_changed_elsewhere_does_not_matter(configuring: Configuring) -> None:
    seen = configuring.seen(KEYS)
    configuring.change({"schedule.mode": "daily"}, by="bob")

    outcome = configuring.change({"languages.selected": "de,sv"}, by="alice", seen=seen)

    assert outcome.changed == ("languages.selected",)
    assert configuring.shared().languages.selected == ("de", "en", "sv")


def test_same_change_twice_is_harmless(configuring: Configuring) -> None:
    seen = configuring.seen(KEYS)
    change = {"proxy.host": "other", "proxy.port": "3128"}

    first = configuring.change(change, by="alice", seen=seen)
    second = configuring.change(change, by="alice", seen=seen)

    assert (first.changed, second.changed) == (("proxy.host", "proxy.port"), ())


def test_setting_gone_back_to_its_default_has_somebody_who_did_it(
    configuring: Configuring,
) -> None:
    configuring.change({"proxy.host": "proxy"}, by="alice")
    seen = configuring.seen(KEYS)
    configuring.change({"proxy.host": ""}, by="bob")

    (change,) = configuring.meanwhile(seen)

    assert (change.before, change.after, change.by) == ("proxy", None, "bob")
    assert change.at is not None


def test_password_changed_meanwhile_is_told_without_its_values(configuring: Configuring) -> None:
    credentials = {"proxy.use_credentials": "true", "proxy.user": "sync"}
    configuring.change({**credentials, "proxy.password": "hunter1"}, by="alice")
    seen = configuring.seen(KEYS)
    configuring.change({"proxy.password": "hunter2"}, by="bob")

    (change,) = configuring.meanwhile(seen)

    assert (change.key, change.by) == ("proxy.password", "bob")
    assert "hunter" not in f"{seen} {change}"
