"""Memory of a server that has answered scans, and while it sends the largest Cores to many."""

from concurrent.futures import ThreadPoolExecutor

from benchmarks import clients_catalogue
from benchmarks import clients_requests as requests
from benchmarks.clients_agent import CLIENT, Agent, Cached
from benchmarks.clients_server import Serving
from benchmarks.figures import MEGABYTES, Figure
from benchmarks.laboratory import Installation

_COMPUTERS = 8
_MOST = 400.0  #: megabytes
_FIRST_NUMBER = 3_000
_LARGEST = (
    "SELECT revision_id, sum(size) FROM core_pieces GROUP BY revision_id ORDER BY 2 DESC LIMIT 8"
)


def figures(installation: Installation, serving: Serving, cached: Cached) -> list[Figure]:
    """Tell the peak until now, then that of sending eight of the largest Cores at once."""
    until_now = serving.peak()
    serving.forget_peak()
    largest = clients_catalogue.rows(installation, _LARGEST)
    with ThreadPoolExecutor(_COMPUTERS) as threads:
        sent = list(
            threads.map(
                lambda one: _fetch(serving.address, _FIRST_NUMBER + one, cached, largest[one][0]),
                range(min(_COMPUTERS, len(largest))),
            )
        )
    size = largest[0][1] / 1e6
    return [
        Figure(
            what="memory at most, over all of the above",
            value=until_now,
            unit=MEGABYTES,
            limit=_MOST,
        ),
        Figure(
            what=f"memory while {len(sent)} computers are sent Cores of up to {size:.0f} MB",
            value=serving.peak(),
            unit=MEGABYTES,
            limit=_MOST,
        ),
        Figure(what="memory afterwards (PSS)", value=serving.share(), unit=MEGABYTES),
        Figure(what="sent for it, compressed", value=sum(sent) / 1e6, unit=MEGABYTES),
    ]


def _fetch(address: str, number: int, cached: Cached, revision: int) -> int:
    """Ask as a computer that has everything but ``revision``; return the answer's size."""
    agent = Agent(address, number)
    agent.sign_on()
    others = [one for one in cached.others if one != revision]
    size = agent.discard(CLIENT, agent.filled(requests.software(cached.installed, others)))
    agent.close()
    return size
