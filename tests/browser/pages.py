"""Every page of the console, with real ids filled in."""

import json
import re

from tests.browser.conftest import Server

from headgate.web.console.routes import ROUTES
from headgate.web.console.routing import PUBLIC

#: Not pages: parts of pages, downloads, and what only leads elsewhere.
_NO_PAGE = re.compile(
    r"\.(csv|xml|crt|pem)$|/progress$|/forecasts$|\{path:path\}$"
    r"|/options/synchronization/(test|synchronize)$"
)


def pages(server: Server) -> list[str]:
    """Return every page for who has signed in, of a server that has synchronized once."""
    update = _telling(json.loads(server.done("updates", "list", "--limit", "0", "--json")))
    values = {"id": update["id"], "revision": str(update["revision"]), "id:int": "1"}
    found = []
    for route in ROUTES:
        address = re.sub(r"\{([^}]+)\}", lambda name: values.get(name[1], name[0]), route.address)
        is_page = route.method == "GET" and route.role is not PUBLIC
        if is_page and not _NO_PAGE.search(route.address):
            found.append(address)
    return found


def _telling(updates: list[dict[str, object]]) -> dict[str, object]:
    """Return an update with much to tell."""
    return next((one for one in updates if "Cumulative" in str(one["title"])), updates[0])
