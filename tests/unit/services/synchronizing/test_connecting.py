"""The way to the source, as the settings say it."""

from pathlib import Path

import pytest

from headgate.services.synchronizing import connecting
from headgate.settings.shared import Shared, shared_settings


def _settings(**source: object) -> Shared:
    return shared_settings(
        {f"source.{name}": value for name, value in source.items()},  # type: ignore[misc]
        machine_zone="UTC",
    )


@pytest.mark.parametrize(
    ("host", "url", "content"),
    [
        ("wsus.example.com", "https://wsus.example.com:8531", "http://wsus.example.com:8530"),
        ("fd00::5", "https://[fd00::5]:8531", "http://[fd00::5]:8530"),
    ],
)
def test_an_address_is_written_as_browsers_write_it(host: str, url: str, content: str) -> None:
    source = _settings(kind="upstream", host=host).source

    assert connecting.base_url(source) == url
    assert connecting.parent_content_url(source) == f"{content}/Content"


def test_an_authority_of_our_own_is_not_trusted_for_microsoft() -> None:
    upstream = _settings(kind="upstream", host="wsus", ca_file="/etc/ca.pem")
    microsoft = _settings(kind="microsoft", ca_file="/etc/ca.pem")

    assert connecting.transport_settings(upstream).ca_file == Path("/etc/ca.pem")
    assert connecting.transport_settings(microsoft).ca_file is None
