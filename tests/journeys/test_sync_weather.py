"""Bad weather: damaged documents, members nobody knows, and the same catalogue in the end."""

import pytest
from sqlalchemy import select
from tests.catalogue_picture import Picture
from tests.installation import Installation
from tests.journeys.conftest import Install
from tests.upstream_lab import running_upstream

from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import Revision, UpdateKind
from headgate.simulator.microsoft_update import WorldBuilder, taxonomy
from headgate.simulator.microsoft_update.publication import World
from headgate.simulator.microsoft_update.texts import english
from headgate.simulator.microsoft_update.weather import Damage
from headgate.storage import catalogue_version, transactions
from headgate.storage.tables.synchronization import owed_documents, sync_todo

LATE = RevisionIdentity("00000000-0bad-4bad-8bad-000000000001", 7)

#: What the history has to say about each damage, in words an administrator can search for.
WORDS = {
    Damage.NOT_WELL_FORMED: "well-formed",
    Damage.WRONG_IDENTITY: "was asked for",
    Damage.DOCTYPE: "DOCTYPE",
    Damage.INVALID_UTF16: "UTF-16",
    Damage.BROKEN_CABINET: "cabinet",
}


def _owed(server: Installation) -> dict[str, bytes | None]:
    with transactions.read(server.engine) as conn:
        columns = owed_documents.c
        rows = conn.execute(select(columns.update_id, columns.revision_number, columns.data))
        return {str(RevisionIdentity(row[0], row[1])): row[2] for row in rows}


def _todo(server: Installation) -> int:
    with transactions.read(server.engine) as conn:
        return len(conn.execute(select(sync_todo)).fetchall())


@pytest.mark.parametrize("weather", ["busy", "slow", "cut", "expiring"])
def test_bad_weather_ends_with_the_same_catalogue(
    weather: str, install: Install, calm_picture: Picture
) -> None:
    with running_upstream(weather=weather) as lab:
        server = install(lab)
        row = server.synchronize()
        told = lab.statistics()

    assert (row["result"], row["problems"]) == ("succeeded", [])
    assert server.picture().differences(calm_picture) == []
    _assert_weather_happened(weather, told)


def _assert_weather_happened(weather: str, told: dict[str, dict[str, int]]) -> None:
    match weather:
        case "busy":
            assert told["faults"]["ServerBusy"] > 0
        case "cut":
            assert told["cut"]["GetUpdateData"] > 0
        case "expiring":
            assert told["calls"]["GetCookie"] > 1
        case "slow":  # long enough that all calls under way are seen together
            assert told["most_at_once"] == {**told["most_at_once"], "GetUpdateData": 4}


def test_damaged_documents_are_noted_kept_and_asked_for_again(
    install: Install, calm_picture: Picture
) -> None:
    with running_upstream(weather="damaged") as lab:
        server = install(lab)
        first = server.synchronize()
        damaged = {one["id"]: Damage(one["damage"]) for one in lab.statistics()["damaged"]}
        asked = lab.statistics()["identities_asked"]["GetUpdateData"]

        assert set(damaged.values()) == set(Damage), "the world is large enough for all kinds"
        assert first["result"] == "succeeded", "one damaged document never stops a run"
        noted = {one["subject"]: one for one in first["problems"] if one["kind"] == "document"}
        assert set(noted) == set(damaged)
        for subject, damage in damaged.items():
            assert WORDS[damage].lower() in noted[subject]["reason"].lower()
        kept = _owed(server)
        assert set(kept) == set(damaged)
        assert all(kept.values()), "the bytes are kept for inspection"

        lab.set_weather("calm")
        second = server.synchronize()
        assert (second["result"], second["problems"]) == ("succeeded", [])
        again = lab.statistics()["identities_asked"]["GetUpdateData"] - asked
        assert len(damaged) <= again < len(calm_picture) / 4, "only what is owed is asked again"

        third = server.synchronize()
        assert (third["documents"], third["problems"]) == (0, [])

    assert _owed(server) == {}
    assert server.picture().differences(calm_picture) == []


