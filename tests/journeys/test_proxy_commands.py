"""`headgate settings set proxy.…` and `sync now` through real squids, as an administrator does it.

Every failure is one sentence with the next step on stderr, is in the history, asks the source for
nothing, and is mended by a setting. The password is in no output, no file and no command line.
"""

import base64
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.commands import Ended, HeadgateCommand, SameProcess
from tests.journeys.conftest import impatient
from tests.squid import DOMAIN, PASSWORD, USER, Squid, Squids, squids
from tests.upstream_lab import RunningLab

#: What ``Proxy-Authorization`` begins with where a kind of squid lets us through.
SPOKEN = {"basic": "Basic", "digest": "Digest", "ntlm": "NTLM"}
KINDS = tuple(SPOKEN)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headgate.sync.job._pause", impatient)


@pytest.fixture(scope="session")
def bed() -> Iterator[Squids]:
    with squids() as bed:
        yield bed


@dataclass
class Office:
    """An administrator with one installation, who keeps everything the commands have said."""

    headgate: HeadgateCommand
    lab: RunningLab
    said: list[Ended] = field(default_factory=list)

    def __call__(self, *arguments: str, stdin: str = "") -> Ended:
        ended = self.headgate(*arguments, stdin=stdin)
        self.said.append(ended)
        return ended

    def done(self, *arguments: str, stdin: str = "") -> Ended:
        """Run a command that has to succeed."""
        ended = self(*arguments, stdin=stdin)
        assert ended.code == 0, ended
        return ended

    def go_through(self, host: str, port: int, *more: str) -> Ended:
        return self.done(
            "settings",
            "set",
            "proxy.enabled=true",
            f"proxy.host={host}",
            f"proxy.port={port}",
            *more,
        )

    def introduce(self, squid: Squid, kind: str, password: str = PASSWORD) -> None:
        """Say who we are to a squid; the password comes from stdin, as from a script."""
        self.go_through(
            "127.0.0.1",
            squid.port,
            "proxy.use_credentials=true",
            f"proxy.user={USER}",
            f"proxy.domain={'' if kind == 'digest' else DOMAIN}",
            f"proxy.allow_basic={'true' if kind == 'basic' else 'false'}",
        )
        self.give_password(password)

    def give_password(self, password: str = PASSWORD) -> None:
        self.done("settings", "set", "proxy.password", stdin=password + "\n")

    def synchronize(self) -> Ended:
        """Fetch the categories, which is a whole synchronization in little."""
        return self("sync", "now", "--categories", "--json")

    def assert_refused(self, ended: Ended, *words: str) -> str:
        """Check the face of a failure everywhere it shows; return what stderr says."""
        assert (ended.code, ended.out) == (1, ""), ended
        for word in words:
            assert word in ended.err
        _progress, error, told = f"\n{ended.err}".rpartition("\nError: ")
        problem, _, next_step = told.partition("\nNext:  ")
        assert error
        assert next_step.strip().endswith(".")
        newest = self.done("sync", "history", "--json").json[0]
        sentence = f"{problem} {next_step.strip()}"
        assert (newest["result"], newest["reason"]) == ("failed", sentence)
        assert newest["ended"] is not None
        assert sentence in [one["reason"] for one in newest["problems"]]
        assert self.lab.statistics().get("calls", {}) == {}, "the source was asked all the same"
        return ended.err

    def assert_kept_secret(self, password: str = PASSWORD) -> None:
        """Look for the password in all that was said and in every file of the data directory."""
        forms = [
            password.encode(),
            password.encode("utf-16-le"),
            base64.b64encode(f"{USER}:{password}".encode()),
            base64.b64encode(f"{DOMAIN}\\{USER}:{password}".encode()),
        ]
        files = [path for path in self.headgate.data.rglob("*") if path.is_file()]
        assert self.headgate.data / "headgate.db" in files
        kept = {str(path): path.read_bytes() for path in files}
        told = {
            f"answer {number}": (ended.out + ended.err).encode()
            for number, ended in enumerate(self.said)
        }
        for place, data in {**kept, **told}.items():
            assert not [form for form in forms if form in data], f"the password is in {place}"


