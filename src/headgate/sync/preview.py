"""How much is it? Lists identities only and says what a synchronization would bring."""

from typing import Any

from headgate.errors import UsageError
from headgate.sentences import Sentence
from headgate.storage import anchors, measures, transactions
from headgate.sync import phases
from headgate.sync.plan import Choice, listing_calls
from headgate.sync.updates import ASK_ABOVE, documents_to_come, list_all, sides
from headgate.sync.working import UPDATES, Tools

#: Bytes of metadata on the wire per document, where this catalogue is too young to tell: the mean
#: of 5,249 real revisions, compressed.
USUAL_SIZE = 3_500
#: Documents a second from Microsoft with four calls at once (4,420 in 65 s, FACTS §10.7).
USUAL_RATE = 68.0


class NoCategoriesYetError(UsageError):
    """Nothing can be counted before the products are known."""

    next_step = Sentence(
        "Run `headgate sync now --categories` first (a few thousand small documents)."
    )

    def __init__(self) -> None:
        super().__init__(
            Sentence("The products and classifications of the source are not known yet.")
        )


def preview(tools: Tools) -> dict[str, Any]:
    """Return documents, metadata size in bytes and minutes a synchronization would take.

    Asks with the same lists and anchors a synchronization would; nothing is written down. Raises
    NoCategoriesYetError and SourceErrors.
    """
    tools.progress.begin(phases.CONNECTING)
    tools.source.describe(None)
    tools.progress.begin(phases.LISTING_UPDATES)
    with transactions.read(tools.engine) as conn:
        chosen = tools.choose(conn)
        anchor = anchors.kept_anchor(conn, scope=UPDATES, source=tools.source_name)
        anchored = Choice.of(**sides(anchors.anchored_categories(conn)))
    if not chosen.products or not chosen.classifications:
        raise NoCategoriesYetError
    calls = listing_calls(chosen=chosen, anchored=anchored, anchor=anchor)
    listed = list_all(tools, calls)
    to_come = documents_to_come(tools, listed)
    with transactions.read(tools.engine) as conn:
        size, rate = measures.wire_size_and_rate(conn)
    return {
        "products": len(chosen.products),
        "classifications": len(chosen.classifications),
        "listed": len(listed.identities),
        "documents": to_come,
        "bytes": round(to_come * (size or USUAL_SIZE)),
        "minutes": round(to_come / (rate or USUAL_RATE) / 60, 1),
        "asks_for_confirmation": anchor is None and to_come > ASK_ABOVE,
    }
