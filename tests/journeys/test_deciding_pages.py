"""Deciding in the console: buttons on the page of an update, a question first, then the deed."""

import hashlib
from collections.abc import Iterator

import pytest
from tests.cast import NOON, a_revision, an_identity
from tests.console import Browser, ConsoleLab, Page, new_console
from tests.published import publish
from tests.reports import ALICE, BOB, a_statement, register

from headgate.catalogue.files import FilePresence, UpdateFile
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import Behavior, LocalizedText, PublicationState, Revision
from headgate.content.local import LocalStore
from headgate.services.clients.reports import ClientReports
from headgate.storage import file_records, jobs, transactions

EULA = "5d9a2a66-3a1b-4a6e-9f0e-000000000001"


@pytest.fixture
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleLab]:
    with new_console(tmp_path_factory.mktemp("deciding")) as opened:
        yield opened


@pytest.fixture
def admin(console: ConsoleLab) -> Browser:
    return console.administrator()


def update(
    title: str = "Fix", identity: RevisionIdentity | None = None, **facts: object
) -> Revision:
    return Revision(
        identity=identity or an_identity(),
        kind=a_revision().kind,
        texts=(LocalizedText(language="en", title=title),),
        explicitly_deployable=True,
        **facts,  # type: ignore[arg-type]
    )


def published(console: ConsoleLab, *revisions: Revision) -> str:
    """Publish updates and return the address of the first one's page."""
    publish(console.installation.engine, *revisions)
    return f"/console/updates/{revisions[0].identity.update_id}"


def a_licence(data: bytes) -> tuple[UpdateFile, bytes]:
    file = UpdateFile(
        sha1=hashlib.sha1(data).digest(),
        sha256=None,
        name="eula.txt",
        size=len(data),
        languages=("en",),
        is_eula=True,
    )
    return file, data


def keep(console: ConsoleLab, file: UpdateFile, data: bytes) -> None:
    """Put a file into the store, as a synchronization does."""
    store = LocalStore(console.installation.home.directory.content)
    aside = store.aside(file.sha1)
    aside.write_bytes(data)
    store.keep(aside, file.sha1, file.name)
    with transactions.write(console.installation.engine) as conn:
        file_records.record_presence(conn, [file.sha1], FilePresence.PRESENT, at=NOON)


def buttons(page: Page) -> list[str]:
    return [one.rstrip("…") for one in page.all("button[name=verb]")]


def primary(page: Page) -> list[str]:
    return [one.rstrip("…") for one in page.all("button[name=verb].btn-primary")]


def test_the_page_counts_the_computers(console: ConsoleLab, admin: Browser) -> None:
    fix = update()
    address = published(console, fix)
    assert "Need it: 0; have it: 0; failed: 0; unknown: 0" in admin.get(address).words

    engine, one = console.installation.engine, fix.identity.update_id
    register(engine, ALICE, BOB)
    reports = ClientReports(engine)
    reports.report(ALICE, [a_statement(ALICE, U=[one])], NOON)
    reports.close()

    assert "Need it: 1; have it: 0; failed: 0; unknown: 1" in admin.get(address).words


def test_removal_reads_otherwise_than_installation(console: ConsoleLab, admin: Browser) -> None:
    page = admin.get(published(console, update(uninstallation=Behavior())))

    done = page.submit(press="Approve for removal…").submit(press="Approve for removal")

    assert "Remove, from all computers" in done.words
    assert "Approved for removal" in done.words
    assert "Approved for removal" in admin.get("/console/updates").words


def test_a_licence_that_is_no_text_is_not_printed(console: ConsoleLab, admin: Browser) -> None:
    licence, data = a_licence(bytes(range(256)) * 12)
    licensed = update(eula_id=EULA, files=(licence,))
    address = published(console, licensed)
    keep(console, licence, data)

    sentence = "The licence cannot be shown: its file (3.1 kB) holds no text."
    assert sentence in admin.get(address).submit(press="Approve…").words
    shown = admin.get(f"/console/updates/{licensed.identity}/licence").words
    assert sentence in shown
    assert "\ufffd" not in shown


def test_an_update_is_approved_and_unapproved(console: ConsoleLab, admin: Browser) -> None:
    page = admin.get(published(console, update()))
    assert buttons(page) == ["Approve", "Decline"]

    question = page.submit(press="Approve…")
    assert question.heading == "Approve"
    assert "on all computers?" in question.words
    done = question.submit(press="Approve")

    assert done.told == ["The update is approved for installation on all computers."]
    assert buttons(done) == ["Unapprove", "Decline"]
    assert "Install, on all computers" in done.words
    assert f"by {console.installation.home.accounts.users()[0].name}" in done.words
    assert primary(done) == []
    undone = done.submit(press="Unapprove…").submit(press="Unapprove")
    assert undone.told == ["The update is not approved any more."]
    assert buttons(undone) == ["Approve", "Decline"]


