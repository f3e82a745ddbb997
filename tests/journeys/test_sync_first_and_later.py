"""A first synchronization, one with nothing new, and one after the source has published more."""

from datetime import UTC, datetime

from tests.catalogue_picture import Picture
from tests.installation import BY, Installation
from tests.upstream_lab import RunningLab

from headgate.catalogue.subscription import ProductsMode
from headgate.storage import catalogue_version, transactions

NEW_PRODUCT = "Windows 11 Version 26H2"


def _version(server: Installation) -> int:
    with transactions.read(server.engine) as conn:
        return catalogue_version.catalogue_version(conn)


def _chosen_updates(lab: RunningLab, server: Installation) -> set[tuple[str, int]]:
    """Return what the source lists for the default choice, read from the world itself."""
    chosen = {one.id for one in server.home.catalogue_browser.classifications() if one.selected}
    return {
        (one.identity.update_id, one.identity.revision_number)
        for one in lab.upstream.publisher.publications()
        if one.in_configuration or one.classifications & chosen
    }


def test_first_synchronization_brings_everything_chosen(
    lab: RunningLab, server: Installation
) -> None:
    before = datetime.now(UTC)
    row = server.synchronize()

    assert row["result"] == "succeeded"
    assert row["reason"] is None
    assert row["by"] == BY
    assert row["scope"] == "everything"
    assert row["source"] == lab.address
    assert row["problems"] == []
    assert before <= row["started"] <= row["ended"] <= datetime.now(UTC)
    here = {(update_id, number) for update_id, number, _ in server.picture().tables["documents"]}
    assert _chosen_updates(lab, server) <= here
    assert row["documents"] == len(here)


def test_history_counts_the_updates_people_see_and_the_bytes_that_came(
    lab: RunningLab, server: Installation
) -> None:
    row = server.synchronize()

    lines = server.updates()
    expired = [line for line in lines if line.state == "expired"]
    assert (row["new"], row["revised"], row["expired"]) == (
        len(lines) - len(expired),
        0,
        len(expired),
    )
    assert row["expired"] == 1
    sent = lab.statistics()["bytes"]
    assert row["bytes"] == sum(sent.values()), "bytes on the wire, as the source counts them"


def test_two_installations_come_to_the_same_catalogue(
    server: Installation, calm_picture: Picture
) -> None:
    server.synchronize()

    assert server.picture().differences(calm_picture) == []


def test_second_synchronization_asks_with_anchors_and_brings_nothing(
    lab: RunningLab, server: Installation
) -> None:
    server.synchronize()
    first, version = lab.statistics(), _version(server)
    picture = server.picture()

    row = server.synchronize()

    assert row["result"] == "succeeded"
    assert (row["new"], row["revised"], row["expired"], row["documents"]) == (0, 0, 0, 0)
    second = lab.statistics()
    assert second["identities_asked"] == first["identities_asked"]
    assert second["identities_listed"] == first["identities_listed"], "nothing is listed again"
    asked = second["filter_log"][len(first["filter_log"]) :]
    assert [one["get_config"] for one in asked] == [True, False]
    assert all(one["anchor"] for one in asked)
    assert all(entry["delta"] for entry in asked[1]["categories"])
    assert all(entry["delta"] for entry in asked[1]["classifications"])
    assert server.picture().differences(picture) == []
    assert _version(server) == version, "an unchanged catalogue keeps its version"


def test_next_month_brings_only_what_is_new_revised_or_expired(
    lab: RunningLab, server: Installation
) -> None:
    server.synchronize()
    before, version = server.picture(), _version(server)
    asked_before = lab.statistics()["identities_asked"]["GetUpdateData"]
    revealed = lab.advance()

    row = server.synchronize()

    assert row["result"] == "succeeded"
    brought = server.picture().tables["documents"] - before.tables["documents"]
    assert before.tables["documents"] <= server.picture().tables["documents"]
    asked = lab.statistics()["identities_asked"]["GetUpdateData"] - asked_before
    assert asked == len(brought) == row["documents"]
    published = {(one["id"], one["revision"]) for one in revealed["updates"]}
    published |= {(one["id"], 200) for one in revealed["categories"]}
    assert {(update_id, number) for update_id, number, _ in brought} <= published
    assert (row["revised"], row["expired"]) == (1, 1)
    known_before = {update_id for update_id, _, _ in before.tables["documents"]}
    fresh = [line for line in server.updates() if line.identity.update_id not in known_before]
    assert row["new"] == len(fresh) > 1
    assert _version(server) == version + 1


