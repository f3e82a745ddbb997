from pathlib import Path

import pytest

from headgate.errors import SettingsError
from headgate.settings.local import local_settings


def _written(folder: Path, text: str) -> Path:
    file = folder / "headgate.toml"
    file.write_text(text, "utf-8")
    return file


def test_without_file_and_environment_the_defaults_count(tmp_path: Path) -> None:
    local = local_settings(tmp_path / "headgate.toml", {})

    assert (local.listen_http, local.listen_https) == ("0.0.0.0:8530", "0.0.0.0:8531")
    assert (local.database_url, local.log_level, local.log_json) == (None, "info", False)


def test_trusted_proxies_are_written_as_a_list_or_as_one_text(tmp_path: Path) -> None:
    listed = _written(tmp_path, '[listen]\ntrusted_proxies = ["10.0.0.5", "10.1.0.0/16"]\n')
    networks = local_settings(listed, {}).trusted_proxies

    assert networks == ("10.0.0.5/32", "10.1.0.0/16")
    joined = {"HEADGATE_LISTEN_TRUSTED_PROXIES": "10.0.0.5,10.1.0.0/16"}
    assert local_settings(tmp_path / "none", joined).trusted_proxies == networks


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = _written(tmp_path, '[listen]\nhttp = "127.0.0.1:1"\n[log]\nlevel = "debug"\n')

    local = local_settings(file, {"HEADGATE_LISTEN_HTTP": "127.0.0.1:2"})

    assert (local.listen_http, local.log_level) == ("127.0.0.1:2", "debug")


def test_what_stays_free_is_said_in_megabytes(tmp_path: Path) -> None:
    file = _written(tmp_path, "[content]\nkeep_free_mb = 2500\n")

    assert local_settings(file, {}).keep_free == 2_500_000_000
    assert local_settings(file, {"HEADGATE_CONTENT_KEEP_FREE_MB": "0"}).keep_free == 0
    assert local_settings(tmp_path / "none", {}).keep_free is None


def test_a_secret_is_read_from_the_file_the_environment_names(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://u:pw@db/headgate\n")

    local = local_settings(tmp_path / "none", {"HEADGATE_DATABASE_URL_FILE": str(tmp_path / "url")})

    assert local.database_url == "postgresql://u:pw@db/headgate"
    assert "pw" not in repr(local)


def test_a_secret_file_that_is_missing_is_loud(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere"
    with pytest.raises(SettingsError, match="HEADGATE_DATABASE_URL_FILE") as caught:
        local_settings(tmp_path / "none", {"HEADGATE_DATABASE_URL_FILE": str(missing)})

    assert str(missing) in str(caught.value)


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    environment = {"HEADGATE_DATABASE_URL": "sqlite://", "HEADGATE_DATABASE_URL_FILE": "/x"}
    with pytest.raises(SettingsError, match="Both"):
        local_settings(tmp_path / "none", environment)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[listen]\nhtp = "x"\n', "listen.http"),
        ('[source]\nhost = "x"\n', "headgate settings set source.host"),
        ("listen = 1", "no setting 'listen'"),
        ('[listen]\nhttp = "localhost"\n', "HOST:PORT"),
        ('[listen]\nhttps = "0.0.0.0:99999"\n', "or off"),
        ("[listen", "TOML"),
        ('[log]\nlevel = "loud"\n', "debug, info, warning or error"),
    ],
)
def test_what_is_wrong_in_the_file_is_said_with_its_name(
    text: str, said: str, tmp_path: Path
) -> None:
    file = _written(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        local_settings(file, {})

    assert str(file) in str(caught.value)
    assert said in caught.value.sentence()
