"""What a visitor sees at an address that is no page."""

from starlette.responses import Response

from headgate.sentences import Sentence
from headgate.web.console.visit import Console, Visit


def show(_console: Console, visit: Visit) -> Response:
    """Say that there is no such page, and where there are some."""
    return visit.page(
        "problem.html",
        status=404,
        heading=Sentence("There is no such page"),
        sentences=[
            Sentence("The console has nothing at this address."),
            Sentence("The toolbar above leads to everything there is."),
        ],
    )
