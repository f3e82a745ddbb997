"""Tables for spreadsheets: CSV as Excel opens it with a double click.

UTF-8 with a byte order mark, or Excel reads other letters; a semicolon between the cells where the
reader's language writes a comma into numbers. A cell that a spreadsheet would take for a formula
gets an apostrophe before it: what others have written must not be calculated.
"""

import csv
import io
from collections.abc import Iterable, Sequence

from starlette.responses import Response

from headgate.web.console.update_text import shown

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MARK = "\ufeff"

Cell = str | int | None


def csv_file(
    name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]], *, language: str
) -> Response:
    """Answer with a file of that name for a reader of that language."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter="," if language == "en" else ";")
    writer.writerow([harmless(heading) for heading in headings])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return Response(
        (_MARK + out.getvalue()).encode(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def harmless(cell: Cell) -> Cell:
    """Return a cell no spreadsheet calculates.

    >>> harmless("=1+1"), harmless("Patch Tuesday"), harmless(-3)
    ("'=1+1", 'Patch Tuesday', -3)
    """
    if not isinstance(cell, str):
        return cell
    if cell.lstrip(" ").startswith(_FORMULA):
        return f"'{shown(cell)}"
    return shown(cell)