@pytest.fixture
def office(tmp_path: Path, lab: RunningLab) -> Office:
    return _office(tmp_path, lab)


def _office(tmp_path: Path, lab: RunningLab, **environment: str) -> Office:
    office = Office(SameProcess(tmp_path / "data", **environment), lab)
    office.done(
        "settings",
        "set",
        "source.kind=upstream",
        f"source.host={lab.host}",
        f"source.port={lab.port}",
        "source.tls=false",
    )
    return office


@pytest.mark.parametrize("kind", KINDS)
def test_synchronization_passes_a_proxy_that_asks_who_we_are(
    office: Office, bed: Squids, kind: str
) -> None:
    squid = bed[kind]
    seen = len(squid.lines())
    office.introduce(squid, kind)

    ended = office("--verbose", "sync", "now", "--yes", "--json")

    assert ended.code == 0, ended.err
    assert (ended.json["result"], ended.json["problems"]) == ("succeeded", [])
    assert ended.json["new"] > 100
    lines = squid.since(seen, SPOKEN[kind])
    assert {line.split()[3].partition("%20")[0] for line in lines} - {"-"} == {SPOKEN[kind]}
    assert sum(" 200 " in line for line in lines) == sum(office.lab.statistics()["calls"].values())
    office.done("settings", "show")
    office.done("settings", "show", "--json")
    office.assert_kept_secret()


@pytest.mark.parametrize("kind", KINDS)
def test_wrong_password_is_refused_once_and_the_right_one_passes(
    office: Office, bed: Squids, kind: str
) -> None:
    squid = bed[kind]
    office.introduce(squid, kind, "not the one")
    seen = len(squid.lines())

    ended = office.synchronize()

    office.assert_refused(ended, "refused the user name and password", f":{squid.port}", "doctor")
    answers = [line.split()[3] for line in squid.since(seen, SPOKEN[kind])]
    most = 2 if kind == "ntlm" else 1  # NTLM needs two messages to say a password once
    assert len([one for one in answers if one != "-"]) <= most, "tries count towards a lockout"
    office.assert_kept_secret("not the one")
    office.give_password()
    assert office.synchronize().json["result"] == "succeeded"


@pytest.mark.parametrize("kind", KINDS)
def test_missing_password_is_said_when_set_and_when_needed(
    office: Office, bed: Squids, kind: str
) -> None:
    told = office.go_through(
        "127.0.0.1", bed[kind].port, "proxy.use_credentials=true", f"proxy.user={USER}"
    )
    assert "has no password yet" in told.err
    office.assert_refused(
        office.synchronize(), "asks for a user name and password", "proxy.password"
    )


def test_proxy_without_credentials_that_asks_for_them(office: Office, bed: Squids) -> None:
    office.go_through("127.0.0.1", bed["all"].port)
    office.assert_refused(office.synchronize(), "they are not set", "proxy.use_credentials")


def test_basic_is_never_sent_until_it_is_allowed(office: Office, bed: Squids) -> None:
    squid = bed["basic"]
    office.introduce(squid, "basic, but not allowed")
    seen = len(squid.lines())

    office.assert_refused(
        office.synchronize(), "only Basic", "nothing was sent", "allow_basic=true"
    )
    assert {line.split()[3] for line in squid.since(seen, "407")} == {"-"}

    told = office.done("settings", "set", "proxy.allow_basic=true")
    assert "password is forgotten" in told.err
    assert "settings set proxy.password" in told.err
    office.give_password()
    assert office.synchronize().json["result"] == "succeeded"
    office.assert_kept_secret()


