"""Update files: what a synchronization fetches from its source, by the settings people choose."""

from tests.installation import BY, Installation

from headgate.bootstrap import Home
from headgate.catalogue.files import FilePresence, FileTotal
from headgate.services.files.chosen import file_choice
from headgate.services.files.update_files import FilesStatus
from headgate.services.synchronizing.sync_control import CATEGORIES

NOTHING = FileTotal(count=0, size=0)


def _status(home: Home) -> FilesStatus:
    shared = home.configuring.shared()
    known = [line.id for line in home.catalogue_browser.languages(shared.languages)]
    return home.update_files.status(file_choice(shared, known))


def test_only_licences_are_fetched_while_downloads_are_deferred(server: Installation) -> None:
    server.synchronize(scope=CATEGORIES)
    server.home.subscribing.select_classifications(["all"], actor=BY)

    run = server.synchronize()

    status = _status(server.home)
    assert run["files"] == status.totals[FilePresence.PRESENT].count > 0
    assert status.due == NOTHING
    assert status.due_undeferred.count > 0
    server.set(content_store="microsoft", content_deferred="false")
    assert _status(server.home).due == NOTHING


def test_due_files_come_whole_once_downloads_are_not_deferred(server: Installation) -> None:
    server.synchronize()
    due = _status(server.home).due_undeferred
    server.set(content_deferred="false")

    run = server.synchronize()
    again = server.synchronize()

    assert (run["files"], run["problems"]) == (due.count, [])
    assert run["bytes"] > due.size
    assert _status(server.home).due == NOTHING
    assert again["files"] == 0
    verified = server.home.update_files.verify(actor=BY, watch=lambda _files, _size: None)
    assert (verified.damaged, verified.missing) == ((), ())
    assert verified.whole == due.count


def test_files_of_languages_nobody_chose_stay_away_and_their_documents_come(
    server: Installation,
) -> None:
    everything = server.synchronize()
    in_all = _status(server.home).due_undeferred
    server.set(content_deferred="false", languages_mode="selected", languages_selected="en")

    run = server.synchronize()

    assert 0 < run["files"] < in_all.count
    server.set(languages_selected="de,en")
    assert _status(server.home).due.count > 0, "what is only for Germans is due now"
    assert server.synchronize()["files"] > 0
    assert everything["documents"] > 0
    assert run["documents"] == 0, "documents had come whole, whatever was chosen"
