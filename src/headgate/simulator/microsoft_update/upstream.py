"""One simulated source with all its parts, ready to be served."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from headgate.simulator.microsoft_update.calls import UpstreamCalls
from headgate.simulator.microsoft_update.cookies import COOKIE_LIFE
from headgate.simulator.microsoft_update.packing import PackedDocuments
from headgate.simulator.microsoft_update.publication import World
from headgate.simulator.microsoft_update.publisher import Publisher, Revealed
from headgate.simulator.microsoft_update.tally import Tally
from headgate.simulator.microsoft_update.weather import Sky, Weather


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """A publisher, its packed documents, the weather, and what was counted."""

    publisher: Publisher
    documents: PackedDocuments
    sky: Sky
    tally: Tally
    calls: UpstreamCalls

    def advance(self) -> dict[str, Any]:
        """Reveal the next month and return what it brings, ready for JSON."""
        revealed = self.publisher.advance()
        if revealed is None:
            return {"month": self.publisher.month, "revealed": False, "updates": []}
        return {"revealed": True, **_told(revealed)}


def open_upstream(
    world: World,
    *,
    weather: Weather = Weather.CALM,
    month: int = 0,
    cookie_life: timedelta = COOKIE_LIFE,
    seed: int = 0,
) -> Upstream:
    """Return a source that publishes ``world``; packs all documents now when the world asks so.

    ``month`` is how many later months are revealed from the start; ``seed`` changes which calls the
    weather hits.
    """
    publisher, documents = Publisher(world, month=month), PackedDocuments()
    if world.prepare:
        documents.prepare(publisher.publications())
    sky, tally = Sky(weather, seed=seed), Tally()
    calls = UpstreamCalls(publisher, documents, sky=sky, tally=tally, cookie_life=cookie_life)
    return Upstream(publisher=publisher, documents=documents, sky=sky, tally=tally, calls=calls)


def _told(revealed: Revealed) -> dict[str, Any]:
    return {
        "month": revealed.month,
        "languages": [language.short for language in revealed.languages],
        "categories": [
            {"id": one.identity.update_id, "title": one.title}
            for one in revealed.publications
            if one.in_configuration
        ],
        "updates": [
            {
                "id": one.identity.update_id,
                "revision": one.identity.revision_number,
                "title": one.title,
                "expired": one.expired,
                "listed": bool(one.categories and one.classifications),
            }
            for one in revealed.publications
            if not one.in_configuration
        ],
    }
