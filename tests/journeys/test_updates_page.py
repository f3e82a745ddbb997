"""The list of updates as somebody clicks through it after one synchronization."""

import re
from collections.abc import Iterator

import pytest
from tests.console import Browser, ConsoleLab, Page, new_console, opened_console
from tests.journeys.conftest import Install
from tests.upstream_lab import running_upstream

from headgate.catalogue.words import words_of

LIST = "/console/updates"
FILTER, COLUMNS = "/updates", "#results"  # how the actions of the two forms end


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleLab]:
    """The built-in world after one synchronization; tests here only look."""
    with new_console(tmp_path_factory.mktemp("updates")) as opened:
        with running_upstream() as lab:
            opened.installation.point_at(lab)
            assert opened.installation.synchronize()["result"] == "succeeded"
        yield opened


@pytest.fixture(scope="module")
def reporter(console: ConsoleLab) -> Browser:
    return console.reporter()


def links_of(page: Page) -> list[str]:
    """The addresses of the updates on a page."""
    return [
        str(link.get("href")) for link in page.document.cssselect("tr[data-row] .updates-title a")
    ]


def chips_of(page: Page) -> list[str]:
    return page.all(".updates-chip > span:first-child")


def remove(page: Page, words: str) -> Page:
    """Click a chip away."""
    return page.follow(f"{words} (remove this filter)")


def total_of(page: Page) -> int:
    (said,) = page.all(".updates-head p")
    return int(re.sub(r"\D", "", said))


def column(page: Page, title: str) -> list[str]:
    """The cells below a heading."""
    at = page.all("thead th").index(title) + 1
    return page.all(f"tr[data-row] td:nth-child({at})")


def test_the_first_view_is_everything_not_declined_and_the_filter_goes_with_one_click(
    reporter: Browser,
) -> None:
    page = reporter.get(LIST)

    assert page.heading == "Updates"
    assert chips_of(page) == ["State: everything but declined"]
    assert len(links_of(page)) == 50
    everything = remove(page, "State: everything but declined")
    assert everything.address.endswith("?state=any")
    assert chips_of(everything) == []


def test_filters_make_an_address_that_shows_somebody_else_the_same(
    console: ConsoleLab, reporter: Browser
) -> None:
    page = reporter.get(LIST).submit(
        {"text": "cumul windows", "severity": ["critical"], "superseded": "no"}, action=FILTER
    )

    assert page.address.endswith("?text=cumul+windows&superseded=no&severity=critical")
    assert links_of(page)
    assert set(column(page, "Severity")) == {"Critical"}
    shared = console.administrator().get(page.address)
    assert links_of(shared) == links_of(page)
    assert shared.form(action=FILTER).fields["text"] == "cumul windows"
    assert chips_of(page) == [
        "Search: cumul windows",
        "State: everything but declined",
        "Severity: Critical",
        "Without superseded",
    ]
    less = remove(page, "Severity: Critical")
    assert less.address.endswith("?text=cumul+windows&superseded=no")
    assert total_of(less) > total_of(page)
    assert page.follow("Remove all filters").address.endswith("?state=any")


def test_products_and_classifications_are_chosen_by_name_families_mean_all_below(
    reporter: Browser,
) -> None:
    page = reporter.get(LIST)
    options = {
        " ".join(option.text_content().split()): option.get("value")
        for option in page.document.cssselect("select[name=product] option")
    }
    windows_11 = page.submit({"product": [options["Windows 11"]]}, action=FILTER)
    windows = page.submit({"product": [options["All of Windows"]]}, action=FILTER)

    assert "Product: Windows 11" in chips_of(windows_11)
    assert all("Windows 11" in products for products in column(windows_11, "Products"))
    assert 0 < total_of(windows_11) < total_of(windows)
    assert windows.form(action=FILTER).inputs["product"].value == {options["All of Windows"]}


def test_a_pasted_list_of_kbs_shows_them_and_names_those_not_here(reporter: Browser) -> None:
    page = reporter.get(LIST).submit({"kbs": "KB5046222;\n9999991,5046222"}, action=FILTER)

    assert set(column(page, "KB article")) == {"5046222"}
    assert "Not in the catalogue: KB9999991." in page.told
    assert "KB: KB5046222, KB9999991" in chips_of(page)


def test_the_counts_of_a_synchronization_lead_to_its_updates(
    console: ConsoleLab, reporter: Browser
) -> None:
    run = console.installation.history()[0]
    page = reporter.get(f"{LIST}?run={run['id']}&brought=new")

    assert total_of(page) == run["new"]
    (chip,) = [chip for chip in chips_of(page) if chip.startswith("Brought by")]
    assert chip.endswith(": new updates")
    assert "run=" not in remove(page, chip).address


