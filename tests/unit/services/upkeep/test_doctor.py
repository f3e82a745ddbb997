"""The doctor: everything outside at once, in bounded time, each finding with its next step."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests import databases
from tests.origins import serving

from headgate import clock
from headgate.errors import SourceError
from headgate.sentences import Sentence
from headgate.services.findings import Finding, Verdict, worst
from headgate.services.synchronizing import reachability
from headgate.services.upkeep import doctor
from headgate.services.way_in.addresses import Addresses, Serving
from headgate.services.way_in.own_certificates import OwnCertificates
from headgate.services.way_in.server_names import ServerNames
from headgate.settings.directory import DataDirectory
from headgate.settings.local import local_settings
from headgate.settings.shared import Shared, shared_settings
from headgate.storage.engine import Engine
from headgate.upstream import failures


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    url = databases.sqlite_copy(databases.sqlite_template(tmp_path), tmp_path)
    with databases.opened(url) as engine:
        yield engine


def _shared(**chosen: object) -> Shared:
    named = {name.replace("_", ".", 1): value for name, value in chosen.items()}
    return shared_settings(named, machine_zone="UTC")  # type: ignore[arg-type]


def _upstream(port: int) -> Shared:
    return _shared(
        source_kind="upstream", source_host="127.0.0.1", source_port=port, source_tls=False
    )


def _patient(engine: Engine, folder: Path, shared: Shared, **environment: str) -> doctor.Patient:
    place = DataDirectory(folder)
    anywhere = {"HEADGATE_LISTEN_HTTP": "127.0.0.1:0", "HEADGATE_LISTEN_HTTPS": "127.0.0.1:0"}
    local = local_settings(place.settings_file, anywhere)
    names = ServerNames(lambda: ("wsus.example.com",))
    return doctor.Patient(
        directory=place,
        local=local,
        shared=shared,
        engine=engine,
        environment=environment,
        addresses=Addresses(
            file=place.serving_file, names=names, local=lambda: local, trusted_proxies=()
        ),
        certificates=OwnCertificates(
            folder=place.tls, certificate=None, key=None, names=names, now=clock.now
        ),
    )


def _by_subject(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.subject: finding for finding in findings}


def test_a_source_that_answers_is_well(tmp_path: Path) -> None:
    with serving() as origin:
        found = _by_subject(reachability.reach(_upstream(origin.port), tmp_path))

    assert found["source"].verdict is Verdict.WELL
    assert found["clock"].verdict is Verdict.WELL
    assert {seen.path for seen in origin.requests} == {reachability.SYNC_PATH, "/Content/"}


def test_a_refused_connection_has_a_next_step_that_is_not_the_doctor(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        found = _by_subject(reachability.reach(_upstream(taken.getsockname()[1]), tmp_path))

    assert found["source"].verdict is Verdict.FAILED
    assert "refused" in found["source"].sentence
    assert found["source"].next_step
    assert "doctor" not in found["source"].next_step


def test_a_source_that_never_answers_is_left_behind(tmp_path: Path) -> None:
    """The limit of the whole examination counts, not the sum of what each host may take."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        shared = _upstream(silent.getsockname()[1])
        found = _by_subject(reachability.reach(shared, tmp_path, seconds=0.5))

    assert found["source"].verdict is Verdict.FAILED
    assert "No answer within" in found["source"].sentence


def test_all_hosts_are_tried_at_once() -> None:
    """Each waits until the other has begun; one after the other, none would ever end."""
    both = threading.Barrier(2, timeout=30)
    answers = reachability.side_by_side({"one": both.wait, "other": both.wait}, 30)

    assert set(answers) == {"one", "other"}


def test_a_source_without_a_name_says_how_to_give_it_one(tmp_path: Path) -> None:
    shared = _shared(source_kind="upstream")

    (finding,) = reachability.reach(shared, tmp_path)

    assert finding.verdict is Verdict.FAILED
    assert "settings set source.host" in finding.next_step