def test_what_is_revised_or_expired_is_shown_in_its_newest_revision(
    lab: RunningLab, server: Installation
) -> None:
    server.synchronize()
    before = {line.identity.update_id: line for line in server.updates()}
    lab.advance()
    server.synchronize()

    changed = [
        (before[line.identity.update_id], line)
        for line in server.updates()
        if line.identity.update_id in before
        and line.identity != before[line.identity.update_id].identity
    ]
    (expired,) = (pair for pair in changed if pair[1].state == "expired")
    (revised,) = (pair for pair in changed if pair[1].state != "expired")
    assert expired[0].state == "not_approved"
    assert revised[1].severity == "Critical"
    assert all(new.identity.revision_number > old.identity.revision_number for old, new in changed)


def test_new_product_comes_with_its_updates_when_all_products_are_chosen(
    lab: RunningLab, server: Installation
) -> None:
    server.synchronize()
    lab.advance()
    server.synchronize()

    products = server.home.catalogue_browser.products(ProductsMode.ALL)
    (product,) = (one for one in products if one.title == NEW_PRODUCT)
    assert product.selected
    assert len(server.updates(products=[NEW_PRODUCT])) == 1


def test_new_product_of_a_chosen_family_comes_with_its_updates(
    lab: RunningLab, server: Installation
) -> None:
    server.synchronize(scope="categories")
    server.home.subscribing.select_products(["6964aab4-c5b5-43bd-a17d-ffb4346a8e1d"], actor=BY)
    server.synchronize()
    lab.advance()
    row = server.synchronize()

    assert row["result"] == "succeeded"
    assert len(server.updates(products=[NEW_PRODUCT])) == 1


def test_new_product_outside_the_chosen_ones_stays_away(
    lab: RunningLab, server: Installation
) -> None:
    server.synchronize(scope="categories")
    server.home.subscribing.select_products(["Microsoft Edge"], actor=BY)
    server.synchronize()
    lab.advance()
    server.synchronize()

    products = server.home.catalogue_browser.products(ProductsMode.SELECTED)
    (product,) = (one for one in products if one.title == NEW_PRODUCT)
    assert not product.selected
    assert server.updates(products=[NEW_PRODUCT]) == ()


def test_new_language_is_taken_where_all_are_chosen_and_the_history_says_so(
    lab: RunningLab, server: Installation
) -> None:
    server.synchronize()
    lab.advance()
    row = server.synchronize()

    (notice,) = row["problems"]
    assert (notice["kind"], notice["subject"]) == ("notice", "ca")
    assert "Catalan" in notice["reason"]
    assert "it is taken" in notice["reason"]
    assert row["result"] == "succeeded"
    languages = server.home.catalogue_browser.languages(server.home.configuring.shared().languages)
    assert [one.selected for one in languages if one.id == "ca"] == [True]
    assert server.synchronize()["problems"] == [], "it is new only once"


def test_new_language_stays_off_where_some_are_selected_and_the_history_says_so(
    lab: RunningLab, server: Installation
) -> None:
    server.set(languages_mode="selected", languages_selected="en,sv")
    server.synchronize()
    lab.advance()
    row = server.synchronize()

    (notice,) = row["problems"]
    assert notice["subject"] == "ca"
    assert "stays off" in notice["reason"]
    languages = server.home.catalogue_browser.languages(server.home.configuring.shared().languages)
    assert [one.selected for one in languages if one.id == "ca"] == [False]
    assert server.home.configuring.shared().languages.selected == ("en", "sv")


def test_categories_alone_fetch_no_updates(lab: RunningLab, server: Installation) -> None:
    row = server.synchronize(scope="categories")

    assert (row["result"], row["scope"]) == ("succeeded", "categories")
    assert (row["new"], row["revised"], row["expired"]) == (0, 0, 0)
    assert server.updates() == ()
    assert len(server.home.catalogue_browser.products(ProductsMode.ALL)) > 50
    assert len(server.home.catalogue_browser.classifications()) > 5
    log = lab.statistics()["filter_log"]
    assert [one["get_config"] for one in log] == [True]


def test_categories_alone_leave_the_updates_to_the_next_whole_run(
    server: Installation, calm_picture: Picture
) -> None:
    server.synchronize(scope="categories")
    row = server.synchronize()

    assert row["new"] > 400
    assert server.picture().differences(calm_picture) == []
