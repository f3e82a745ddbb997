"""Approving brings the files: from the decision to the moment computers are told to install."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.commands import ANY_DISK
from tests.databases import lay_schema
from tests.installation import BY, Installation, Moment
from tests.journeys.conftest import Install
from tests.upstream_lab import RunningLab, running_upstream

from headgate.approvals.decisions import Approval, Decisions
from headgate.bootstrap import open_home
from headgate.catalogue.files import FilePresence
from headgate.jobs.context import Signals
from headgate.services.deciding.approving import Decided, LicenceNotAcceptedError
from headgate.services.deciding.rules import Verb
from headgate.simulator.microsoft_update import WorldBuilder, taxonomy
from headgate.simulator.microsoft_update.content import made_up_file
from headgate.simulator.microsoft_update.publication import World
from headgate.simulator.microsoft_update.texts import english
from headgate.simulator.microsoft_update.world_building import DEFAULT_CREATED
from headgate.storage import decisions, jobs, transactions
from headgate.sync import phases

EULA = "5d9a2a66-3a1b-4a6e-9f0e-000000000001"


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    """The built-in world; it stays in its first month."""
    with running_upstream() as running:
        yield running


@pytest.fixture(scope="module")
def catalogue(lab: RunningLab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that knows everything; of the files the licences are here."""
    data = lay_schema(tmp_path_factory.mktemp("approving") / "data")
    server = Installation(open_home(data, ANY_DISK))
    server.point_at(lab)
    server.set(languages_mode="all")
    server.synchronize()
    server.engine.dispose()
    return data


@pytest.fixture
def synchronized(catalogue: Path, install: Install) -> Installation:
    """An installation that has just synchronized."""
    return install(copy_of=catalogue)


def _read(server: Installation) -> Decisions:
    with transactions.read(server.engine) as conn:
        return decisions.read_decisions(conn)


def _approval(server: Installation, update_id: str) -> Approval:
    return next(one for one in _read(server).approvals if one.update_id == update_id)


def _with_files(server: Installation, *, at_least: int = 1) -> str:
    """Return an update that needs files that are not here."""
    approving = server.home.approving
    ids = [line.identity.update_id for line in server.updates()]
    return next(
        one.update_id
        for one in approving.propose(ids, Verb.INSTALL)
        if one.changes and one.fetch.count >= at_least and not one.licences
    )


def _approve(server: Installation, *updates: str) -> Decided:
    return server.home.approving.approve(updates, by=BY, accept_licences=True)


def _present(server: Installation) -> int:
    return server.home.update_files.held().present.count


def test_the_files_of_an_approved_update_come_and_no_others(synchronized: Installation) -> None:
    server = synchronized
    update, before = _with_files(server), _present(server)
    done = _approve(server, update)
    assert not _approval(server, update).files_ready

    job = server.work()

    assert (job.state, job.result["problems"]) == ("done", [])
    assert (job.result["files"], job.result["bytes"]) == (done.fetch.count, done.fetch.size)
    assert _present(server) == before + done.fetch.count
    ready = _approval(server, update)
    assert ready.files_ready
    assert ready.since == _read(server).counter
    assert server.home.approving.outlook(update).waits_for.count == 0


def test_approving_what_is_here_needs_no_job(synchronized: Installation) -> None:
    server = synchronized
    update = _with_files(server)
    _approve(server, update)
    server.work()
    server.home.approving.unapprove([update], by=BY)

    done = _approve(server, update)

    assert (done.fetch.count, done.job) == (0, None)
    assert _approval(server, update).files_ready


def test_a_paused_job_goes_on_where_it_was(synchronized: Installation) -> None:
    server = synchronized
    updates = [one.identity.update_id for one in server.updates()]
    waiting = [
        one.update_id
        for one in server.home.approving.propose(updates, Verb.INSTALL)
        if one.changes and one.fetch.count
    ]
    done = _approve(server, *waiting[:6])
    assert done.fetch.count > 4

    paused = server.work(Moment(phases.FILES, 1, _stop, stops=True))
    assert paused.state == jobs.QUEUED
    resumed = server.work()

    assert resumed.job_id == paused.job_id
    assert resumed.state == "done"
    assert resumed.result["files"] < done.fetch.count  # the others had come before the pause
    assert all(one.files_ready for one in _read(server).approvals)


def _stop(signals: Signals) -> None:
    signals.stop.set()


