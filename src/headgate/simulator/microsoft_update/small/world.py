"""Puts the built-in world together: what is there from the start, and the month after."""

from datetime import UTC, datetime, timedelta

from headgate.simulator.microsoft_update import taxonomy
from headgate.simulator.microsoft_update.publication import Language, World
from headgate.simulator.microsoft_update.small import calendar, oddities
from headgate.simulator.microsoft_update.small.applications import Applications
from headgate.simulator.microsoft_update.small.defender import DefenderReleases
from headgate.simulator.microsoft_update.small.drivers import publish_drivers
from headgate.simulator.microsoft_update.small.windows import WindowsUpdates
from headgate.simulator.microsoft_update.texts import localized
from headgate.simulator.microsoft_update.world_building import WorldBuilder

_WINDOWS = "6964aab4-c5b5-43bd-a17d-ffb4346a8e1d"
_NEW_LANGUAGE = Language(lcid=1027, short="ca", long="Catalan")
_RELEASES = 16
_RELEASES_NEXT_MONTH = 5


def small_world() -> World:
    """Return the built-in world: 24 months to 2026-11, and 2026-12 to be revealed."""
    builder = WorldBuilder("small")
    builder.configuration()
    windows, applications = WindowsUpdates(builder), Applications(builder)
    for day in calendar.patch_days():
        newest = windows.publish_month(day)
        applications.publish_month(day)
    defender = DefenderReleases(builder)
    defender.publish(_RELEASES)
    publish_drivers(builder)
    oddities.publish_withdrawn(builder)
    oddities.publish_revised(builder)
    oddities.publish_upgrade(builder, "25H2", datetime(2025, 10, 14, 17, tzinfo=UTC))
    to_expire = oddities.publish_critical(
        builder, "superfluous", "5046222", datetime(2026, 3, 24, 17, tzinfo=UTC)
    )

    builder.next_month(languages=(_NEW_LANGUAGE,))
    day = calendar.patch_day(calendar.NEXT_MONTH)
    windows.publish_month(day)
    applications.publish_month(day)
    defender.publish(_RELEASES_NEXT_MONTH)
    builder.revise(newest[0], severity="Critical")
    builder.expire(to_expire)
    _publish_new_product(builder, day)
    return builder.world()


def _publish_new_product(builder: WorldBuilder, day: calendar.PatchDay) -> None:
    product = builder.product("next", "Windows 11 Version 26H2", parent=_WINDOWS)
    builder.software(
        "first-of-new-product",
        texts=localized(
            "cumulative",
            kb="5072001",
            month=day.label,
            product="Windows 11 Version 26H2",
            processor="x64",
        ),
        products=[product],
        classification=taxonomy.SECURITY_UPDATES,
        needs=[taxonomy.AMD64],
        created=day.published + timedelta(hours=1),
        explicitly_deployable=True,
        severity="Important",
        kb_articles=("5072001",),
        handler="Cbs",
        files=[("windows11.0-kb5072001-x64.cab", 22_000)],
    )
