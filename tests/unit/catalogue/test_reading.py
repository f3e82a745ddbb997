"""Which of a document's languages a reader gets."""

import pytest

from headgate.catalogue.reading import preferred


@pytest.mark.parametrize(
    ("languages", "default", "first"),
    [
        (["de"], "en", "de"),
        (["de-AT"], "en", "de"),
        (["sv"], "en", "sv-se"),
        (["pt-pt"], "en", "pt-br"),
        (["fi"], "ja", "ja"),
        (["fi"], "xx", "en"),
        ([], "", "en"),
    ],
)
def test_the_nearest_language_comes_first(languages: list[str], default: str, first: str) -> None:
    available = ["ja", "pt-br", "sv-se", "de", "en"]

    assert next(preferred(available, languages, default)) == first


def test_every_language_is_tried_once() -> None:
    available = ["en", "de", "sv-se"]

    assert sorted(preferred(available, ["de", "de-at", "sv"], "de")) == sorted(available)
    assert list(preferred([], ["de"], "en")) == []
