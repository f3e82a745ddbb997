"""Two steps of the set-up: products and classifications, with the forms of their own pages."""

from starlette.responses import Response

from headgate.services.catalogue.subscribing import Changed
from headgate.services.synchronizing.setting_up import StepName
from headgate.web.console import classifications_form, products_form, set_up_steps
from headgate.web.console.classifications_form import ClassificationsForm
from headgate.web.console.products_form import ProductsForm
from headgate.web.console.visit import Console, Visit


def show_products(console: Console, visit: Visit) -> Response:
    """Show the tree of products."""
    return _products(console, visit, products_form.present(console, visit))


def save_products(console: Console, visit: Visit) -> Response:
    """Choose what is ticked and go on."""
    done = products_form.carry_out(console, visit)
    if isinstance(done, Changed):
        return visit.done(set_up_steps.after(StepName.PRODUCTS), done.sentences)
    return _products(console, visit, done)


def show_classifications(console: Console, visit: Visit) -> Response:
    """Show the classifications."""
    return _classifications(console, visit, classifications_form.present(console, visit))


def save_classifications(console: Console, visit: Visit) -> Response:
    """Choose what is ticked and go on."""
    done = classifications_form.carry_out(console, visit)
    if isinstance(done, Changed):
        return visit.done(set_up_steps.after(StepName.CLASSIFICATIONS), done.sentences)
    return _classifications(console, visit, done)


def _products(console: Console, visit: Visit, form: ProductsForm) -> Response:
    return set_up_steps.show(
        console,
        visit,
        StepName.PRODUCTS,
        "set_up_choice.html",
        status=form.status,
        products=form,
        section="section_products.html",
        saves=form.is_known,
    )


def _classifications(console: Console, visit: Visit, form: ClassificationsForm) -> Response:
    return set_up_steps.show(
        console,
        visit,
        StepName.CLASSIFICATIONS,
        "set_up_choice.html",
        status=form.status,
        classifications=form,
        section="section_classifications.html",
        saves=bool(form.boxes),
    )
