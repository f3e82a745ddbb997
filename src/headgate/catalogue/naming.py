"""Finding a category by what people type: a GUID, or its title in any case.

Titles are not unique (two products are called "Windows Server 2016"); a title that fits several is
answered with the candidates, never with a guess.
"""

from collections.abc import Iterable, Mapping, Sequence

from headgate.catalogue.categories import Category
from headgate.catalogue.identity import guid
from headgate.errors import UsageError

#: Candidates shown; more would scroll the answer away.
SHOWN = 12


class AmbiguousTitleError(UsageError):
    """A title fits several categories."""

    def __init__(self, title: str, candidates: Sequence[str]) -> None:
        listed = "\n".join(f"  {candidate}" for candidate in candidates)
        super().__init__(
            f"{title!r} is the title of {len(candidates)}:\n{listed}\n",
            next_step="Name the one you mean by its id.",
        )


class UnknownCategoryError(UsageError):
    """No category has this id or title."""

    def __init__(self, text: str, what: str, similar: Sequence[str]) -> None:
        shown = list(similar[:SHOWN])
        if len(similar) > SHOWN:
            shown.append(f"and {len(similar) - SHOWN} more")
        listed = "".join(f"\n  {candidate}" for candidate in shown)
        super().__init__(
            f"There is no {what} {text!r}."
            + (f" Titles that contain it:{listed}\n" if listed else ""),
            next_step="Use an id or a whole title (in quotation marks)."
            if listed
            else f"`headgate {what}s list` shows them all.",
        )


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
    parent = known.get(category.parent_id or "")
    below = f", below {parent.title}" if parent else ""
    return f"{category.update_id}  {category.title} ({category.category_type.value}{below})"
