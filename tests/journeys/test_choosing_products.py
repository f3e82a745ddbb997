"""Products and classifications in the console, without script."""

from collections.abc import Iterator

import pytest
from tests.cast import a_category
from tests.catalogue_rows import Shelf, fill, store
from tests.console import Browser, ConsoleLab, Page, opened_console
from tests.installation import Installation
from tests.journeys.conftest import Install

from headgate.catalogue.presets import SUPPORTED_WINDOWS
from headgate.catalogue.revisions import CategoryType
from headgate.catalogue.subscription import ProductsMode, Subscription
from headgate.storage import audit, catalogue_version, subscriptions, transactions

PRODUCTS = "/console/options/synchronization/products"
CLASSIFICATIONS = "/console/options/synchronization/classifications"


@pytest.fixture
def installation(install: Install) -> Installation:
    return install(None)


@pytest.fixture
def console(installation: Installation) -> Iterator[ConsoleLab]:
    with opened_console(installation) as opened:
        yield opened


@pytest.fixture
def shelf(installation: Installation) -> Shelf:
    filled = fill(installation.engine)
    tell_that_the_catalogue_changed(installation)
    return filled


def tell_that_the_catalogue_changed(installation: Installation) -> None:
    """Do what every synchronization does at its end."""
    with transactions.write(installation.engine) as conn:
        catalogue_version.raise_catalogue_version(conn)


@pytest.fixture
def anna(console: ConsoleLab) -> Browser:
    return console.administrator()


def kept(installation: Installation) -> Subscription:
    mode = ProductsMode(installation.home.configuring.shared().products.mode)
    with transactions.read(installation.engine) as conn:
        return subscriptions.subscription(conn, mode)


def boxes(page: Page) -> dict[str, bool]:
    """Return what stands beside every box of the tree, and whether it is ticked."""
    labels = page.document.cssselect(".tree label")
    return {
        " ".join(label.text_content().split()): label.find("input").get("checked") is not None
        for label in labels
    }


def save(page: Page, *, groups: list[str] | None = None, products: list[str] | None = None) -> Page:
    return page.submit(
        {"mode": "selected", "group": groups, "product": products}, press="Save settings"
    )


def test_at_first_all_products_are_chosen_and_the_tree_has_company_family_product(
    anna: Browser, shelf: Shelf
) -> None:
    page = anna.get(PRODUCTS)

    assert page.form("mode").fields["mode"] == "all"
    assert "3 of 3 products selected" in page.words
    nested = page.document.cssselect("#products-tree > li > details > ul > li > details > ul > li")
    assert len(nested) == 3


def test_a_family_is_chosen_with_its_future_products_and_told_so(
    anna: Browser, installation: Installation, shelf: Shelf
) -> None:
    page = save(anna.get(PRODUCTS), groups=[shelf.windows])

    assert kept(installation).products == {shelf.windows}
    assert any("Selected: Windows." in said for said in page.told)
    assert any("Future products below Windows are included." in said for said in page.told)
    assert "2 of 3 products selected" in page.words
    assert boxes(page) == {
        "Microsoft": False,
        "Windows": True,
        "Windows 10": True,
        "Windows 11": True,
        "Office": False,
        "Office 2016": False,
    }


def test_a_tick_taken_away_below_a_family_leaves_the_others(
    anna: Browser, installation: Installation, shelf: Shelf
) -> None:
    page = save(anna.get(PRODUCTS), groups=[shelf.windows])
    page = save(page, groups=[shelf.windows], products=[shelf.windows_11])

    assert kept(installation).products == {shelf.windows_11}
    assert any("Deselected: Windows 10." in said for said in page.told)
    assert any(
        "Future products below Windows are no longer included." in said for said in page.told
    )


def test_one_deed_has_one_audit_line(
    anna: Browser, installation: Installation, shelf: Shelf
) -> None:
    save(anna.get(PRODUCTS), products=[shelf.windows_10, shelf.office_2016])

    with transactions.read(installation.engine) as conn:
        lines = audit.latest_lines(conn, limit=50)
    (line,) = [line for line in lines if line.action.startswith("products.")]
    assert line.actor == "alice"
    assert set(line.detail["nodes"].values()) == {"Windows 10", "Office 2016"}


def test_without_any_product_the_page_says_so_and_keeps_what_was_typed(
    anna: Browser, installation: Installation, shelf: Shelf
) -> None:
    page = save(anna.get(PRODUCTS))

    assert page.status == 400
    assert "At least one product must stay selected" in page.words
    assert page.form("mode").fields["mode"] == "selected"
    assert kept(installation).mode is ProductsMode.ALL


def test_ticks_that_would_not_count_are_asked_about(
    anna: Browser, installation: Installation, shelf: Shelf
) -> None:
    page = anna.get(PRODUCTS).submit({"product": [shelf.windows_11]}, press="Save settings")

    assert page.status == 400
    assert "Products are ticked, but all products are chosen." in page.words
    assert boxes(page)["Windows 11"]
    assert kept(installation).mode is ProductsMode.ALL


def test_a_search_shows_a_part_of_the_tree_and_keeps_the_ticks_made_so_far(
    anna: Browser, installation: Installation, shelf: Shelf
) -> None:
    page = anna.get(PRODUCTS).submit(
        {"mode": "selected", "product": [shelf.windows_11], "search": "OFFICE 2016"},
        press="Search",
    )

    assert set(boxes(page)) == {"Microsoft", "Office", "Office 2016"}
    assert "1 of 3 products selected" in page.words
    save(page, products=[shelf.windows_11, shelf.office_2016])
    assert kept(installation).products == {shelf.windows_11, shelf.office_2016}