def test_a_file_that_does_not_come_is_fetched_by_the_next_synchronization(
    synchronized: Installation, lab: RunningLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = synchronized
    update = _with_files(server)
    done = _approve(server, update)
    with monkeypatch.context() as gone:
        gone.setattr(lab.upstream.publisher, "file", lambda path: None)
        job = server.work()

    assert (job.state, job.result["files"]) == ("done", 0)
    assert len(job.result["problems"]) == done.fetch.count
    assert not _approval(server, update).files_ready
    assert server.synchronize()["files"] == done.fetch.count
    assert _approval(server, update).files_ready


def _digests_missing(server: Installation, update: str) -> set[bytes]:
    details = server.home.catalogue_browser.details(update, most=None)
    return {one.sha1 for one in details.files if one.presence is not FilePresence.PRESENT}


def test_a_damaged_file_is_fetched_again_at_once(synchronized: Installation) -> None:
    server = synchronized
    update = _with_files(server)
    (digest, *_) = _digests_missing(server, update)
    _approve(server, update)
    server.work()
    files = server.home.update_files
    path = files._store.find(digest)
    assert path is not None
    path.chmod(0o600)
    path.write_bytes(b"x" * path.stat().st_size)

    found = files.verify(actor=BY, watch=lambda _files, _size: None)

    assert len(found.damaged) == 1
    assert found.fetching is not None
    assert not _approval(server, update).files_ready
    assert server.work().result["files"] == 1
    assert _approval(server, update).files_ready


def test_another_choice_of_files_is_settled_with_the_setting(synchronized: Installation) -> None:
    server = synchronized
    update = _with_files(server)
    _approve(server, update)
    waiting = _approval(server, update)

    server.set(content_store="microsoft")
    assert _approval(server, update).files_ready
    assert _approval(server, update).since > waiting.since

    server.set(content_store="local")
    assert not _approval(server, update).files_ready
    before = _read(server)
    server.set(schedule_mode="manual")
    assert _read(server) == before


def _small_world() -> World:
    """One update with a licence and a file; the second month's revision has another file."""
    builder = WorldBuilder("approving")
    builder.configuration()
    identity = builder.software(
        "licensed",
        texts=english("licensed"),
        products=[taxonomy.product_id("Microsoft Edge")],
        classification=taxonomy.SECURITY_UPDATES,
        explicitly_deployable=True,
        files=[("first.cab", 5_000)],
        licences=[("en", "licence.txt", 700)],
        eula_id=EULA,
    )
    builder.next_month()
    later = made_up_file("second.cab", 6_000, modified=DEFAULT_CREATED)
    builder.revise(identity, files=(later,), eula_id=None)
    return builder.world()


@pytest.fixture
def small(install: Install) -> Iterator[tuple[Installation, RunningLab, str]]:
    """A server that has synchronized the small world, and the update's id."""
    with running_upstream(world=_small_world()) as lab:
        server = install(lab)
        server.synchronize()
        (line,) = server.updates()
        yield server, lab, line.identity.update_id


def test_a_new_revision_of_an_approved_update_waits_for_its_files(
    small: tuple[Installation, RunningLab, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, lab, update = small
    _approve(server, update)
    server.work()
    assert _approval(server, update).files_ready
    lab.advance()

    with monkeypatch.context() as gone:
        gone.setattr(lab.upstream.publisher, "file", lambda path: None)
        assert server.synchronize()["revised"] == 1
    assert not _approval(server, update).files_ready

    assert server.synchronize()["files"] == 1
    assert _approval(server, update).files_ready


def test_a_licence_is_read_before_it_is_accepted(
    small: tuple[Installation, RunningLab, str],
) -> None:
    server, _lab, update = small
    approving = server.home.approving
    (proposal,) = approving.propose([update], Verb.INSTALL)
    (licence,) = proposal.licences

    text = approving.licence_text(licence, ["de", "en"])

    assert (licence.eula_id, text and text.language) == (EULA, "en")
    with pytest.raises(LicenceNotAcceptedError):
        approving.approve([update], by=BY)
    _approve(server, update)
    assert approving.propose([update], Verb.INSTALL)[0].licences == ()


def _changing_world() -> World:
    """Two updates; in the second month one is withdrawn, and the other one gets a licence."""
    builder = WorldBuilder("withdrawing")
    builder.configuration()
    withdrawn, licensed = (
        builder.software(
            name,
            texts=english(name),
            products=[taxonomy.product_id("Microsoft Edge")],
            classification=taxonomy.SECURITY_UPDATES,
            explicitly_deployable=True,
        )
        for name in ("withdrawn", "licensed")
    )
    builder.next_month()
    builder.expire(withdrawn)
    builder.revise(licensed, eula_id=EULA)
    return builder.world()


def test_what_a_synchronization_brings_may_take_an_approval_away(install: Install) -> None:
    with running_upstream(world=_changing_world()) as lab:
        server = install(lab)
        server.synchronize()
        updates = {line.title: line.identity.update_id for line in server.updates()}
        _approve(server, *updates.values())
        lab.advance()
        run = server.synchronize()

    (notice,) = run["problems"]
    assert (notice["kind"], notice["subject"]) == ("notice", "withdrawn")
    assert _approval(server, updates["withdrawn"]).action is None
    licensed = _approval(server, updates["licensed"])
    assert licensed.action is not None
    assert not licensed.licences_accepted
    _approve(server, updates["licensed"])
    assert _approval(server, updates["licensed"]).licences_accepted
    server.home.settle_readiness()
    assert _approval(server, updates["licensed"]).licences_accepted
