"""What ends before a handler begins: told on a page in the console, plainly everywhere else."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from tests.commands import ANY_DISK
from tests.installation import Installation

from headgate.bootstrap import open_home
from headgate.errors import ContentError, StorageError
from headgate.services.upkeep.health import Health
from headgate.web.console.mishaps import exception_handlers

WHERE = "/var/lib/headgate/content/1D"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    installation = Installation(open_home(tmp_path_factory.mktemp("mishaps") / "data", ANY_DISK))
    home = installation.home
    console = home.console(Health(engine=home.engine, worker_is_alive=lambda: True))

    def fail(request: Request) -> Response:
        kind = ContentError if request.path_params["kind"] == "content" else StorageError
        raise kind(f"{WHERE} cannot be read.")

    routes = [Route("/console/{kind}", fail), Route("/Content/{kind}", fail)]
    yield TestClient(Starlette(routes=routes, exception_handlers=exception_handlers(console)))
    installation.engine.dispose()


@pytest.mark.parametrize(("kind", "status"), [("content", 500), ("storage", 503)])
def test_an_error_is_told_as_a_page_in_the_console_alone(
    browser: TestClient, kind: str, status: int
) -> None:
    page = browser.get(f"/console/{kind}")
    plain = browser.get(f"/Content/{kind}")

    assert (page.status_code, plain.status_code) == (status, status)
    assert page.headers["content-type"].startswith("text/html")
    assert WHERE in page.text
    assert plain.headers["content-type"].startswith("text/plain")
    assert "set-cookie" not in plain.headers
    assert WHERE not in plain.text
