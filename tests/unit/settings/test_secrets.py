from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from headgate.settings.secrets import SecretKey, SecretKeyError


def test_a_secret_comes_back_for_its_purpose_only(tmp_path: Path) -> None:
    key = SecretKey(tmp_path / "secret.key")

    sealed = key.seal("hunter2", purpose="proxy a 80")

    assert b"hunter2" not in sealed
    assert key.open(sealed, purpose="proxy a 80") == "hunter2"
    assert key.open(sealed, purpose="proxy b 80") is None


def test_the_same_secret_looks_different_each_time(tmp_path: Path) -> None:
    key = SecretKey(tmp_path / "secret.key")

    assert key.seal("hunter2", purpose="p") != key.seal("hunter2", purpose="p")


def test_the_key_file_is_made_on_first_use_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    SecretKey(file).open(b"\x01" + bytes(40), purpose="p")
    assert not file.exists()

    SecretKey(file).seal("hunter2", purpose="p")

    assert file.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["secret.key"]


def test_two_who_make_the_key_at_once_have_the_same(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"

    with ThreadPoolExecutor(8) as pool:
        sealed = list(pool.map(lambda n: SecretKey(file).seal(str(n), purpose="p"), range(16)))

    opened = [SecretKey(file).open(one, purpose="p") for one in sealed]
    assert opened == [str(n) for n in range(16)]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_key_others_can_read_is_refused(mode: int, tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    sealed = SecretKey(file).seal("hunter2", purpose="p")
    file.chmod(mode)

    with pytest.raises(SecretKeyError, match="can be read by others") as caught:
        SecretKey(file).open(sealed, purpose="p")

    assert "chmod 600" in caught.value.next_step


def test_a_file_that_is_no_key_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    file.write_text("hello")
    file.chmod(0o600)

    with pytest.raises(SecretKeyError, match="does not contain a key"):
        SecretKey(file).seal("x", purpose="p")


def test_a_secret_of_another_key_is_nothing(tmp_path: Path) -> None:
    sealed = SecretKey(tmp_path / "old.key").seal("hunter2", purpose="p")
    new = SecretKey(tmp_path / "new.key")
    new.seal("something", purpose="p")

    assert new.open(sealed, purpose="p") is None
    assert new.open(sealed[:9], purpose="p") is None
