from lxml import etree

from headgate.web.console.pictures import WIDTH, Bar, bar_chart

_SVG = "{http://www.w3.org/2000/svg}"


def _read(*bars: Bar, title: str = "Updates by classification") -> etree._Element:
    drawn = bar_chart(bars, name="kinds", title=title, description="Most: Security Updates.")
    return etree.fromstring(str(drawn))


def _bar(label: str, value: float) -> Bar:
    return Bar(label=label, value=value, said=f"{value:,}")


def test_a_chart_is_svg_with_a_title_and_a_description_for_screen_readers() -> None:
    svg = _read(_bar("Security Updates", 3))

    named = [svg.find(f".//*[@id='{name}']") for name in svg.get("aria-labelledby", "").split()]
    assert svg.tag == f"{_SVG}svg"
    assert svg.get("role") == "img"
    assert [one.text for one in named if one is not None] == [
        "Updates by classification",
        "Most: Security Updates.",
    ]


def test_bars_are_as_long_as_their_values_beside_the_longest() -> None:
    svg = _read(_bar("a", 400), _bar("b", 100), _bar("c", 0))

    widths = [
        int(bar.get("width", "")) for bar in svg.iterfind(f"{_SVG}rect[@class='picture-bar']")
    ]
    assert widths == [WIDTH, WIDTH // 4, 0]


def test_a_value_that_is_not_nothing_can_be_seen() -> None:
    svg = _read(_bar("Security Updates", 150_000), _bar("Tools", 1))

    widths = [
        int(bar.get("width", "")) for bar in svg.iterfind(f"{_SVG}rect[@class='picture-bar']")
    ]
    assert widths[1] > 0


def test_nothing_in_a_chart_has_a_style_of_its_own() -> None:
    svg = _read(_bar("Security Updates", 3), _bar("Drivers", 2))

    attributes = {name for element in svg.iter() for name in element.attrib}
    assert not attributes & {"style", "fill", "stroke", "onload", "onclick"}


def test_what_documents_say_stays_text() -> None:
    label = "<script>alert(1)</script>\x01 & Co"
    svg = _read(_bar(label, 1), title='"></title><script>')

    texts = [text.text for text in svg.iterfind(f"{_SVG}text")]
    assert texts[0] == "<script>alert(1)</script>\N{REPLACEMENT CHARACTER} & Co"
    assert svg.find(f".//{_SVG}script") is None


def test_a_title_of_ten_thousand_letters_is_cut() -> None:
    svg = _read(_bar("x" * 10_000, 1))

    text = svg.find(f"{_SVG}text")
    assert text is not None
    assert len(text.text or "") < 100


def test_a_chart_of_nothing_is_a_picture_still() -> None:
    assert _read().get("viewBox") == f"0 0 {WIDTH} 40"
