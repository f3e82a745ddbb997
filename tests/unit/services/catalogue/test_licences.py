"""Licences are text, or are said to be none."""

import hashlib
import zlib
from pathlib import Path

import pytest

from headgate.catalogue.files import FilePresence
from headgate.catalogue.update_details import DetailedFile
from headgate.content.local import LocalStore
from headgate.services.catalogue.licences import read_licence


@pytest.mark.parametrize(
    ("data", "is_text"),
    [
        (b"Terms\r\n\x0c\tof use\r\n\x1a", True),
        ("§ 1 Grüße – für alle".encode("cp1252"), True),
        ("Условия".encode("utf-16"), True),
        (b"", True),
        (zlib.compress(bytes(range(256)) * 40), False),
        (b"MZ\x90\x00\x03\x00\x00\x00", False),
    ],
)
def test_a_licence_that_is_no_text_is_not_shown(data: bytes, is_text: bool, tmp_path: Path) -> None:
    sha1 = hashlib.sha1(data).digest()
    store = LocalStore(tmp_path / "content")
    aside = store.aside(sha1)
    aside.write_bytes(data)
    store.keep(aside, sha1, "eula.txt")
    file = DetailedFile(
        name="eula.txt",
        size=len(data),
        sha1=sha1,
        sha256=None,
        mu_url=None,
        patching_type=None,
        language=None,
        is_eula=True,
        presence=FilePresence.PRESENT,
    )

    found = read_licence(store, [file], ["en"], "en")

    assert found is not None
    assert (found.unreadable is None) is is_text
    if not is_text:
        assert found.text == ""
        assert "cannot be shown" in found.said
