"""*Classifications*: which kinds of updates are synchronized."""

from starlette.responses import Response

from headgate.services.catalogue.subscribing import Changed
from headgate.web.console import classifications_form
from headgate.web.console.visit import Console, Visit

ADDRESS = "/console/options/synchronization/classifications"


def show(console: Console, visit: Visit) -> Response:
    """Show the classifications with what is chosen."""
    form = classifications_form.present(console, visit)
    return visit.page("classifications.html", classifications=form)


def save(console: Console, visit: Visit) -> Response:
    """Choose what is ticked, or show the form again with what is wrong."""
    done = classifications_form.carry_out(console, visit)
    if isinstance(done, Changed):
        return visit.done(ADDRESS, done.sentences)
    return visit.page("classifications.html", status=done.status, classifications=done)
