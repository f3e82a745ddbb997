"""The updates an administrator stumbles over: a licence, an upgrade, one withdrawn, one revised."""

from datetime import UTC, datetime

from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import Behavior
from headgate.simulator.microsoft_update import rules, taxonomy
from headgate.simulator.microsoft_update.texts import localized
from headgate.simulator.microsoft_update.world_building import WorldBuilder, made_up_id

_CLIENTS = (19045, 22631, 26100, 26200)
_LICENCES = (("en", 4_100), ("de", 4_600), ("fr", 4_700), ("sv", 4_300))


def publish_upgrade(builder: WorldBuilder, version: str, created: datetime) -> RevisionIdentity:
    """Publish an upgrade whose licence must be accepted."""
    return builder.software(
        f"upgrade/{version}",
        texts=localized(
            "upgrade",
            kb="5048301",
            product="Windows 11",
            version=version,
            processor="x64",
            month=f"{created:%Y-%m}B",
        ),
        products=[taxonomy.product_id("Windows 11")],
        classification=taxonomy.UPGRADES,
        needs=[taxonomy.AMD64],
        created=created,
        explicitly_deployable=True,
        os_upgrade=True,
        eula_id=made_up_id("licence", version),
        handler="CommandLineInstallation",
        installation=Behavior(
            impact="RequiresExclusiveHandling",
            reboot="AlwaysRequiresReboot",
            can_request_user_input=True,
        ),
        files=[(f"windows11-{version.lower()}-x64.esd", 300_000)],
        licences=[(one, f"eula-{version.lower()}-{one}.txt", size) for one, size in _LICENCES],
        rules=rules.Rules(
            is_installed=rules.windows_builds_from(26200),
            is_installable=rules.windows_build(22631, product_type=1),
        ),
    )


def publish_withdrawn(builder: WorldBuilder) -> RevisionIdentity:
    """Publish an update and the revision that withdraws it; return the expired one."""
    published = _critical(builder, "withdrawn", "5044999", datetime(2025, 6, 24, 17, tzinfo=UTC))
    return builder.expire(published)


def publish_revised(builder: WorldBuilder) -> RevisionIdentity:
    """Publish an update in two revisions, the newer with a worse severity; return the newer."""
    published = _critical(builder, "revised", "5045111", datetime(2025, 9, 23, 17, tzinfo=UTC))
    return builder.revise(published, severity="Critical")


def publish_critical(
    builder: WorldBuilder, key: str, kb: str, created: datetime
) -> RevisionIdentity:
    """Publish a critical update for Windows 11 and 10."""
    return _critical(builder, key, kb, created)


def _critical(builder: WorldBuilder, key: str, kb: str, created: datetime) -> RevisionIdentity:
    return builder.software(
        f"critical/{key}",
        texts=localized("update", kb=kb, product="Windows 11", processor="x64"),
        products=[
            taxonomy.product_id("Windows 11"),
            taxonomy.product_id("Windows 10, version 1903 and later", family="Windows"),
        ],
        classification=taxonomy.CRITICAL_UPDATES,
        needs=[taxonomy.AMD64],
        created=created,
        explicitly_deployable=True,
        auto_select_on_web_sites=True,
        severity="Important",
        kb_articles=(kb,),
        handler="Cbs",
        installation=Behavior(impact="Minor", reboot="NeverReboots"),
        uninstallation=Behavior(reboot="CanRequestReboot"),
        files=[(f"windows11.0-kb{kb}-x64.cab", 15_000)],
        rules=rules.cbs(
            rules.assembly(
                f"Package_for_KB{kb}", "10.0.1.3", "amd64", kb, rules.parents(_CLIENTS, "amd64")
            )
        ),
    )
