"""How the reader calls products and classifications: as their documents say in that language."""

from headgate.web.console.update_text import languages_for, short
from headgate.web.console.visit import Console, Visit


def category_names(console: Console, visit: Visit) -> dict[str, str]:
    """Return id to name of every product, family, company and classification."""
    titles = console.catalogue().category_titles(languages_for(visit.words))
    return {update_id: short(title) for update_id, title in titles.items()}
