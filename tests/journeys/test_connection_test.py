"""*Test connection* with the real thing: what is typed is tried, five steps are told apart."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.console import Page, opened_console
from tests.installation import Installation
from tests.origins import Origin, certify, server_context, serving
from tests.squid import DOMAIN, PASSWORD, USER, Squids, squids
from tests.upstream_lab import RunningLab

from headgate.services.synchronizing import connection_test
from headgate.services.synchronizing.connection_test import Step, Verdict, What, try_connection
from headgate.settings.shared import Shared, shared_settings

OPTIONS = "/console/options/synchronization"
WELL, FAILED = Verdict.OK, Verdict.FAILED
SKIPPED, NOT_NEEDED = Verdict.SKIPPED, Verdict.NOT_NEEDED


@pytest.fixture(scope="session")
def bed() -> Iterator[Squids]:
    with squids() as bed:
        yield bed


def _settings(port: int, **more: object) -> Shared:
    """Return settings with an upstream server on this machine; ``proxy_port`` is of a proxy."""
    named = {name.replace("_", ".", 1): value for name, value in more.items()}
    source = {
        "source.kind": "upstream",
        "source.host": "127.0.0.1",
        "source.port": port,
        "source.tls": False,
    }
    return shared_settings({**source, **named}, machine_zone="UTC")  # type: ignore[arg-type]


def _through(bed: Squids, kind: str, port: int, password: str = PASSWORD, **more: object) -> Shared:
    proxy = {
        "proxy_enabled": True,
        "proxy_host": "127.0.0.1",
        "proxy_port": bed[kind].port,
        "proxy_use_credentials": True,
        "proxy_user": USER,
        "proxy_domain": DOMAIN,
        "proxy_password": password,
    }
    return _settings(port, **{**proxy, **more})


def _verdicts(steps: list[Step]) -> list[Verdict]:
    assert [step.what for step in steps] == list(What)
    return [step.verdict for step in steps]


def _failed(steps: list[Step]) -> Step:
    """Return the one step that failed; it says what to do about it."""
    (step,) = (step for step in steps if step.verdict is FAILED)
    assert step.next_step
    assert "`headgate" not in step.next_step, "the console does not send to a terminal"
    return step


@pytest.fixture
def nobody() -> Iterator[int]:
    """Hold a port at which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_source_that_answers(lab: RunningLab, tmp_path: Path) -> None:
    steps = try_connection(_settings(lab.port), directory=tmp_path)

    assert _verdicts(steps) == [WELL, NOT_NEEDED, NOT_NEEDED, NOT_NEEDED, WELL]
    assert lab.statistics()["calls"] == {"GetAuthConfig": 1}, "nobody is introduced"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["basic", "ntlm"])
def test_source_behind_a_proxy_that_asks_who_we_are(
    lab: RunningLab, bed: Squids, tmp_path: Path, kind: str
) -> None:
    shared = _through(bed, kind, lab.port, proxy_allow_basic=kind == "basic")

    steps = try_connection(shared, directory=tmp_path)

    assert _verdicts(steps) == [WELL, WELL, WELL, NOT_NEEDED, WELL]
    assert USER in steps[2].sentence


def test_wrong_password_is_the_sign_in(lab: RunningLab, bed: Squids, tmp_path: Path) -> None:
    steps = try_connection(_through(bed, "ntlm", lab.port, "wrong"), directory=tmp_path)

    assert _verdicts(steps) == [WELL, WELL, FAILED, NOT_NEEDED, SKIPPED]
    assert "refused the user name and password" in _failed(steps).sentence
    assert "password" in _failed(steps).next_step
    assert lab.statistics().get("calls", {}) == {}


def test_missing_credentials_are_the_sign_in(lab: RunningLab, bed: Squids, tmp_path: Path) -> None:
    shared = _through(bed, "ntlm", lab.port, proxy_use_credentials=False)

    steps = try_connection(shared, directory=tmp_path)

    assert _failed(steps).what is What.SIGN_IN
    assert "Tick Use user credentials" in _failed(steps).next_step


def test_basic_that_is_not_allowed_is_the_sign_in(
    lab: RunningLab, bed: Squids, tmp_path: Path
) -> None:
    steps = try_connection(_through(bed, "basic", lab.port), directory=tmp_path)

    assert _failed(steps).what is What.SIGN_IN
    assert "Allow basic authentication" in _failed(steps).next_step


def test_unknown_name_of_the_proxy_is_name_resolution(lab: RunningLab, tmp_path: Path) -> None:
    shared = _settings(lab.port, proxy_enabled=True, proxy_host="proxy.invalid")

    steps = try_connection(shared, directory=tmp_path)

    assert _verdicts(steps) == [FAILED, SKIPPED, SKIPPED, NOT_NEEDED, SKIPPED]
    assert "proxy.invalid" in _failed(steps).sentence


def test_unknown_name_of_the_source_is_name_resolution(tmp_path: Path) -> None:
    steps = try_connection(_settings(80, source_host="wsus.invalid"), directory=tmp_path)

    assert _verdicts(steps) == [FAILED, NOT_NEEDED, NOT_NEEDED, NOT_NEEDED, SKIPPED]


