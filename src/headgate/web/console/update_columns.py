"""The columns of the list of updates: which are shown, which order the list."""

from collections.abc import Mapping
from dataclasses import dataclass

from headgate.catalogue.update_list import UpdateSort
from headgate.sentences import Sentence
from headgate.web.console.update_address import Address
from headgate.web.console.update_filters import DESCENDING, Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column that can be shown."""

    name: str
    title: Sentence
    sort: UpdateSort | None = None  #: what a click on its heading orders by
    is_fixed: bool = False  #: always shown: the link to the update


#: In the order of the table.
COLUMNS = (
    Column(name="supersedence", title=Sentence("Supersedence")),
    Column(name="title", title=Sentence("Title"), sort=UpdateSort.TITLE, is_fixed=True),
    Column(name="classification", title=Sentence("Classification")),
    Column(name="products", title=Sentence("Products")),
    Column(name="severity", title=Sentence("Severity"), sort=UpdateSort.SEVERITY),
    Column(name="kb", title=Sentence("KB article"), sort=UpdateSort.KB),
    Column(name="released", title=Sentence("Release date"), sort=UpdateSort.RELEASED),
    Column(name="arrived", title=Sentence("Arrival date"), sort=UpdateSort.ARRIVED),
    Column(name="state", title=Sentence("State")),
)

_BY_NAME: Mapping[str, Column] = {column.name: column for column in COLUMNS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The heading of a column in one list."""

    column: Column
    sorted: str | None = None  #: as aria-sort says it; None: cannot be
    address: Address | None = None  #: the list ordered by it, the other way if it already is


def shown_columns(address: Address) -> tuple[Column, ...]:
    """Return the chosen columns; all when none or only unknown ones are chosen."""
    chosen = {name.strip().lower() for value in address.all("columns") for name in value.split(",")}
    if not chosen & _BY_NAME.keys():
        return COLUMNS
    return tuple(column for column in COLUMNS if column.is_fixed or column.name in chosen)


def heading(column: Column, asked: Asked, address: Address) -> Heading:
    """Return the heading of a column."""
    if column.sort is None:
        return Heading(column=column)
    is_it = column.sort is asked.sort
    descending = not asked.descending if is_it else column.sort in DESCENDING
    order = "desc" if descending else "asc"
    state = ("descending" if asked.descending else "ascending") if is_it else "none"
    return Heading(
        column=column,
        sorted=state,
        address=address.replacing(sort=str(column.sort), order=order),
    )
