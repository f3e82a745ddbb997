"""Rendering: what every page needs is computed here, once.

Templates lie beside their handlers and see: ``t``, ``tn``, ``say``, ``words`` (the reader's
language), ``visitor``, ``csrf`` (the hidden field of every form), ``menu``, ``told`` (what the last
form did), ``icon``, ``asset``, ``now``, ``here`` (this address), and the facts of their handler.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from headgate import __version__
from headgate.sentences import Sentence
from headgate.web.console import assets
from headgate.web.console.on_pages import speech
from headgate.web.console.own_paths import HOME
from headgate.web.console.visit import Visit
from headgate.web.console.words import LANGUAGES

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

FORM_TOKEN = "form_token"  # noqa: S105 - the name of a field


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry of the toolbar."""

    title: str
    address: str
    icon: str


#: WSUS's toolbar, as far as it is built.
MENU = (
    MenuItem(Sentence("Home"), HOME, "home"),
    MenuItem(Sentence("Updates"), "/console/updates", "package"),
    MenuItem(Sentence("Synchronizations"), "/console/synchronizations", "history"),
    MenuItem(Sentence("Options"), "/console/options", "settings"),
)


@lru_cache
def templates() -> jinja2.Environment:
    """Return the templates of the console."""
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.globals.update(
        icon=assets.icon,
        asset=assets.address,
        languages=LANGUAGES,
        version=__version__,
        with_query=with_query,
    )
    return found


def with_query(address: str, /, **query: Any) -> str:
    """Return an address with a query behind it; names whose value is None or "" are left out."""
    pairs = [
        (name, each)
        for name, value in query.items()
        for each in (value if isinstance(value, (list, tuple)) else [value])
        if each not in (None, "")
    ]
    return f"{address}?{urlencode(pairs)}" if pairs else address


def render(visit: Visit, template: str, status: int, facts: Mapping[str, Any]) -> Response:
    """Answer with a template; parts of pages (``is_live``) are rendered the same way.

    Characters that HTML forbids are shown as such, wherever on the page a text brought them.
    """
    written = templates().get_template(template).render(**_every_page(visit), **facts)
    return HTMLResponse(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", written), status_code=status)


def _every_page(visit: Visit) -> dict[str, Any]:
    words, path = visit.words, visit.request.url.path
    told = visit.console.telling.take(visit.session) if visit.session and not visit.is_live else []
    return {
        **speech(words),
        "words": words,
        "visitor": visit.visitor,
        "caller": visit.caller,
        "theme": visit.theme,
        "csrf": _hidden(visit.form_token),
        "menu": [(item, _is_current(item, path)) for item in MENU] if visit.visitor else [],
        "told": told,
        "now": visit.console.now(),
        "here": path,
        "here_with_query": visit.address,
    }


def _hidden(token: str) -> Markup:
    return Markup(  # noqa: S704 - the token is escaped
        f'<input type="hidden" name="{FORM_TOKEN}" value="{escape(token)}">'
    )


def _is_current(item: MenuItem, path: str) -> bool:
    if item.address == HOME:
        return path == item.address or path.startswith("/console/set-up")
    return path == item.address or path.startswith(f"{item.address}/")
