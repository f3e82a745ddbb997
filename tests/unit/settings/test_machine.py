from pathlib import Path

import pytest

from headgate.settings.machine import machine_locale, machine_zone


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("LANG=de_DE.UTF-8\n", "de-de"),
        ('LANG="sv_SE.UTF-8"\nLC_TIME=C\n', "sv-se"),
        ("# LANG=de_DE\nexport LANG=pt_BR\n", "pt-br"),
        ("LANG=de_DE.UTF-8\nLC_ALL=fr_FR.UTF-8\n", "fr-fr"),
        ("LANG=ja\n", "ja"),
    ],
)
def test_the_locale_is_the_machines(text: str, language: str, tmp_path: Path) -> None:
    file = tmp_path / "locale.conf"
    file.write_text(text)

    assert machine_locale([file]).language == language


@pytest.mark.parametrize("name", ["C", "POSIX", "C.UTF-8"])
def test_the_locale_that_is_none_counts_as_english_and_says_so(name: str, tmp_path: Path) -> None:
    file = tmp_path / "locale.conf"
    file.write_text(f"LANG={name}\n")

    found = machine_locale([tmp_path / "absent", file])

    assert found.language == "en"
    assert name in found.reason
    assert "counts as English" in found.reason


def test_a_machine_without_a_locale_counts_as_english(tmp_path: Path) -> None:
    empty = tmp_path / "locale"
    empty.write_text("LC_TIME=de_DE.UTF-8\n")

    found = machine_locale([tmp_path / "absent", empty])

    assert (found.language, "counts as English" in found.reason) == ("en", True)


def test_the_zone_is_where_the_link_points(tmp_path: Path) -> None:
    link, file = tmp_path / "localtime", tmp_path / "timezone"
    link.symlink_to("../usr/share/zoneinfo/Europe/Stockholm")
    file.write_text("America/New_York\n")

    assert machine_zone(link, file) == "Europe/Stockholm"


def test_a_copied_clock_file_leaves_the_written_name(tmp_path: Path) -> None:
    link, file = tmp_path / "localtime", tmp_path / "timezone"
    link.write_bytes(b"TZif")
    file.write_text("America/New_York\n")

    assert machine_zone(link, file) == "America/New_York"


def test_an_unknown_zone_is_utc(tmp_path: Path) -> None:
    link, file = tmp_path / "localtime", tmp_path / "timezone"
    link.symlink_to("/usr/share/zoneinfo/Mars/Olympus")
    file.write_text("local\n")

    assert machine_zone(link, file) == "UTC"
