"""A first synchronization, one with nothing new, and one after the source has published more."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.catalogue_picture import Picture
from tests.commands import ANY_DISK
from tests.installation import BY, Installation, Row
from tests.upstream_lab import RunningLab, running_upstream

from headgate.bootstrap import open_home
from headgate.catalogue.subscription import ProductsMode
from headgate.catalogue.update_list import UpdateLine
from headgate.services.catalogue.browser import LanguageLine, ProductLine
from headgate.storage import catalogue_version, transactions

NEW_PRODUCT = "Windows 11 Version 26H2"
WINDOWS = "6964aab4-c5b5-43bd-a17d-ffb4346a8e1d"


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """What people and the source could see after one of the runs."""

    row: Row
    picture: Picture
    lines: tuple[UpdateLine, ...]
    version: int
    told: dict[str, Any]  #: the lab's statistics, since its start

    @property
    def identities(self) -> set[tuple[str, int]]:
        return {(row[0], row[1]) for row in self.picture.tables["documents"]}

    @property
    def asked(self) -> int:
        return int(self.told["identities_asked"]["GetUpdateData"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Three runs of one installation with the default choice; a month appeared before the third."""

    began: datetime
    address: str
    chosen: set[tuple[str, int]]  #: identities the source has for the choice at first
    first: After
    second: After
    revealed: dict[str, Any]
    third: After
    fourth: After
    products: list[ProductLine]
    languages: list[LanguageLine]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    began = datetime.now(UTC)
    server = Installation(open_home(tmp_path_factory.mktemp("story") / "data", ANY_DISK))
    browser = server.home.catalogue_browser
    with running_upstream() as lab:
        server.point_at(lab)
        first = _after(server, lab)
        chosen = {one.id for one in browser.classifications() if one.selected}
        listed = set(_listed(lab, chosen))
        second = _after(server, lab)
        told = Story(
            began=began,
            address=lab.address,
            chosen=listed,
            first=first,
            second=second,
            revealed=lab.advance(),
            third=_after(server, lab),
            fourth=_after(server, lab),
            products=browser.products(ProductsMode.ALL),
            languages=browser.languages(server.home.configuring.shared().languages),
        )
    server.engine.dispose()
    return told


def _after(server: Installation, lab: RunningLab) -> After:
    row = server.synchronize()
    return After(
        row=row,
        picture=server.picture(),
        lines=server.updates(),
        version=_version(server),
        told=lab.statistics(),
    )


def _version(server: Installation) -> int:
    with transactions.read(server.engine) as conn:
        return catalogue_version.catalogue_version(conn)


def _listed(lab: RunningLab, classifications: set[str]) -> Iterable[tuple[str, int]]:
    """Yield what the source lists for all products, read from the world itself."""
    for one in lab.upstream.publisher.publications():
        if one.in_configuration or one.classifications & classifications:
            yield one.identity.update_id, one.identity.revision_number


def test_first_synchronization_brings_everything_chosen(
    story: Story, calm_picture: Picture
) -> None:
    row = story.first.row

    assert (row["result"], row["reason"], row["problems"]) == ("succeeded", None, [])
    assert (row["scope"], row["by"], row["source"]) == ("everything", BY, story.address)
    assert story.began <= row["started"] <= row["ended"] <= datetime.now(UTC)
    assert story.chosen <= story.first.identities
    assert row["documents"] == len(story.first.identities)
    assert story.first.picture.differences(calm_picture) == [], "as any other installation"


def test_history_counts_the_updates_people_see_and_the_bytes_that_came(story: Story) -> None:
    row, lines = story.first.row, story.first.lines

    expired = [line for line in lines if line.state == "expired"]
    assert len(expired) == 1
    assert (row["new"], row["revised"], row["expired"]) == (len(lines) - 1, 0, 1)
    assert row["bytes"] == sum(story.first.told["bytes"].values()), "as the source counts them"


def test_second_synchronization_asks_with_anchors_and_brings_nothing(story: Story) -> None:
    first, second = story.first, story.second

    assert second.row["result"] == "succeeded"
    assert all(second.row[count] == 0 for count in ("new", "revised", "expired", "documents"))
    assert second.asked == first.asked
    assert second.told["identities_listed"] == first.told["identities_listed"]
    asked = second.told["filter_log"][len(first.told["filter_log"]) :]
    assert [one["get_config"] for one in asked] == [True, False]
    assert all(one["anchor"] for one in asked)
    assert all(entry["delta"] for entry in asked[1]["categories"])
    assert all(entry["delta"] for entry in asked[1]["classifications"])
    assert second.picture.differences(first.picture) == []
    assert second.version == first.version, "an unchanged catalogue keeps its version"


def test_next_month_brings_only_what_is_new_revised_or_expired(story: Story) -> None:
    before, after = story.second, story.third

    assert after.row["result"] == "succeeded"
    assert before.identities < after.identities
    brought = after.identities - before.identities
    assert after.asked - before.asked == len(brought) == after.row["documents"]
    published = {(one["id"], one["revision"]) for one in story.revealed["updates"]}
    published |= {(one["id"], 200) for one in story.revealed["categories"]}
    assert brought <= published
    known = {update_id for update_id, _ in before.identities}
    fresh = [line for line in after.lines if line.identity.update_id not in known]
    counted = (after.row["new"], after.row["revised"], after.row["expired"])
    assert counted == (len(fresh), 1, 1)
    assert len(fresh) > 1
    assert after.version == before.version + 1
    assert story.fourth.row["documents"] == 0


def test_what_is_revised_or_expired_is_shown_in_its_newest_revision(story: Story) -> None:
    before = {line.identity.update_id: line for line in story.second.lines}
    changed = [
        (before[line.identity.update_id], line)
        for line in story.third.lines
        if before.get(line.identity.update_id, line).identity != line.identity
    ]
    (expired,) = (pair for pair in changed if pair[1].state == "expired")
    (revised,) = (pair for pair in changed if pair[1].state != "expired")

    assert expired[0].state == "not_approved"
    assert revised[1].severity == "Critical"
    assert all(new.identity.revision_number > old.identity.revision_number for old, new in changed)


def test_new_product_comes_with_its_updates_when_all_products_are_chosen(story: Story) -> None:
    (product,) = (one for one in story.products if one.title == NEW_PRODUCT)

    assert product.selected
    assert [line for line in story.third.lines if NEW_PRODUCT in line.products]


def test_new_language_is_taken_where_all_are_chosen_and_the_history_says_so(story: Story) -> None:
    (notice,) = story.third.row["problems"]

    assert (notice["kind"], notice["subject"]) == ("notice", "ca")
    assert "Catalan" in notice["reason"]
    assert "it is taken" in notice["reason"]
    assert [one.selected for one in story.languages if one.id == "ca"] == [True]
    assert story.fourth.row["problems"] == [], "it is new only once"


def test_new_product_of_a_chosen_family_comes_with_its_updates(
    lab: RunningLab, server: Installation
) -> None:
    server.synchronize(scope="categories")
    server.home.subscribing.select_products([WINDOWS], actor=BY)
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
