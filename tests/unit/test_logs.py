"""Log lines go to stderr, and no secret is in them."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from headgate import logs


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_is_one_json_object_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", json=True)

    logs.get_logger("headgate.sync.run").info("synchronization ended", new=3)

    out, err = capsys.readouterr()
    line = json.loads(err)
    assert out == ""
    assert (line["event"], line["new"], line["level"]) == ("synchronization ended", 3, "info")
    assert line["logger"] == "headgate.sync.run"
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize("as_json", [True, False])
def test_secrets_are_redacted_at_any_depth(
    capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    logs.configure("info", json=as_json)

    logs.get_logger("test").info(
        "asked the proxy",
        proxy_password="hunter2",
        headers={"Proxy-Authorization": "hunter2", "Host": "kept.example"},
        calls=[{"Cookie": "hunter2"}],
    )

    err = capsys.readouterr().err
    assert "hunter2" not in err
    assert err.count(logs.REDACTED) == 3
    assert "kept.example" in err


def test_lines_of_libraries_pass_the_same_filter(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("warning", json=True)

    logging.getLogger("some.library").warning("retrying")
    logging.getLogger("some.library").info("too quiet to be seen")

    lines = capsys.readouterr().err.splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["retrying"]


def test_an_exception_is_written_with_its_cause(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", json=True)

    try:
        raise ValueError("the reason")
    except ValueError:
        logs.get_logger("test").exception("batch failed")

    assert "ValueError: the reason" in json.loads(capsys.readouterr().err)["exception"]


def test_a_library_exception_keeps_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", json=True)

    try:
        raise ValueError("the reason")
    except ValueError:
        logging.getLogger("some.library").exception("failed")

    assert "ValueError: the reason" in json.loads(capsys.readouterr().err)["exception"]


@pytest.mark.parametrize("json", [True, False])
def test_an_exception_does_not_tell_what_its_functions_were_given(
    capsys: pytest.CaptureFixture[str], json: bool
) -> None:
    def sign_in(typed: str) -> None:
        raise ValueError(f"{len(typed)} characters")

    logs.configure("info", json=json)
    try:
        sign_in("hunter" + str(2))
    except ValueError:
        logging.getLogger("some.library").exception("failed")

    written = capsys.readouterr().err
    assert "ValueError: 7 characters" in written
    assert "hunter2" not in written


def test_stdout_stays_clean_before_logging_is_configured(
    capsys: pytest.CaptureFixture[str],
) -> None:
    structlog.reset_defaults()

    logs.get_logger("test").warning("early")

    assert capsys.readouterr().out == ""


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="Unknown level"):
        logs.configure("loud", json=False)
