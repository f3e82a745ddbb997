"""Finding a category by what people type: a GUID, or its title in any case.

Titles are not unique (two products are called "Windows Server 2016"); a title that fits several is
answered with the candidates, never with a guess.
"""

from collections.abc import Iterable, Mapping, Sequence

from headgate.catalogue.categories import Category
from headgate.catalogue.identity import guid
from headgate.errors import UsageError
from headgate.sentences import Sentence, Sentences

#: Candidates shown; more would scroll the answer away.
SHOWN = 12


class AmbiguousTitleError(UsageError):
    """A title fits several categories."""

    def __init__(self, title: str, candidates: Sequence[str]) -> None:
        super().__init__(
            Sentence(
                "'{title}' is the title of {number}:{candidates}\n",
                title=title,
                number=len(candidates),
                candidates=_one_below_the_other(candidates),
            ),
            next_step=Sentence("Name the one you mean by its id."),
        )


class UnknownCategoryError(UsageError):
    """No category has this id or title."""

    def __init__(self, text: str, what: str, similar: Sequence[str]) -> None:
        product = what == "product"
        unknown = (
            Sentence("There is no product '{name}'.", name=text)
            if product
            else Sentence("There is no classification '{name}'.", name=text)
        )
        if similar:
            next_step = Sentence("Use an id or a whole title (in quotation marks).")
        elif product:
            next_step = Sentence("`headgate products list` shows them all.")
        else:
            next_step = Sentence("`headgate classifications list` shows them all.")
        super().__init__(Sentences((unknown, _titles_that_contain(similar))), next_step=next_step)


def _titles_that_contain(similar: Sequence[str]) -> str:
    if not similar:
        return ""
    titles, more = _one_below_the_other(similar[:SHOWN]), len(similar) - SHOWN
    if more <= 0:
        return Sentence("Titles that contain it:{titles}\n", titles=titles)
    return Sentence(
        "Titles that contain it:{titles}\n  and {more} more\n", titles=titles, more=more
    )


def _one_below_the_other(lines: Sequence[str]) -> str:
    return "".join(f"\n  {line}" for line in lines)


def find_categories(
    texts: Iterable[str], categories: Iterable[Category], *, what: str
) -> tuple[Category, ...]:
    """Return the category each text names, by id or by whole title.

    ``what`` is product or classification, for the sentences. Raises AmbiguousTitleError and
    UnknownCategoryError.
    """
    known = {category.update_id: category for category in categories}
    return tuple(_find(text.strip(), known, what) for text in texts)


def _find(text: str, known: Mapping[str, Category], what: str) -> Category:
    try:
        by_id = known.get(guid(text))
    except ValueError:
        by_id = None
    if by_id is not None:
        return by_id
    wanted = text.casefold()
    exact = [category for category in known.values() if category.title.casefold() == wanted]
    if len(exact) == 1:
        return exact[0]
    if exact:
        raise AmbiguousTitleError(text, [_described(category, known) for category in exact])
    similar = [category for category in known.values() if wanted in category.title.casefold()]
    raise UnknownCategoryError(text, what, [_described(found, known) for found in similar])


def _described(category: Category, known: Mapping[str, Category]) -> str:
    """Return a candidate as data: lines of a list are not translated."""
    parent = known.get(category.parent_id or "")
    below = f", below {parent.title}" if parent else ""
    return f"{category.update_id}  {category.title} ({category.category_type.value}{below})"