def test_a_proxy_of_the_environment_is_said_to_be_ignored(engine: Engine, tmp_path: Path) -> None:
    with serving() as origin:
        patient = _patient(engine, tmp_path, _upstream(origin.port), https_proxy="http://p:3128")
        found = _by_subject(doctor.examine(patient))

    assert "https_proxy" in found["environment"].sentence
    assert "ignored" in found["environment"].sentence
    assert found["environment"].verdict is Verdict.NOTE
    assert "p:3128" not in found["environment"].sentence  # it may hold a password


def test_a_readable_key_is_a_failure(engine: Engine, tmp_path: Path) -> None:
    key = tmp_path / "secret.key"
    key.write_text("aa" * 32)
    key.chmod(0o644)
    with serving() as origin:
        findings = doctor.examine(_patient(engine, tmp_path, _upstream(origin.port)))

    assert _by_subject(findings)["secret.key"].verdict is Verdict.FAILED
    assert worst(findings) is Verdict.FAILED


def test_a_port_somebody_else_has_is_a_warning(engine: Engine, tmp_path: Path) -> None:
    with serving() as origin, serving() as other:
        patient = _patient(engine, tmp_path, _upstream(origin.port))
        taken = replace(patient.local, listen_http=f"127.0.0.1:{other.port}")
        findings = doctor.examine(replace(patient, local=taken))

        assert _by_subject(findings)[f"port {other.port}"].verdict is Verdict.WARNING
        other.files["/health/live"] = b"alive\n"
        findings = doctor.examine(replace(patient, local=taken))
        port = _by_subject(findings)[f"port {other.port}"]
        assert port.verdict is Verdict.WARNING
        assert "another data directory" in port.sentence


def test_the_ports_of_a_running_server_count_and_not_those_of_the_settings(
    engine: Engine, tmp_path: Path
) -> None:
    with serving() as origin, serving() as ours, serving() as others:
        others.files["/health/live"] = b"alive\n"
        patient = _patient(engine, tmp_path, _upstream(origin.port))
        patient = replace(
            patient, local=replace(patient.local, listen_http=f"127.0.0.1:{others.port}")
        )
        patient.addresses.begin(
            Serving(
                http=f"127.0.0.1:{ours.port}", https=None, http_setting=None, https_setting="off"
            )
        )
        silent = _by_subject(doctor.examine(patient))
        ours.files["/health/live"] = b"alive\n"
        found = _by_subject(doctor.examine(patient))

    assert silent[f"port {ours.port}"].verdict is Verdict.FAILED
    assert found[f"port {ours.port}"].verdict is Verdict.WELL
    assert f"port {others.port}" not in found


@pytest.mark.parametrize("compiled", [True, False])
def test_it_says_whether_answers_are_compressed(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compiled: bool
) -> None:
    monkeypatch.setattr(doctor, "native_compressor", lambda: bytes if compiled else None)
    with serving() as origin:
        found = _by_subject(doctor.examine(_patient(engine, tmp_path, _upstream(origin.port))))

    assert ("not compressed" in found["compression"].sentence) is not compiled
    assert found["compression"].verdict is (Verdict.WELL if compiled else Verdict.NOTE)


def test_microsofts_hosts_are_each_named() -> None:
    there = reachability.outside(_shared())

    assert there.source == "https://sws.update.microsoft.com" + reachability.SYNC_PATH
    assert "http://download.windowsupdate.com/" in there.content


def _failures() -> list[type[SourceError]]:
    return [
        one
        for one in vars(failures).values()
        if isinstance(one, type) and issubclass(one, SourceError) and one.next_step
    ]


@pytest.mark.parametrize("failure", _failures())
def test_the_doctor_never_sends_people_to_the_doctor(failure: type[SourceError]) -> None:
    said = reachability._step(failure.next_step)

    assert "headgate doctor" not in said
    assert isinstance(said, Sentence)
