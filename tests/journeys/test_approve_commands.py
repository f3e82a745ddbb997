"""`headgate approve|unapprove|decline|undecline`, as administrators and their scripts use them."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.cast import a_category, a_revision, an_identity
from tests.commands import Ended, HeadgateCommand, SameProcess
from tests.installation import Installation
from tests.journeys.conftest import Install
from tests.published import publish
from tests.upstream_lab import RunningLab

from headgate.catalogue.files import UpdateFile
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import (
    Behavior,
    CategoryType,
    LocalizedText,
    PublicationState,
    Revision,
    UpdateKind,
)
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
    listed = _done(headgate("updates", "list", "--state", "any", "--json")).json
    return {one["title"]: one["state"] for one in listed}


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


def _titles(headgate: HeadgateCommand, *options: str) -> list[str]:
    """Return the titles of the table of updates, with what stands before them."""
    lines = _done(headgate("updates", "list", *options)).out.splitlines()
    column = lines[0].index("TITLE")
    return sorted(line[column:] for line in lines[1:])


def test_the_list_marks_what_is_decided_and_leaves_out_the_declined(
    headgate: HeadgateCommand, engine: Engine
) -> None:
    approved, removed, declined, _ = (
        _published(engine, title, uninstallation=Behavior())
        for title in ("Approved one", "Removed one", "Declined one", "Plain one")
    )
    _done(headgate("approve", approved))
    _done(headgate("approve", "--uninstall", removed))
    _done(headgate("decline", declined))

    first_view = ["Plain one", "[approved for removal] Removed one", "[approved] Approved one"]
    assert _titles(headgate) == first_view
    assert _titles(headgate, "--state", "declined") == ["[declined] Declined one"]
    assert _titles(headgate, "--state", "any") == sorted([*first_view, "[declined] Declined one"])
    listed = _done(headgate("updates", "list", "--json")).json
    assert {one["title"]: (one["state"], one["approved_for"]) for one in listed} == {
        "Approved one": ("approved", "install"),
        "Removed one": ("approved", "uninstall"),
        "Plain one": ("not_approved", None),
    }


def test_a_list_of_nothing_but_declined_updates_is_no_empty_catalogue(
    headgate: HeadgateCommand, engine: Engine
) -> None:
    _done(headgate("decline", _published(engine, "Unwanted")))

    assert _done(headgate("updates", "list")).err == "No updates match.\n"


def test_an_update_tells_its_approval_and_what_it_waits_for(
    headgate: HeadgateCommand, engine: Engine
) -> None:
    file = UpdateFile(sha1=b"1" * 20, sha256=None, name="fix.cab", size=2_500_000)
    update = _published(engine, "Fix", files=(file,), uninstallation=Behavior())
    assert _done(headgate("updates", "show", update, "--json")).json["approval"] is None

    _done(headgate("approve", update))
    told = _done(headgate("updates", "show", update, "--json")).json["approval"]
    lines = _done(headgate("updates", "show", update)).out.splitlines()
    assert (told["action"], told["files_missing"], told["bytes_missing"]) == (
        "install",
        1,
        2_500_000,
    )
    assert re.match(r"\d{4}-\d\d-\d\dT.*Z$", told["since"])
    assert re.match(
        r"Approved: install, on all computers, since 20.*, by "
        + re.escape(told["by"])
        + r"; waits for 1 file \(2\.5 MB\)\. Arrived ",
        lines[2],
    )
    assert lines[3] == "Computers: none yet"

    _done(headgate("approve", "--uninstall", update))
    removal = _done(headgate("updates", "show", update)).out.splitlines()[2]
    assert removal.startswith("Approved for removal: remove, from all computers, since 20")
    assert "waits" not in removal
    told = _done(headgate("updates", "show", update, "--json")).json["approval"]
    assert (told["action"], told["files_missing"]) == ("uninstall", 0)


def test_an_update_tells_that_it_waits_for_a_licence(
    headgate: HeadgateCommand, server: Installation
) -> None:
    first = an_identity()
    fix = a_revision(first, title="Fix")
    publish(server.engine, fix)
    _done(headgate("approve", first.update_id))
    newer = RevisionIdentity(first.update_id, first.revision_number + 1)
    publish(server.engine, replace(fix, identity=newer, eula_id=EULA))
    server.home.settle_readiness()

    shown = _done(headgate("updates", "show", first.update_id)).out
    assert "; waits until its new licence is accepted (approve it again). " in shown
    told = _done(headgate("updates", "show", first.update_id, "--json")).json["approval"]
    assert told["licences_accepted"] is False
    assert "has to be accepted" in headgate("approve", first.update_id).err

    again = _done(headgate("approve", first.update_id, "--accept-licence"))
    assert again.out.startswith("Approved: Fix")
    assert "waits" not in _done(headgate("updates", "show", first.update_id)).out


def test_an_update_is_shown_by_its_article(headgate: HeadgateCommand, engine: Engine) -> None:
    first = _published(engine, "For x64", kb_articles=("5031234",))
    assert _done(headgate("updates", "show", "kb5031234", "--json")).json["id"] == first

    second = _published(engine, "For arm64", kb_articles=("5031234",))
    asked = headgate("updates", "show", "KB5031234")
    assert (asked.code, asked.out) == (2, "")
    assert all(one in asked.err for one in (first, second, "Name one of them by id."))
    assert "--all" not in asked.err
    assert headgate("updates", "show", "KB5039999").code == 2


def test_what_is_not_found_can_be_searched(headgate: HeadgateCommand) -> None:
    ended = headgate("approve", "nonsense")

    assert ended.code == 2
    assert "headgate updates list --text" in ended.err
    assert "--kb" in ended.err


def test_only_what_can_be_chosen_is_told_to_be_chosen(
    headgate: HeadgateCommand, engine: Engine
) -> None:
    rule = a_revision(kind=UpdateKind.DETECTOID, visible=False)
    product = a_category("Windows 11", CategoryType.PRODUCT, handler="Category")
    publish(engine, rule, product)

    refused = headgate("approve", rule.identity.update_id)
    assert refused.code == 1
    assert "is no update" in refused.err
    assert "Next:" not in refused.err
    assert "headgate products select" in headgate("approve", product.identity.update_id).err


def test_a_program_gets_no_licence_between_its_errors(
    headgate: HeadgateCommand, engine: Engine
) -> None:
    update = _published(engine, "Licensed", eula_id=EULA)

    asked = headgate("approve", "--json", update)

    assert (asked.code, asked.out) == (1, "")
    assert "Licence of" not in asked.err
    assert "--accept-licence" in asked.err


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
