"""Which addresses people are told, whatever the settings say about the next start."""

import json
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from headgate.errors import SettingsError
from headgate.services.way_in.addresses import Addresses, Serving
from headgate.services.way_in.server_names import ServerNames
from headgate.settings.local import local_settings

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BOTH = Serving(
    http="0.0.0.0:8530",
    https="0.0.0.0:8531",
    http_setting="0.0.0.0:8530",
    https_setting="0.0.0.0:8531",
)


def _addresses(folder: Path, *names: str, **environment: str) -> Addresses:
    return Addresses(
        file=folder / "serving.json",
        names=ServerNames(lambda: names or ("wsus.example.com", "wsus")),
        local=lambda: local_settings(folder / "headgate.toml", environment),
        trusted_proxies=("10.0.0.0/8",),
    )


def _serving(folder: Path, serving: Serving = BOTH) -> Addresses:
    addresses = _addresses(folder)
    addresses.begin(serving)
    addresses.announce(at=NOW)
    return addresses


def test_without_a_server_the_settings_say_where_one_will_be(tmp_path: Path) -> None:
    present = _addresses(tmp_path, HEADGATE_LISTEN_HTTP="0.0.0.0:80").present()

    assert not present.running
    assert present.https == ("https://wsus.example.com:8531", "https://wsus:8531")
    assert present.http == ("http://wsus.example.com", "http://wsus")
    assert present.console == "https://wsus.example.com:8531/console/"


def test_another_process_sees_where_the_server_listens(tmp_path: Path) -> None:
    _serving(tmp_path)

    other = _addresses(tmp_path)

    assert other.present().running
    assert (other.tls_port, other.server_name) == (8531, "wsus.example.com")
    assert stat.S_IMODE((tmp_path / "serving.json").stat().st_mode) == 0o600


def test_a_changed_port_counts_after_the_next_start(tmp_path: Path) -> None:
    _serving(tmp_path)
    (tmp_path / "headgate.toml").write_text('[listen]\nhttps = "0.0.0.0:9443"\n')

    present = _addresses(tmp_path).present()

    assert present.console == "https://wsus.example.com:8531/console/"
    assert present.change is not None
    assert "After the next start" in present.change
    assert "https://wsus.example.com:9443/console/" in present.change


def test_without_a_change_nothing_is_said(tmp_path: Path) -> None:
    assert _serving(tmp_path).present().change is None


def test_what_an_option_decided_is_no_change(tmp_path: Path) -> None:
    serving = Serving(http="127.0.0.1:4711", https=None, http_setting=None, https_setting=None)

    present = _serving(tmp_path, serving).present()

    assert present.all == ("http://127.0.0.1:4711",)
    assert present.change is None


def test_a_settings_file_that_was_damaged_is_said_while_the_server_still_runs(
    tmp_path: Path,
) -> None:
    addresses = _serving(tmp_path)
    (tmp_path / "headgate.toml").write_text("[listen")

    present = addresses.present()

    assert present.console == "https://wsus.example.com:8531/console/"
    assert present.change is not None
    assert "no TOML file" in present.change
    addresses.end()
    with pytest.raises(SettingsError):
        addresses.present()


@pytest.mark.parametrize(
    ("listens", "names", "urls"),
    [
        ("[::]:8531", (), ("https://wsus.example.com:8531", "https://wsus:8531")),
        ("0.0.0.0:443", ("fd00::5", "wsus"), ("https://[fd00::5]", "https://wsus")),
        ("127.0.0.1:8531", ("wsus",), ("https://127.0.0.1:8531",)),
        ("[::1]:8531", (), ("https://[::1]:8531",)),
    ],
)
def test_addresses_are_names_unless_only_this_machine_is_listened_to(
    tmp_path: Path, listens: str, names: tuple[str, ...], urls: tuple[str, ...]
) -> None:
    addresses = _addresses(tmp_path, *names)
    addresses.begin(
        Serving(http="0.0.0.0:8530", https=listens, http_setting=None, https_setting=None)
    )

    assert addresses.present().https == urls


def test_a_single_address_is_shown_as_it_is_unless_names_were_chosen(tmp_path: Path) -> None:
    chosen: list[str] = []
    addresses = Addresses(
        file=tmp_path / "serving.json",
        names=ServerNames(lambda: tuple(chosen)),
        local=lambda: local_settings(tmp_path / "headgate.toml", {}),
        trusted_proxies=(),
    )
    addresses.begin(
        Serving(http="10.0.0.5:8530", https=None, http_setting=None, https_setting=None)
    )

    assert addresses.present().all == ("http://10.0.0.5:8530",)
    chosen.append("updates.example.com")
    assert addresses.present().all == ("http://updates.example.com:8530",)


def test_a_link_goes_over_tls_or_stays_on_this_machine(tmp_path: Path) -> None:
    addresses = _serving(tmp_path)

    assert addresses.link("x") == "https://wsus.example.com:8531/console/link?token=x"
    addresses.begin(Serving(http="0.0.0.0:8530", https=None, http_setting=None, https_setting=None))
    assert addresses.link("x") == "http://127.0.0.1:8530/console/link?token=x"
    assert addresses.tls_port is None


def test_a_server_that_ended_leaves_no_record(tmp_path: Path) -> None:
    _serving(tmp_path).end()

    assert not (tmp_path / "serving.json").exists()
    assert not _addresses(tmp_path).present().running


def test_a_server_that_was_killed_is_not_believed(tmp_path: Path) -> None:
    _serving(tmp_path)
    record = json.loads((tmp_path / "serving.json").read_text())
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()

    (tmp_path / "serving.json").write_text(json.dumps(record | {"pid": dead.pid}))

    assert not _addresses(tmp_path).present().running


def test_a_process_that_got_the_number_of_a_dead_server_is_no_server(tmp_path: Path) -> None:
    _serving(tmp_path)
    record = json.loads((tmp_path / "serving.json").read_text())

    (tmp_path / "serving.json").write_text(json.dumps(record | {"born": record["born"] - 1}))

    assert record["pid"] == os.getpid()
    assert not _addresses(tmp_path).present().running


@pytest.mark.parametrize("text", ["", "[]", "{", '{"pid": 1}', '{"pid": "x", "born": 1}'])
def test_a_damaged_record_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "serving.json").write_text(text)

    assert not _addresses(tmp_path).present().running


def test_a_server_that_ends_leaves_the_record_of_another(tmp_path: Path) -> None:
    addresses = _serving(tmp_path)
    record = json.loads((tmp_path / "serving.json").read_text())
    (tmp_path / "serving.json").write_text(json.dumps(record | {"pid": os.getppid()}))

    addresses.end()

    assert (tmp_path / "serving.json").exists()
