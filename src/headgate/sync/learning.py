"""Learning a dictionary from the first updates that arrive.

Updates resemble each other: a dictionary trained on a few hundred of them makes what is packed
after it two to four times smaller. Categories and detectoids, which come first, teach little about
updates (measured: 3 %), so they are not learnt from.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from headgate.catalogue.revisions import UpdateKind
from headgate.metadata.packing import Packer, dictionary_id_of, train
from headgate.storage import dictionaries, transactions
from headgate.storage.engine import Engine
from headgate.storage.ingestion import IncomingRevision

#: Updates to learn from. Fewer give a small dictionary, more cost time and change little.
ENOUGH = 300
#: Bytes of one update to learn from at most: giant documents resemble nobody.
LARGEST = 64 * 1024


@dataclass(slots=True, kw_only=True)
class Learning:
    """Watches what a run stores until it has seen enough, then teaches the run's packer."""

    engine: Engine
    packer: Packer
    now: Callable[[], datetime]
    _samples: list[bytes] = field(default_factory=list)
    _seen: int = 0

    def watch(self, batch: Sequence[IncomingRevision]) -> None:
        """Take samples from a stored batch; with enough of them, train, keep and use the result."""
        if self.packer.has_dictionary:
            return
        for incoming in batch:
            is_update = incoming.revision.kind in (UpdateKind.SOFTWARE, UpdateKind.DRIVER)
            if is_update and incoming.xml_size <= LARGEST:
                fragments = incoming.fragments
                for packed in (fragments.core, fragments.extended, fragments.localized):
                    self._samples.append(self.packer.unpack(packed.data))
                self._seen += 1
        if self._seen >= ENOUGH:
            self._learn()

    def _learn(self) -> None:
        samples, self._samples, self._seen = self._samples, [], 0
        try:
            content = train(samples)
        except ValueError:
            return  # too much alike to learn from; more will come
        with transactions.write(self.engine) as conn:
            dictionaries.keep(conn, dictionary_id_of(content), content, at=self.now())
        self.packer.use(content)
