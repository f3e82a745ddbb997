"""The faces of errors: every error we know of becomes a page with its own sentence on it."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from tests.commands import ANY_DISK
from tests.installation import Installation

import headgate
from headgate.bootstrap import open_home
from headgate.errors import HeadgateError, MalformedMessage
from headgate.sentences import Sentence
from headgate.services.upkeep.health import Health
from headgate.web.console.door import Threads, endpoint
from headgate.web.console.messages import FACES, face_of
from headgate.web.console.routing import PUBLIC, ConsoleRoute
from headgate.web.console.visit import Console, Visit

#: What may go wrong below a page. Pages read no messages of peers: who does says it in its own
#: words (SourceError, DocumentError). Other errors end commands or background work.
FAMILIES = [
    kind
    for kind in HeadgateError.__subclasses__()
    if kind.__module__ == "headgate.errors" and kind is not MalformedMessage
]


def every_error() -> list[type[HeadgateError]]:
    for module in pkgutil.walk_packages(headgate.__path__, "headgate."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return [HeadgateError, *below(HeadgateError)]


def below(kind: type[HeadgateError]) -> Iterator[type[HeadgateError]]:
    for direct in kind.__subclasses__():
        yield direct
        yield from below(direct)


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    installation = Installation(open_home(tmp_path_factory.mktemp("faces") / "data", ANY_DISK))
    home = installation.home
    yield home.console(Health(engine=home.engine, worker_is_alive=lambda: True))
    installation.engine.dispose()


def shown(console: Console, error: HeadgateError) -> Response:
    """Return the page on which the door tells an error that a handler raised."""

    def fail(_console: Console, _visit: Visit) -> Response:
        raise error

    route = ConsoleRoute("GET", "/fails", fail, PUBLIC)
    app = Starlette(routes=[Route("/fails", endpoint(console, route, Threads()))])
    return TestClient(app, headers={"Accept-Language": "en"}).get("/fails")


def test_every_error_is_told_on_a_page_with_its_own_sentence_and_next_step(
    console: Console,
) -> None:
    for kind in every_error():
        error = kind.__new__(kind)
        HeadgateError.__init__(
            error,
            Sentence("What {what} did.", what=kind.__name__),
            next_step=Sentence("Look after {what}.", what=kind.__name__),
        )

        page = shown(console, error)

        assert page.status_code == face_of(error).status, kind
        assert "<h1" in page.text and str(face_of(error).heading) in page.text, kind
        assert f"What {kind.__name__} did." in page.text, kind
        assert f"Look after {kind.__name__}." in page.text, kind


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_of_errors_that_pages_meet_has_a_face_of_its_own(
    family: type[HeadgateError],
) -> None:
    assert family in FACES
