"""Which languages a computer is sent, and what its attributes say."""

import msgspec
import pytest

from headgate.services.clients.details import chosen_languages, licences
from headgate.services.clients.device_attributes import device_attributes


@pytest.mark.parametrize(
    ("available", "locales", "expected"),
    [
        (["en", "de"], ["de-DE", "de"], ["de", "en"]),
        (["en", "zh-hant", "zh-tw"], ["zh-Hant-TW"], ["zh-hant", "en"]),
        (["en", "pt-br"], ["pt"], ["en"]),
        (["en", "pt-br"], ["PT-BR", "en"], ["pt-br", "en"]),
        (["ja", "fr"], ["de"], ["ja"]),
        (["ja", "fr"], ["fr-CA"], ["fr"]),
        ([], ["de"], []),
        (["en"], ["", "-", "---", "en-"], ["en"]),
    ],
)
def test_languages(available: list[str], locales: list[str], expected: list[str]) -> None:
    assert chosen_languages(available, locales) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (None, {}),
        ("", {}),
        ("OSVersion=10.0.26200.8037;", {"OSVersion": "10.0.26200.8037"}),
        ("A=b=c;D;=x; E =f", {"A": "b=c", "E": "f"}),
        ("A=1;A=2", {"A": "2"}),
    ],
)
def test_attributes(written: str | None, expected: dict[str, str]) -> None:
    assert device_attributes(written) == expected


def test_attributes_are_bounded() -> None:
    assert len(device_attributes(";".join(f"k{n}=v" for n in range(10_000)))) <= 501
    assert sum(map(len, device_attributes("k=" + "v" * 10_000_000).values())) < 70_000


TEMPLATE = '&lt;EulaFile Digest="AAAA" FileName="{name}.txt"{region} Language="en" /&gt;'
EULAS = {
    name: TEMPLATE.format(name=name, region=region).encode()
    for name, region in (("none", ""), ("empty", ' GeoId=""'), ("usa", ' GeoId="USA"'))
}


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("USA", {"none", "empty", "usa"}),
        (" usa ", {"none", "empty", "usa"}),
        ("DEU", {"none", "empty"}),
        (None, {"none", "empty", "usa"}),
        ("", {"none", "empty", "usa"}),
    ],
)
def test_a_licence_without_a_region_is_for_the_rest_of_the_world(
    region: str | None, expected: set[str]
) -> None:
    """[MS-WUSP] 3.1.1.1: no GeoId or an empty one."""
    piece = msgspec.msgpack.encode({"en": list(EULAS.values())})

    assert set(licences(piece, ["en"], region)) == {EULAS[name] for name in expected}