def _bundle_world(*, unknown: bool) -> World:
    """A chosen bundle, its hidden member, the member's member in another classification.

    LATE is published in the second month only; the bundle names it if ``unknown``.
    """
    builder = WorldBuilder("bundles")
    builder.configuration()
    products = [taxonomy.product_id("Microsoft Edge")]
    driver = builder.software(
        "inner",
        texts=english("inner"),
        products=products,
        classification=taxonomy.DRIVERS,
        explicitly_deployable=True,
    )
    hidden = builder.software(
        "hidden",
        texts=english("hidden"),
        products=products,
        classification=None,
        bundled=((driver,),),
    )
    builder.software(
        "bundle",
        texts=english("bundle"),
        products=products,
        classification=taxonomy.SECURITY_UPDATES,
        explicitly_deployable=True,
        bundled=((hidden,), (LATE,)) if unknown else ((hidden,),),
    )
    builder.next_month()
    builder.add(Revision(identity=LATE, kind=UpdateKind.SOFTWARE, texts=english("late")))
    return builder.world()


def test_bundle_members_outside_the_choice_are_fetched_until_the_set_is_closed(
    install: Install,
) -> None:
    with running_upstream(world=_bundle_world(unknown=False)) as lab:
        server = install(lab)
        row = server.synchronize()
        listed = lab.statistics()["identities_listed"]["GetRevisionIdList"]

    assert (row["result"], row["problems"]) == ("succeeded", [])
    assert {line.title for line in server.updates()} == {"bundle", "inner"}
    bundled = server.picture().tables["bundled"]
    assert len(bundled) == 2
    assert row["documents"] == listed + 2, "the hidden one and its member were not listed"


def test_member_the_source_does_not_know_is_noted_once_and_stops_nothing(
    install: Install,
) -> None:
    with running_upstream(world=_bundle_world(unknown=True)) as lab:
        server = install(lab)
        row = server.synchronize()
        asked = lab.statistics()["unknown_identities"]

    assert row["result"] == "succeeded"
    (problem,) = row["problems"]
    assert problem["kind"] == "document"
    assert problem["subject"] == str(LATE)
    assert "does not know it" in problem["reason"]
    assert set(asked) == {str(LATE)}
    assert {line.title for line in server.updates()} == {"bundle", "inner"}
    assert list(_owed(server).values()) == [None]
    assert _todo(server) == 0


def test_a_member_the_source_never_has_is_a_failure_once_and_then_a_notice(
    install: Install,
) -> None:
    with running_upstream(world=_bundle_world(unknown=True)) as lab:
        server = install(lab)
        server.synchronize()
        later = server.synchronize()

    assert [problem["kind"] for problem in later["problems"]] == ["notice"]
    assert later["problems"][0]["subject"] == str(LATE)


def test_owed_member_arrives_when_the_source_has_it_and_the_catalogue_changes_once(
    install: Install,
) -> None:
    with running_upstream(world=_bundle_world(unknown=True)) as lab:
        server = install(lab)
        server.synchronize()
        version = _catalogue_version(server)
        lab.advance()
        row = server.synchronize()

    assert (row["result"], row["documents"], row["problems"]) == ("succeeded", 1, [])
    assert _owed(server) == {}
    assert _catalogue_version(server) == version + 1


def _catalogue_version(server: Installation) -> int:
    with transactions.read(server.engine) as conn:
        return catalogue_version.catalogue_version(conn)


def test_a_source_that_lacks_everything_it_owes_still_synchronizes(install: Install) -> None:
    strangers = [
        RevisionIdentity(f"00000000-0bad-4bad-8bad-{number:012}", 7) for number in range(12)
    ]
    builder = WorldBuilder("strangers")
    builder.configuration()
    builder.software(
        "bundle",
        texts=english("bundle"),
        products=[taxonomy.product_id("Microsoft Edge")],
        classification=taxonomy.SECURITY_UPDATES,
        explicitly_deployable=True,
        bundled=tuple((stranger,) for stranger in strangers),
    )
    with running_upstream(world=builder.world()) as lab:
        server = install(lab)
        server.synchronize()
        later = server.synchronize()

    assert later["result"] == "succeeded"
    assert [problem["kind"] for problem in later["problems"]] == ["notice"] * len(strangers)
