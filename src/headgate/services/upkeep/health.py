"""Whether this server can do its work: for load balancers, service managers and the doctor."""

from collections.abc import Callable
from dataclasses import dataclass

from headgate.errors import StorageError
from headgate.sentences import Sentence
from headgate.storage import installation, transactions
from headgate.storage.engine import Engine

ANSWERS = Sentence("answers")  #: said of the database
RUNS = Sentence("runs")  #: said of the worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What works and what does not, each in words."""

    database: str
    worker: str
    ready: bool


class Health:
    """Asks the database and the worker."""

    def __init__(self, *, engine: Engine, worker_is_alive: Callable[[], bool]) -> None:
        self._engine = engine
        self._worker_is_alive = worker_is_alive

    def readiness(self) -> Readiness:
        """Return whether database and worker answer."""
        database, alive = self._database(), self._worker_is_alive()
        worker = RUNS if alive else Sentence("is not running; it is being started")
        return Readiness(database=database, worker=worker, ready=database == ANSWERS and alive)

    def _database(self) -> str:
        try:
            with transactions.read(self._engine) as conn:
                installation.this_installation(conn)
        except StorageError as exc:
            return exc.sentence()
        return ANSWERS