def test_days_bound_the_list_and_their_chips_say_them(reporter: Browser) -> None:
    page = reporter.get(LIST).submit(
        {"released_since": "2026-10-01", "released_until": "2026-10-13"}, action=FILTER
    )

    assert set(column(page, "Release date")) == {"13 Oct 2026"}
    assert "Released from 1 Oct 2026" in chips_of(page)
    until = remove(page, "Released from 1 Oct 2026")
    assert total_of(until) > total_of(page)
    nothing = reporter.get(f"{LIST}?arrived_until=2020-01-01")
    assert "No update fits all of these filters. Remove one." in nothing.words


def test_headings_sort_and_sort_the_other_way_at_the_second_click(reporter: Browser) -> None:
    first = reporter.get(LIST).follow("Title")
    second = first.follow("Title")

    titles = column(first, "Title")
    assert titles == sorted(titles, key=words_of)
    assert first.document.cssselect("th[aria-sort]")[0].get("aria-sort") == "ascending"
    assert second.document.cssselect("th[aria-sort]")[0].get("aria-sort") == "descending"
    assert column(second, "Title")[0] != titles[0]


def test_walking_all_pages_and_back_meets_every_update_once(reporter: Browser) -> None:
    page = reporter.get(f"{LIST}?per_page=100&sort=kb")
    total, forth = total_of(page), [links_of(page)]
    while page.all("a[rel=next]"):
        page = page.follow("Next")
        forth.append(links_of(page))
    back = [links_of(page)]
    while page.all("a[rel=prev]"):
        page = page.follow("Previous")
        back.append(links_of(page))

    seen = [link for links in forth for link in links]
    assert len(seen) == len(set(seen)) == total
    assert list(reversed(back)) == forth


def test_columns_can_be_chosen_and_stay_chosen_while_filtering(reporter: Browser) -> None:
    page = reporter.get(f"{LIST}?text=edge").submit(
        {"columns": ["title", "kb"], "per_page": "25"}, action=COLUMNS
    )

    assert page.all("thead th") == ["Title", "KB article"]
    assert page.address.endswith("?text=edge&per_page=25&columns=title,kb")
    searched = page.submit({"text": "windows"}, action=FILTER)
    assert searched.all("thead th") == ["Title", "KB article"]
    assert len(links_of(searched)) == 25


def test_an_icon_with_words_tells_which_updates_replace_each_other(reporter: Browser) -> None:
    page = reporter.get(f"{LIST}?text=cumulative&per_page=100")

    said = set(column(page, "Supersedence"))
    assert "Superseding: replaces another update" in said
    assert len(page.document.cssselect("tr[data-row] svg.supersedence")) == 100


def test_nonsense_in_the_address_is_told_and_the_rest_still_counts(reporter: Browser) -> None:
    page = reporter.get(
        f"{LIST}?text=edge&product=nowhere&cursor=broken&state=zzz&sort=colour&per_page=7"
        "&columns=&run=abc&arrived_since=abc&kbs=xyz&severity=x&unknown=1"
    )

    assert page.status == 200
    assert links_of(page)
    assert "There is no product 'nowhere' here." in page.words
    assert "'abc' is no date. Write it as 2026-11-20." in page.words
    assert "There is no synchronization number abc." in page.told
    assert any("This is the first page" in said for said in page.told)
    assert page.form(action=FILTER).fields["kbs"] == "xyz"


@pytest.mark.parametrize(
    "name",
    [
        "text",
        "kbs",
        "product",
        "state",
        "severity",
        "cursor",
        "run",
        "sort",
        "columns",
        "arrived_since",
    ],
)
def test_values_of_10000_characters_break_nothing(reporter: Browser, name: str) -> None:
    page = reporter.get(f"{LIST}?{name}={'9x' * 5_000}")

    assert page.status == 200
    assert page.heading == "Updates"


def test_filters_that_are_too_narrow_say_so_and_can_be_taken_back(reporter: Browser) -> None:
    page = reporter.get(f"{LIST}?text=nothingiscalledthis")

    assert "No update fits all of these filters. Remove one." in page.words
    assert links_of(remove(page, "Search: nothingiscalledthis"))


def test_before_the_first_synchronization_the_list_says_what_to_do(install: Install) -> None:
    with opened_console(install(None)) as console:
        page = console.reporter().get(LIST)

        assert "This server has not synchronized yet, so it knows no updates." in page.words
        options = page.follow("Go to Synchronization Options to synchronize now")
        assert options.status == 200


def test_typing_gets_the_list_alone_and_the_address_to_keep(reporter: Browser) -> None:
    part = reporter.get(f"{LIST}?text=edge&kbs=&severity=", HX_Request="true")

    assert part.headers["HX-Replace-Url"] == f"{LIST}?text=edge"
    assert links_of(part)
    assert not part.document.cssselect("h1, form[role=search]")


def test_titles_are_in_the_readers_language_and_fall_back_as_the_document_says(
    console: ConsoleLab,
) -> None:
    page = console.reporter("de").get(f"{LIST}?text=5059508")

    assert any("Kumulatives Update" in title for title in page.all(".updates-title"))
    assert "Sicherheitsupdates" in page.words
