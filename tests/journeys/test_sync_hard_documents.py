"""Documents that are large, hostile or odd, all the way from the source into the catalogue.

The source serves what it is told to; nothing it serves may stop the run, reach for another file, or
grow in memory.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.installation import Installation
from tests.journeys.conftest import Install
from tests.upstream_lab import running_upstream

from headgate.catalogue.identity import RevisionIdentity
from headgate.simulator.microsoft_update import WorldBuilder, rules, taxonomy
from headgate.simulator.microsoft_update.bulk import components
from headgate.simulator.microsoft_update.publication import World
from headgate.simulator.microsoft_update.texts import english

MEGABYTE = 1024 * 1024
GIANT = 47 * MEGABYTE
LAUGHS = (
    '<!DOCTYPE upd:Update [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
OUTSIDE = '<!DOCTYPE upd:Update [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'

Rewrite = Callable[[str], str]


def _world(rewrite: Rewrite) -> tuple[World, RevisionIdentity]:
    """Return a world with a sound update and one whose document ``rewrite`` has changed."""
    builder = WorldBuilder("hard")
    builder.configuration()

    def publish(title: str) -> RevisionIdentity:
        return builder.software(
            title,
            texts=english(title),
            products=[taxonomy.product_id("Microsoft Edge")],
            classification=taxonomy.SECURITY_UPDATES,
            explicitly_deployable=True,
        )

    publish("sound")
    odd = publish("odd")
    world = builder.world()
    (month,) = world.months
    publications = [
        replace(one, write=_rewritten(one.write, rewrite)) if one.identity == odd else one
        for one in month.publications
    ]
    return replace(world, months=(replace(month, publications=publications),)), odd


def _rewritten(write: Callable[[], str], rewrite: Rewrite) -> Callable[[], str]:
    return lambda: rewrite(write())


def _titles(server: Installation) -> set[str]:
    return {line.title for line in server.updates()}


def _large(document: str) -> str:
    """Return the document with so much in it that it is read piece by piece."""
    return document.replace("</upd:Title>", f"</upd:Title><!--{'x' * 3 * MEGABYTE}-->")


def _in_title(text: str) -> Rewrite:
    """Return what puts ``text`` in front of the title."""
    return lambda document: document.replace("<upd:Title>odd", f"<upd:Title>{text}odd")


REFUSED: dict[str, tuple[Rewrite, str]] = {
    "entities that multiply": (
        lambda document: LAUGHS + _in_title("&c;")(document),
        "DOCTYPE",
    ),
    "an entity that reads a file": (
        lambda document: OUTSIDE + _in_title("&secret;")(document),
        "DOCTYPE",
    ),
    "an entity nobody declared": (_in_title("&nbsp;"), "well-formed"),
    "something that is no XML": (lambda _document: "nothing of the kind", "well-formed"),
    "another document": (
        lambda _document: "<html><body>Sign in to the network</body></html>",
        "html",
    ),
    "another revision": (
        lambda document: document.replace('RevisionNumber="200"', 'RevisionNumber="201"', 1),
        "was asked for",
    ),
    "a large document cut off": (
        lambda document: _large(document).removesuffix("</upd:Update>"),
        "well-formed",
    ),
    "a large document with entities": (
        lambda document: LAUGHS + _in_title("&c;")(_large(document)),
        "DOCTYPE",
    ),
    "a large document of another revision": (
        lambda document: _large(document).replace('="200"', '="201"', 1),
        "was asked for",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused_document_is_noted_and_the_rest_comes_in(what: str, install: Install) -> None:
    rewrite, words = REFUSED[what]
    world, odd = _world(rewrite)
    with running_upstream(world=world) as lab:
        server = install(lab)
        row = server.synchronize()

    assert row["result"] == "succeeded"
    (problem,) = row["problems"]
    assert (problem["kind"], problem["subject"]) == ("document", str(odd))
    assert words in problem["reason"]
    assert _titles(server) == {"sound"}


def test_giant_document_comes_in_whole(install: Install) -> None:
    """As large as the largest real ones, in the place where those are large (FACTS 8.5)."""
    builder = WorldBuilder("giant")
    builder.configuration()
    metadata = rules.assembly(
        "Package_for_RollupFix", "10.0.1.3", "amd64", "5048001", components(GIANT, seed=1)
    )
    identity = builder.software(
        "giant",
        texts=english("giant"),
        products=[taxonomy.product_id("Microsoft Edge")],
        classification=taxonomy.SECURITY_UPDATES,
        explicitly_deployable=True,
        rules=rules.cbs(metadata),
        handler="Cbs",
    )
    world = builder.world()
    with running_upstream(world=world) as lab:
        server = install(lab)
        row = server.synchronize()

    assert (row["result"], row["problems"], row["new"]) == ("succeeded", [], 1)
    assert _titles(server) == {"giant"}
    published = next(one for one in world.months[0].publications if one.identity == identity)
    text = published.write().encode()
    assert len(text) > GIANT
    here = {row[:2]: row[2] for row in server.picture().tables["documents"]}
    assert here[identity.update_id, identity.revision_number] == hashlib.sha256(text).hexdigest()
