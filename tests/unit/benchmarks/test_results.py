from pathlib import Path

import pytest
from benchmarks import results
from benchmarks.children import CommandFailed, headgate, run
from benchmarks.figures import MEGABYTES, SECONDS, Figure

FIGURES = [
    Figure(what="kept", value=4.9, unit=SECONDS, limit=10),
    Figure(what="missed", value=330, unit=MEGABYTES, limit=300),
    Figure(what="told", value=1, unit=SECONDS),
]


def test_a_section_says_which_targets_were_missed() -> None:
    text = results.section("Import", FIGURES, command="bench", circumstances=["now"])

    assert "| kept | 4.90 s | at most 10.0 s | 49% |" in text
    assert "| missed | 330 MB | at most 300 MB | **110%, missed** |" in text
    assert "| told | 1.00 s | - | - |" in text
    assert [figure.is_missed for figure in FIGURES] == [False, True, False]


def test_what_may_not_happen_at_all_has_no_share() -> None:
    none, some = (Figure(what="errors", value=count, unit="", limit=0) for count in (0, 2))

    assert (none.share, some.share) == ("-", "**missed**")


def test_measuring_again_replaces_a_section_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "RESULTS.md"
    file.write_text("By hand.\n", "utf-8")
    results.keep("one", r"old \1", file)
    results.keep("two", "other", file)
    results.keep("one", r"new \1", file)

    text = file.read_text("utf-8")
    assert text.startswith("By hand.\n")
    assert text.count("<!-- measured: one -->") == 1
    assert "old" not in text
    assert r"new \1" in text
    assert "other" in text


def test_a_command_that_fails_says_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="cannot be read"):
        run(headgate("--data", str(tmp_path / "d"), "import", str(tmp_path / "missing.cab")))
