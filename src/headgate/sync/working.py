"""What every step of a synchronization works with, put together once per run."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from headgate.errors import UsageError
from headgate.metadata.packing import Packer
from headgate.sentences import Sentence
from headgate.storage import runs, transactions
from headgate.storage.engine import Connection, Engine
from headgate.storage.runs import Problem
from headgate.sync.fetching import Fetching
from headgate.sync.ingest import Ingestion
from headgate.sync.plan import Choice
from headgate.sync.progress import Progress
from headgate.upstream.source import Source

CONFIGURATION = "configuration"  #: scope: categories, classifications and detectoids
UPDATES = "updates"
MEMBERS = "members"  #: bundle members that are named but were not listed
OWED = "owed"  #: what an earlier run noted as damaged or not delivered


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a run is given by the composition root."""

    engine: Engine
    source: Source
    source_name: str  #: what anchors belong to, and what the history shows
    packer: Packer
    progress: Progress
    now: Callable[[], datetime]
    check_stopped: Callable[[], None]  #: raises when the job was cancelled or must pause
    choose: Callable[[Connection], Choice]  #: what was chosen at the start, as the tree is now
    new_languages_wanted: bool  #: a language the source adds later is taken without asking


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One run under way."""

    tools: Tools
    run_id: int
    ingestion: Ingestion
    batch_size: int  #: identities the source takes in one request

    @property
    def fetching(self) -> Fetching:
        """Return what works off to-do lists for this run."""
        tools = self.tools
        return Fetching(
            engine=tools.engine,
            source=tools.source,
            ingestion=self.ingestion,
            progress=tools.progress,
            check_stopped=tools.check_stopped,
            batch_size=self.batch_size,
        )

    def count_received(self, received: int) -> None:
        """Count the bytes of an answer that was no document."""
        with transactions.write(self.tools.engine) as conn:
            runs.add_to_run(conn, self.run_id, received=received)

    def note(self, problem: Problem) -> None:
        """Write a problem or notice into this run's history."""
        with transactions.write(self.tools.engine) as conn:
            runs.note_problem(conn, self.run_id, problem, at=self.tools.now())


class FirstRunTooLargeError(UsageError):
    """A first synchronization would bring a lot; somebody has to say yes."""

    def __init__(self, documents: int, limit: int) -> None:
        super().__init__(
            Sentence(
                "The first synchronization would bring {documents} documents (more than {limit} "
                "ask for a yes).",
                documents=documents,
                limit=limit,
            ),
            next_step=Sentence(
                "Choose fewer products or classifications, look at `headgate sync preview`, or "
                "start it with `headgate sync now --yes`."
            ),
        )
        self.documents = documents