def test_a_declined_update_leaves_the_first_view(console: ConsoleLab, admin: Browser) -> None:
    address = published(console, update("Unwanted"), update("Wanted"))

    page = admin.get(address).submit(press="Decline…").submit(press="Decline")

    assert page.told == ["The update is declined."]
    assert buttons(page) == ["Approve", "Undecline"]
    words = admin.get("/console/updates").words
    assert "Wanted" in words
    assert "Unwanted" not in words
    assert "Unwanted" in admin.get("/console/updates?state=declined").words
    assert "Unwanted" in admin.get("/console/updates?state=any").words
    question = page.submit(press="Approve…")
    assert "It is declined; approving takes that back." in question.words


def test_files_to_fetch_are_told_before_and_after(console: ConsoleLab, admin: Browser) -> None:
    file = UpdateFile(sha1=b"1" * 20, sha256=None, name="fix.cab", size=2_500_000)
    page = admin.get(published(console, update(files=(file,))))

    question = page.submit(press="Approve…")
    assert "1 file (2.5 MB) is fetched first." in question.words
    done = question.submit(press="Approve")

    assert any("1 file (2.5 MB) is being fetched." in one for one in done.told)
    assert "Waits for 1 file (2.5 MB)" in done.words
    with transactions.read(console.installation.engine) as conn:
        assert len(jobs.unfinished(conn, ["fetch files"])) == 1


def test_a_licence_must_be_ticked(console: ConsoleLab, admin: Browser) -> None:
    licence, data = a_licence(b"You agree to everything.")
    address = published(console, update(eula_id=EULA, files=(licence,)))
    keep(console, licence, data)

    question = admin.get(address).submit(press="Approve…")
    assert "You agree to everything." in question.words
    refused = question.submit(press="Approve")

    assert refused.status == 400
    assert "the licence has to be accepted first" in refused.words
    assert "Unapprove" not in buttons(admin.get(address))
    done = refused.submit({"accept": "yes"}, press="Approve")
    assert done.told == ["The update is approved for installation on all computers."]


def test_a_new_licence_of_an_approved_update_is_found_and_accepted(
    console: ConsoleLab, admin: Browser
) -> None:
    licence, data = a_licence(b"You agree to more than before.")
    first = update()
    address = published(console, first)
    admin.get(address).submit(press="Approve…").submit(press="Approve")
    newer = RevisionIdentity(first.identity.update_id, first.identity.revision_number + 1)
    published(console, update(identity=newer, eula_id=EULA, files=(licence,)))
    keep(console, licence, data)
    console.installation.home.settle_readiness()
    waits = "Waits until somebody accepts its new licence"

    assert waits in admin.get(address).words
    home = admin.get("/console/")
    assert "1 approved update has a new licence that nobody has accepted" in home.words
    assert "Read the licence" not in console.reporter().get("/console/").words
    question = home.follow("Read the licence")
    assert "It is approved already, but has a new licence" in question.words
    assert "You agree to more than before." in question.words
    done = question.submit({"accept": "yes"}, press="Approve")

    assert done.told == ["The update is approved for installation on all computers."]
    assert waits not in done.words
    assert "new licence" not in admin.get("/console/").words


def test_only_what_is_possible_has_a_button(console: ConsoleLab, admin: Browser) -> None:
    part = an_identity()
    bundle = update("Bundle", bundled=((part,),))
    expired = update("Expired", publication_state=PublicationState.EXPIRED)
    removable = update("Removable", uninstallation=Behavior())
    published(console, bundle, update("Part", part), expired, removable)

    assert buttons(admin.get(f"/console/updates/{part.update_id}")) == ["Decline"]
    assert buttons(admin.get(f"/console/updates/{expired.identity.update_id}")) == ["Decline"]
    assert buttons(admin.get(f"/console/updates/{removable.identity.update_id}")) == [
        "Approve",
        "Approve for removal",
        "Decline",
    ]
    refused = admin.get(f"/console/updates/{expired.identity.update_id}/decision?verb=approve")
    assert "has expired" in refused.words
    assert buttons(refused) == []


def test_a_superseded_update_warns(console: ConsoleLab, admin: Browser) -> None:
    old = update("October")
    new = update("November", supersedes=(old.identity.update_id,))

    question = admin.get(published(console, old, new)).submit(press="Approve…")

    assert "It is superseded by: November." in question.words


def test_a_reporter_sees_no_buttons_and_decides_nothing(console: ConsoleLab) -> None:
    reporter = console.reporter()
    address = published(console, update())

    assert buttons(reporter.get(address)) == []
    question = reporter.get(f"{address}/decision?verb=decline")
    assert buttons(question) == []
    assert "Only WSUS Administrators may do this" in question.words


@pytest.mark.parametrize("verb", ["", "explode"])
def test_an_unknown_verb_leads_back(console: ConsoleLab, admin: Browser, verb: str) -> None:
    address = published(console, update())

    assert admin.get(f"{address}/decision?verb={verb}").address.endswith(address)


def test_two_administrators_deciding_the_same_are_both_told(
    console: ConsoleLab, admin: Browser
) -> None:
    page = admin.get(published(console, update()))
    first = page.submit(press="Decline…")
    second = page.submit(press="Decline…")
    first.submit(press="Decline")

    assert second.submit(press="Decline").told == ["It was so already; nothing was changed."]
