"""Bad answers of an update source, as somebody at the command line reads them.

In front of the lab stands a server that passes questions on, and gives the answers a test scripts
in their place. The command runs in this process, so that its pauses between tries need not be
waited for; all else is as from a shell. Whatever happened, the run after it ends with the catalogue
an undisturbed one has.
"""

import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.catalogue_picture import Picture, picture
from tests.commands import Ended
from tests.databases import lay_schema, opened
from tests.journeys.conftest import impatient
from tests.scripted_source import (
    Asked,
    Reply,
    Script,
    ScriptedSource,
    fault,
    faulting,
    scripted_source,
    xpress,
)
from tests.upstream_lab import RunningLab

from headgate.cli import main
from headgate.storage.engine import sqlite_url

Command = Callable[..., Ended]

PAGE = b"<!DOCTYPE html><html><head><title>Sign in to the network</title></head></html>"
#: Called so often GetUpdateData is in the middle of the updates.
MIDDLE = 4


@pytest.fixture
def front(lab: RunningLab) -> Iterator[ScriptedSource]:
    with scripted_source() as source:
        source.tells_date = False
        source.ordinary = lambda asked: _pass_on(lab, asked)  # type: ignore[method-assign]
        yield source


def _pass_on(lab: RunningLab, asked: Asked) -> Reply:
    headers = {name: asked.headers[name] for name in ("content-type", "soapaction")}
    question = urllib.request.Request(lab.address + asked.path, asked.body.encode(), headers)
    try:
        with urllib.request.urlopen(question) as answer:
            return Reply(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.read(), error.code)


@pytest.fixture
def headgate(
    tmp_path: Path,
    front: ScriptedSource,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Command]:
    """`headgate --data DIR …` in this process; the front is the source."""
    monkeypatch.setattr("headgate.sync.job._pause", impatient)

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr("sys.argv", ["headgate", "--data", str(tmp_path / "data"), *arguments])
        try:
            code = main.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return Ended(code, said.out, said.err)

    port = front.base_url.rpartition(":")[2]
    source = ("source.kind=upstream", "source.host=127.0.0.1", f"source.port={port}")
    lay_schema(tmp_path / "data")
    before = os.umask(0o077)
    assert run("settings", "set", *source, "source.tls=false").code == 0
    yield run
    os.umask(before)


def _assert_failed(headgate: Command, *words: str) -> str:
    """Synchronize in vain; check the failure's face and its row, and return the sentence."""
    ended = headgate("sync", "now", "--yes", "--json")
    assert (ended.code, ended.out) == (1, ""), ended
    _progress, error, told = f"\n{ended.err}".rpartition("\nError: ")
    problem, _, next_step = told.partition("\nNext:  ")
    assert error
    assert "\n" not in problem
    assert next_step.strip().endswith((".", "FILE.log"))
    sentence = f"{problem} {next_step.strip()}"
    for word in words:
        assert word in sentence
    row = headgate("sync", "history", "--json").json[0]
    assert (row["result"], row["reason"]) == ("failed", sentence)
    assert [one["reason"] for one in row["problems"]] == [sentence]
    return sentence


def _assert_mended(headgate: Command, data: Path, calm: Picture) -> None:
    """Synchronize in calm weather: nothing is missing, nothing is doubled."""
    ended = headgate("sync", "now", "--yes", "--json")
    assert ended.code == 0, ended.err
    assert (ended.json["result"], ended.json["problems"]) == ("succeeded", [])
    with opened(sqlite_url(data / "data" / "headgate.db")) as engine:
        assert picture(engine).differences(calm) == []


# --- trouble that does not pass


def _page(_asked: Asked) -> Reply:
    return Reply(PAGE, content_type="text/html")


def _status(status: int, **headers: str) -> Script:
    return lambda _asked: Reply(b"no", status, headers, content_type="text/html")