def test_a_search_without_a_hit_says_so_and_loses_no_tick(
    anna: Browser, installation: Installation, shelf: Shelf
) -> None:
    page = anna.get(PRODUCTS).submit(
        {"mode": "selected", "product": [shelf.windows_11], "search": "lotus"}, press="Search"
    )

    assert "Nothing contains these words." in page.words
    page.submit({}, press="Save settings")
    assert kept(installation).products == {shelf.windows_11}


def test_a_search_can_be_shared_as_a_link(anna: Browser, shelf: Shelf) -> None:
    page = anna.get(f"{PRODUCTS}?search=windows")

    assert set(boxes(page)) == {"Microsoft", "Windows", "Windows 10", "Windows 11"}


def test_a_preset_is_ticked_with_one_click_and_counts_once_it_is_saved(
    anna: Browser, installation: Installation, shelf: Shelf
) -> None:
    page = anna.get(PRODUCTS).submit(
        press=f"Tick {SUPPORTED_WINDOWS.title} ({len(SUPPORTED_WINDOWS.products)})"
    )

    assert "It counts once it is saved." in page.words
    assert kept(installation).mode is ProductsMode.ALL
    assert "Windows 10 LTSB" in boxes(page)  # the source of this test has not named it
    page.submit({}, press="Save settings")
    assert kept(installation).products == set(SUPPORTED_WINDOWS.products)


def test_two_administrators_at_once_the_second_sees_what_the_first_changed(
    anna: Browser, installation: Installation, shelf: Shelf
) -> None:
    page = anna.get(PRODUCTS)
    installation.home.subscribing.select_products([shelf.office], actor="bertil")
    page = save(page, products=[shelf.windows_11])

    assert page.status == 409
    assert "bertil has changed this choice" in page.words
    assert "Selected: Office." in page.words
    assert boxes(page)["Windows 11"] and not boxes(page)["Office"]
    assert kept(installation).products == {shelf.office}
    page = page.submit({}, press="Save settings")
    assert page.status == 200
    assert kept(installation).products == {shelf.windows_11}


def test_sent_twice_the_choice_is_saved_once(
    anna: Browser, installation: Installation, shelf: Shelf
) -> None:
    page = anna.get(PRODUCTS)
    save(page, products=[shelf.windows_11])
    again = save(page, products=[shelf.windows_11])

    assert again.status == 200
    assert any("Nothing changed" in said for said in again.told)


def test_before_the_first_contact_the_page_starts_it(
    anna: Browser, installation: Installation
) -> None:
    page = anna.get(PRODUCTS)
    assert "No products are known yet." in page.words
    page = page.submit(press="Start Connecting")

    assert page.address.endswith("/console/set-up/connect")
    job = installation.home.sync_control.status().job
    assert job is not None
    assert job.payload["scope"] == "categories"


def test_a_reporter_looks_and_searches_and_changes_nothing(
    console: ConsoleLab, installation: Installation, shelf: Shelf
) -> None:
    rupert = console.reporter()
    page = rupert.get(PRODUCTS)

    assert not [button for button in page.all("main button") if button == "Save settings"]
    found = page.submit({"search": "office"}, press="Search")
    assert "Windows 11" not in boxes(found)
    assert set(boxes(found)) >= {"Office", "Office 2016"}
    assert "form_token" not in found.address


@pytest.mark.parametrize(("fixed", "ticked"), [("all", False), ("selected", True)])
def test_what_the_environment_fixes_is_said(
    installation: Installation, shelf: Shelf, fixed: str, ticked: bool
) -> None:
    installation.home.environment["HEADGATE_PRODUCTS_MODE"] = fixed  # type: ignore[index]
    with opened_console(installation) as console:
        page = console.administrator().get(PRODUCTS)

    assert "HEADGATE_PRODUCTS_MODE" in page.words
    assert page.document.cssselect("#products-selected")[0].get("disabled") is not None
    assert bool(page.document.cssselect("fieldset.tree:not([disabled])")) is ticked


def test_titles_are_text_whatever_they_contain(anna: Browser, installation: Installation) -> None:
    title = "<script>alert(1)</script>\x07" + "x" * 10_000
    store(installation.engine, a_category(title, CategoryType.COMPANY))
    tell_that_the_catalogue_changed(installation)
    page = anna.get(PRODUCTS)

    assert not page.document.cssselect("main script")
    (name,) = boxes(page)
    assert name.startswith("<script>alert(1)</script>")
    assert len(name) < 1_000


def test_classifications_say_what_they_bring_and_are_saved(
    anna: Browser, installation: Installation, shelf: Shelf
) -> None:
    page = anna.get(CLASSIFICATIONS).submit(
        {"classification": [shelf.security, shelf.drivers]}, press="Save settings"
    )

    assert {shelf.security, shelf.drivers} <= kept(installation).classifications
    assert any("Selected: Drivers; Security Updates." in said for said in page.told)


def test_without_any_classification_the_page_says_so(
    anna: Browser, installation: Installation, shelf: Shelf
) -> None:
    before = kept(installation)
    page = anna.get(CLASSIFICATIONS).submit({"classification": None}, press="Save settings")

    assert page.status == 400
    assert "At least one classification must stay selected" in page.words
    assert kept(installation) == before


def test_a_classification_somebody_else_chose_meanwhile_is_told(
    anna: Browser, installation: Installation, shelf: Shelf
) -> None:
    page = anna.get(CLASSIFICATIONS)
    installation.home.subscribing.select_classifications([shelf.drivers], actor="bertil")
    page = page.submit({"classification": [shelf.security]}, press="Save settings")

    assert page.status == 409
    assert "bertil has changed this choice" in page.words
    assert "Selected: Drivers." in page.words