def test_proxy_nobody_answers_at(lab: RunningLab, nobody: int, tmp_path: Path) -> None:
    shared = _settings(lab.port, proxy_enabled=True, proxy_host="localhost", proxy_port=nobody)

    steps = try_connection(shared, directory=tmp_path)

    assert _verdicts(steps) == [WELL, FAILED, SKIPPED, NOT_NEEDED, SKIPPED]
    assert "resolves to" in steps[0].sentence
    assert "Proxy server" in _failed(steps).next_step


def test_source_nobody_answers_at(nobody: int, tmp_path: Path) -> None:
    steps = try_connection(_settings(nobody, source_tls=True), directory=tmp_path)

    assert _failed(steps).what is What.ANSWER
    assert "Update source" in _failed(steps).next_step


@pytest.mark.parametrize("tls", [True, False])
def test_source_the_proxy_cannot_reach(bed: Squids, nobody: int, tmp_path: Path, tls: bool) -> None:
    steps = try_connection(_through(bed, "ntlm", nobody, source_tls=tls), directory=tmp_path)

    assert [step.verdict for step in steps[:3]] == [WELL, WELL, WELL]
    assert _failed(steps).what is What.ANSWER


@pytest.fixture
def foreign(tmp_path: Path) -> Iterator[Origin]:
    """A source whose certificate comes from an authority nobody here knows."""
    folder = tmp_path / "foreign"
    folder.mkdir()
    with serving(server_context(folder, certify("Firewall"))) as origin:
        yield origin


def test_foreign_certificate_is_tls(foreign: Origin, tmp_path: Path) -> None:
    steps = try_connection(_settings(foreign.port, source_tls=True), directory=tmp_path)

    assert _verdicts(steps) == [WELL, NOT_NEEDED, NOT_NEEDED, FAILED, SKIPPED]
    assert "Firewall" in _failed(steps).sentence


def test_foreign_certificate_behind_a_proxy_is_tls(
    foreign: Origin, bed: Squids, tmp_path: Path
) -> None:
    shared = _through(bed, "ntlm", foreign.port, source_tls=True)

    steps = try_connection(shared, directory=tmp_path)

    assert _verdicts(steps) == [WELL, WELL, WELL, FAILED, SKIPPED]


def test_plain_source_asked_with_ssl_is_tls(lab: RunningLab, tmp_path: Path) -> None:
    steps = try_connection(_settings(lab.port, source_tls=True), directory=tmp_path)

    assert _failed(steps).what is What.TLS
    assert "SSL" in _failed(steps).next_step


def test_certificates_that_cannot_be_read_are_tls(lab: RunningLab, tmp_path: Path) -> None:
    shared = _settings(lab.port, source_tls=True, source_ca_file=str(tmp_path / "absent.pem"))

    assert _failed(try_connection(shared, directory=tmp_path)).what is What.TLS


def test_web_server_that_is_no_source(tmp_path: Path) -> None:
    with serving() as origin:
        steps = try_connection(_settings(origin.port), directory=tmp_path)

    assert _failed(steps).what is What.ANSWER


def test_silent_source_is_told_in_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(connection_test, "READ_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        steps = try_connection(_settings(silent.getsockname()[1]), directory=tmp_path)

    assert _failed(steps).what is What.ANSWER
    assert "did not answer" in _failed(steps).sentence


def test_whole_test_ends_when_its_time_is_over(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        shared = _settings(silent.getsockname()[1], source_tls=True)
        steps = try_connection(shared, directory=tmp_path, seconds=0.3)

    assert _verdicts(steps) == [WELL, NOT_NEEDED, NOT_NEEDED, SKIPPED, FAILED]
    assert "No answer within" in _failed(steps).sentence


def _seen(page: Page) -> dict[str, str]:
    found = page.document.cssselect("[data-step]")
    return {step.get("data-step"): step.get("data-verdict") for step in found}


def test_page_tries_what_is_typed_and_saves_nothing(server: Installation, bed: Squids) -> None:
    squid = bed["ntlm"]
    typed = {
        "proxy.enabled": "true",
        "proxy.host": "127.0.0.1",
        "proxy.port": str(squid.port),
        "proxy.use_credentials": "true",
        "proxy.user": USER,
        "proxy.domain": DOMAIN,
        "proxy.password": "not the one",
    }
    with opened_console(server) as console:
        alice = console.administrator()
        wrong = alice.get(OPTIONS).submit(typed, press="Test connection")
        right = wrong.submit({"proxy.password": PASSWORD}, press="Test connection")
        assert not server.home.configuring.shared().proxy.enabled, "a test saves nothing"
        right.submit(press="Save settings").submit(press="OK")
        later = alice.get(OPTIONS).submit(press="Test connection")

    assert _seen(wrong)["sign-in"] == "failed"
    assert "cannot be reached this way" in wrong.words
    assert _seen(right) == {
        "name": "ok",
        "proxy": "ok",
        "sign-in": "ok",
        "tls": "not needed",
        "answer": "ok",
    }
    assert server.home.configuring.shared().proxy.password == PASSWORD, "the one that was tried"
    assert _seen(later) == _seen(right), "the stored password is used"
    for page in (wrong, right, later):
        assert "not the one" not in page.text
        assert PASSWORD not in page.text


def test_page_tells_wrong_fields_before_it_tries(server: Installation) -> None:
    with opened_console(server) as console:
        page = console.administrator().get(OPTIONS)
        refused = page.submit({"proxy.enabled": "true"}, press="Test connection")

    assert refused.status == 400
    assert _seen(refused) == {}