def _halved(whole: Reply) -> Reply:
    return Reply(whole.body[: len(whole.body) // 2], headers=whole.headers)


LASTING = {
    "500 without SOAP": (_status(500), ["HTTP 500", "synchronize later"]),
    "web page": (_page, ["Sign in to the network", "address and port"]),
    "not found": (_status(404), ["without the services", "HTTP 404", "settings show source"]),
    "redirect": (
        _status(302, Location="https://sso.example/login"),
        ["https://sso.example/login", "set it as such"],
    ),
    "who are you": (_status(401), ["wants to know who we are", "anonymous access"]),
    "forbidden": (_status(403), ["does not let us in", "HTTP 403"]),
    "InvalidParameters": (faulting("InvalidParameters", "filter"), ["InvalidParameters: filter"]),
    "InternalServerError": (faulting("InternalServerError"), ["failed internally", "log"]),
    "IncompatibleProtocolVersion": (
        faulting("IncompatibleProtocolVersion"),
        ["version 1.20", "WSUS 10"],
    ),
    "InvalidCookie": (faulting("InvalidCookie"), ["keeps refusing the session", "clocks"]),
    "InvalidAuthorizationCookie": (
        faulting("InvalidAuthorizationCookie"),
        ["keeps refusing the authorization", "clocks"],
    ),
    "ServerBusy": (faulting("ServerBusy"), ["too busy", "another time of day"]),
    "FileDigestsMissing": (faulting("FileDigestsMissing"), ["no longer has files", "reset"]),
    "TooManyIds": (faulting("TooManyIds"), ["too much at once"]),
    "a code nobody knows": (faulting("Abracadabra"), ["Abracadabra", "unexpected"]),
}


@pytest.mark.parametrize("operation", ["GetAuthConfig", "GetCookie", "GetRevisionIdList"])
@pytest.mark.parametrize("trouble", LASTING)
def test_lasting_trouble_is_one_sentence_with_a_next_step(
    front: ScriptedSource, headgate: Command, trouble: str, operation: str
) -> None:
    script, words = LASTING[trouble]
    front.always(operation, script)
    sentence = _assert_failed(headgate, *words)
    assert len(sentence) < 500
    assert "Traceback" not in sentence


def test_source_that_keeps_saying_it_has_changed_ends_the_run(
    front: ScriptedSource, headgate: Command
) -> None:
    front.always("GetRevisionIdList", faulting("ServerChanged"))
    ended = headgate("sync", "now", "--yes")
    assert (ended.code, ended.out) == (1, "")
    assert "has changed since the last synchronization" in ended.err
    row = headgate("sync", "history", "--json").json[0]
    assert [one["kind"] for one in row["problems"]] == ["notice", "call"]


@pytest.mark.parametrize("operation", ["GetCookie", "GetConfigData", "GetRevisionIdList"])
def test_source_that_has_changed_is_listed_again_whenever_it_says_so(
    front: ScriptedSource, headgate: Command, operation: str
) -> None:
    front.next(operation, faulting("ServerChanged"))
    headgate("sync", "now", "--yes")
    row = headgate("sync", "history", "--json").json[0]
    assert (row["result"], [one["kind"] for one in row["problems"]]) == ("succeeded", ["notice"])


@pytest.mark.parametrize("trouble", ["500 without SOAP", "web page", "ServerBusy", "halved"])
def test_trouble_in_the_middle_loses_nothing(
    front: ScriptedSource,
    headgate: Command,
    tmp_path: Path,
    calm_picture: Picture,
    trouble: str,
) -> None:
    pass_on = front.ordinary

    def after_some(asked: Asked) -> Reply:
        if len(front.calls("GetUpdateData")) <= MIDDLE:
            return pass_on(asked)
        return _halved(pass_on(asked)) if trouble == "halved" else LASTING[trouble][0](asked)

    front.always("GetUpdateData", after_some)
    _assert_failed(headgate)
    assert headgate("sync", "history", "--json").json[0]["documents"] > 0

    front.always("GetUpdateData", pass_on)
    _assert_mended(headgate, tmp_path, calm_picture)


# --- trouble that passes


def test_trouble_that_passes_is_no_trouble(
    front: ScriptedSource, headgate: Command, tmp_path: Path, calm_picture: Picture
) -> None:
    """Bodies cut in half, plain and compressed, connections cut, a busy source: all in one run."""
    pass_on = front.ordinary

    def cut(asked: Asked) -> Reply:
        whole = pass_on(asked)
        return Reply(whole.body[:-20], announced=len(whole.body))

    for operation in ("GetConfigData", "GetRevisionIdList", "GetUpdateData"):
        front.next(operation, lambda asked: _halved(pass_on(asked)), faulting("ServerBusy"))
        front.next(operation, cut, _halved(xpress(PAGE)))
    _assert_mended(headgate, tmp_path, calm_picture)


def test_bodies_in_xpress_with_stored_blocks_are_read(
    front: ScriptedSource, headgate: Command, tmp_path: Path, calm_picture: Picture
) -> None:
    pass_on = front.ordinary
    for operation in ("GetRevisionIdList", "GetUpdateData"):
        front.always(operation, lambda asked: xpress(pass_on(asked).body))
    _assert_mended(headgate, tmp_path, calm_picture)


def test_cookie_that_becomes_invalid_in_the_middle_is_renewed(
    front: ScriptedSource, headgate: Command, tmp_path: Path, calm_picture: Picture
) -> None:
    """The source restarts and forgets its sessions: what it gave before is refused from then on."""
    pass_on, dead = front.ordinary, set[str]()

    def forgetful(asked: Asked) -> Reply:
        if len(front.calls("GetUpdateData")) == MIDDLE:
            dead.add(asked.cookie)
        return fault("InvalidCookie", asked) if asked.cookie in dead else pass_on(asked)

    for operation in ("GetRevisionIdList", "GetUpdateData"):
        front.always(operation, forgetful)
    _assert_mended(headgate, tmp_path, calm_picture)
    assert len(front.calls("GetCookie")) == 2
    assert dead


def test_a_fault_is_quoted_with_what_its_log_calls_it(
    front: ScriptedSource, headgate: Command
) -> None:
    front.always("GetConfigData", faulting("InternalServerError", "languages"))
    _assert_failed(headgate, "GetConfigData", "languages", "6ea693bc-a66e-4334-a797-043728561c7d")
