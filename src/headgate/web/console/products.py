"""*Products*: the tree in which products, families and companies are chosen."""

from starlette.responses import Response

from headgate.services.catalogue.subscribing import Changed
from headgate.web.console import products_form
from headgate.web.console.visit import Console, Visit

ADDRESS = "/console/options/synchronization/products"


def show(console: Console, visit: Visit) -> Response:
    """Show the tree with what is chosen; ``?search=`` shows a part of it."""
    return visit.page("products.html", products=products_form.present(console, visit))


def save(console: Console, visit: Visit) -> Response:
    """Choose what is ticked, or show the form again: searched, with a preset, or with an error."""
    done = products_form.carry_out(console, visit)
    if isinstance(done, Changed):
        return visit.done(ADDRESS, done.sentences)
    return visit.page("products.html", status=done.status, products=done)
