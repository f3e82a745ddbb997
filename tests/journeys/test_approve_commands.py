"""`headgate approve|unapprove|decline|undecline`, as administrators and their scripts use them."""

from collections.abc import Iterator

import pytest
from tests.cast import a_revision, an_identity
from tests.commands import Ended, HeadgateCommand, SameProcess
from tests.installation import Installation
from tests.journeys.conftest import Install
from tests.published import publish
from tests.upstream_lab import RunningLab

from headgate.catalogue.revisions import Behavior, LocalizedText, PublicationState, Revision
from headgate.storage.engine import Engine

EULA = "5d9a2a66-3a1b-4a6e-9f0e-000000000001"


@pytest.fixture
def server(install: Install) -> Installation:
    return install(None)


@pytest.fixture
def engine(server: Installation) -> Iterator[Engine]:
    return server.engine


@pytest.fixture
def headgate(server: Installation) -> HeadgateCommand:
    return SameProcess(server.home.directory.path)


def _published(engine: Engine, title: str, **facts: object) -> str:
    revision = Revision(
        identity=an_identity(),
        kind=a_revision().kind,
        texts=(LocalizedText(language="en", title=title),),
        explicitly_deployable=True,
        **facts,  # type: ignore[arg-type]
    )
    publish(engine, revision)
    return revision.identity.update_id


def _done(ended: Ended) -> Ended:
    assert ended.code == 0, ended
    return ended


def _states(headgate: HeadgateCommand) -> dict[str, str]:
    return {one["title"]: one["state"] for one in _done(headgate("updates", "list", "--json")).json}


def test_a_decision_and_back(headgate: HeadgateCommand, engine: Engine) -> None:
    update = _published(engine, "Fix", kb_articles=("5031234",))

    approved = _done(headgate("approve", "KB5031234"))
    assert approved.out == f"Approved: Fix ({update})\n"
    assert _states(headgate) == {"Fix": "approved"}
    assert "Nothing to do, already approved" in _done(headgate("approve", "5031234")).out

    declined = _done(headgate("decline", update.upper()))
    assert "declining withdraws that" in declined.err
    assert _states(headgate) == {"Fix": "declined"}
    assert _done(headgate("updates", "list", "--state", "approved", "--json")).json == []

    _done(headgate("undecline", update))
    assert _states(headgate) == {"Fix": "not_approved"}
    _done(headgate("approve", update))
    _done(headgate("unapprove", update))
    assert _states(headgate) == {"Fix": "not_approved"}
    assert "Nothing to do, not approved" in _done(headgate("unapprove", update)).out


def test_an_article_of_several_updates_lists_them(
    headgate: HeadgateCommand, engine: Engine
) -> None:
    first = _published(engine, "For x64", kb_articles=("5031234",))
    second = _published(engine, "For arm64", kb_articles=("5031234",))
    _published(
        engine, "Withdrawn", kb_articles=("5031234",), publication_state=PublicationState.EXPIRED
    )

    asked = headgate("approve", "KB5031234")
    assert asked.code == 2
    assert asked.out == ""
    assert all(one in asked.err for one in (first, second, "For x64", "For arm64", "--all"))
    assert "Withdrawn" not in asked.err
    assert set(_states(headgate).values()) == {"not_approved", "expired"}

    told = _done(headgate("approve", "KB5031234", "--all", "--json")).json
    assert {one["id"]: one["changed"] for one in told["updates"]} == {first: True, second: True}
    assert (told["decision"], told["files"], told["job"]) == ("approve", 0, None)


@pytest.mark.parametrize("name", ["nonsense", "KB999999", "00000000-0000-0000-0000-000000000000"])
def test_what_is_not_here_is_wrong_usage(headgate: HeadgateCommand, name: str) -> None:
    ended = headgate("decline", name)

    assert (ended.code, ended.out) == (2, "")
    assert "There is no update" in ended.err
    assert "Next:" in ended.err


def test_a_revision_is_refused_with_the_id_to_use(
    headgate: HeadgateCommand, engine: Engine
) -> None:
    update = _published(engine, "Fix")

    ended = headgate("approve", f"{update}/100")

    assert ended.code == 2
    assert f"Leave out the revision number: {update}." in ended.err
    assert _states(headgate) == {"Fix": "not_approved"}


def test_what_cannot_be_approved_changes_nothing(headgate: HeadgateCommand, engine: Engine) -> None:
    good = _published(engine, "Good")
    old = _published(engine, "Old", publication_state=PublicationState.EXPIRED)

    ended = headgate("approve", good, old)

    assert ended.code == 1
    assert "'Old' has expired" in ended.err
    assert _states(headgate) == {"Good": "not_approved", "Old": "expired"}


def test_removal_is_approved_only_where_windows_can_remove(
    headgate: HeadgateCommand, engine: Engine
) -> None:
    stays = _published(engine, "Stays")
    goes = _published(engine, "Goes", uninstallation=Behavior())

    assert headgate("approve", "--uninstall", stays).code == 1
    assert _done(headgate("approve", "--uninstall", goes)).out.startswith("Approved for removal:")


def test_a_licence_is_shown_and_must_be_accepted(headgate: HeadgateCommand, engine: Engine) -> None:
    update = _published(engine, "Licensed", eula_id=EULA)

    asked = headgate("approve", update)
    assert asked.code == 1
    assert "Licence of Licensed" in asked.err
    assert "--accept-licence" in asked.err
    assert _states(headgate) == {"Licensed": "not_approved"}

    _done(headgate("approve", "--accept-licence", update))
    assert _states(headgate) == {"Licensed": "approved"}


def _with_files(headgate: HeadgateCommand, server: Installation) -> str:
    """Synchronize with the lab; return an update with files."""
    server.synchronize()
    for one in _done(headgate("updates", "list", "--limit", "0", "--json")).json:
        shown = _done(headgate("updates", "show", one["id"], "--json")).json
        if any(not file["licence"] for file in shown["files"]) and one["state"] != "expired":
            return str(one["id"])
    raise AssertionError("the world has files")


def test_waiting_brings_the_files(install: Install, lab: RunningLab) -> None:
    server = install(lab)
    headgate = SameProcess(server.home.directory.path)
    update = _with_files(headgate, server)

    queued = _done(headgate("approve", "--json", update)).json
    assert queued["files"] > 0
    assert queued["fetched"] is None
    _done(headgate("unapprove", update))
    waited = _done(headgate("approve", "--wait", "--json", update)).json

    assert waited["job"] == queued["job"]  # one waits at a time
    assert waited["fetched"]["files"] == queued["files"]
    again = _done(headgate("approve", "--wait", update))
    assert again.out.startswith("Nothing to do, already approved")