@pytest.mark.parametrize(
    "change", ["proxy.host=localhost", "proxy.port=3129", "proxy.allow_basic=true"]
)
def test_password_does_not_follow_to_another_proxy(
    office: Office, bed: Squids, change: str
) -> None:
    office.introduce(bed["ntlm"], "ntlm")
    assert office.done("settings", "get", "proxy.password").out == "set\n"

    told = office.done("settings", "set", change)

    assert "password is forgotten" in told.err
    assert office.done("settings", "get", "proxy.password").out == "not set\n"
    before = {
        "proxy.host": "127.0.0.1",
        "proxy.port": bed["ntlm"].port,
        "proxy.allow_basic": "false",
    }
    name = change.partition("=")[0]
    office.done("settings", "set", f"{name}={before[name]}")
    assert office.done("settings", "get", "proxy.password").out == "not set\n", "it is gone"
    office.assert_refused(office.synchronize(), "they are not set")


def test_unticking_the_credentials_forgets_the_password(office: Office, bed: Squids) -> None:
    office.introduce(bed["ntlm"], "ntlm")
    told = office.done("settings", "set", "proxy.use_credentials=false")
    assert "password is forgotten" in told.err
    office.done("settings", "set", "proxy.use_credentials=true")
    assert office.done("settings", "get", "proxy.password").out == "not set\n"


def test_proxy_nobody_answers_at_is_named(office: Office) -> None:
    with _nobody() as port:
        office.go_through("127.0.0.1", port)
        err = office.assert_refused(office.synchronize(), f"the proxy server 127.0.0.1:{port}")
    assert "refused" in err
    office.done("settings", "set", "proxy.enabled=false")
    assert office.synchronize().json["result"] == "succeeded"


def test_proxy_whose_name_does_not_resolve_is_named(office: Office) -> None:
    office.go_through("proxy.invalid", 3128)
    office.assert_refused(
        office.synchronize(), "proxy server proxy.invalid:3128", "does not resolve"
    )


def test_proxy_of_the_environment_is_ignored(tmp_path: Path, lab: RunningLab) -> None:
    with _nobody() as port:
        names = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
        office = _office(tmp_path, lab, **dict.fromkeys(names, f"http://127.0.0.1:{port}"))
        assert office.synchronize().json["result"] == "succeeded"
        assert "HTTP_PROXY" in office("doctor").out


@pytest.mark.parametrize("way", ["HEADGATE_PROXY_PASSWORD", "HEADGATE_PROXY_PASSWORD_FILE"])
def test_password_of_the_environment_counts_and_is_not_stored(
    tmp_path: Path, lab: RunningLab, bed: Squids, way: str
) -> None:
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n", "utf-8")
    file.chmod(0o600)
    office = _office(tmp_path, lab, **{way: str(file) if way.endswith("FILE") else PASSWORD})
    office.go_through(
        "127.0.0.1",
        bed["ntlm"].port,
        "proxy.use_credentials=true",
        f"proxy.user={USER}",
        f"proxy.domain={DOMAIN}",
    )

    with office.headgate.running("serve", "--listen", "127.0.0.1:0") as server:
        server.wait_until_it_says("serves")
        assert office.synchronize().json["result"] == "succeeded"
        (worker,) = _children(server.pid)
        assert b"worker" in _command_line(worker)
        for pid in (server.pid, worker):
            assert PASSWORD.encode() not in _command_line(pid)

    refused = office("settings", "set", "proxy.password=another")
    assert refused.code == 1
    assert "environment variable HEADGATE_PROXY_PASSWORD" in refused.err
    office.assert_kept_secret()


def _children(pid: int) -> list[int]:
    threads = Path(f"/proc/{pid}/task").iterdir()
    told = " ".join((thread / "children").read_text() for thread in threads)
    return [int(child) for child in told.split()]


def _command_line(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


@contextmanager
def _nobody() -> Iterator[int]:
    """Hold a port at which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        yield port
