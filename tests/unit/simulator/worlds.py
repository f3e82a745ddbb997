"""Tiny worlds for tests of the simulator."""

from headgate.simulator.microsoft_update import WorldBuilder, taxonomy
from headgate.simulator.microsoft_update.publication import World
from headgate.simulator.microsoft_update.texts import english

WINDOWS_11 = "72e7624a-5b00-45d2-b92f-e561c0a6a160"
EDGE = "69010383-ff55-4227-bd6c-d91c26f2643b"


def two_products() -> World:
    """Windows 11 with a security and a critical update, Edge with one; then one more each."""
    builder = WorldBuilder("two products")
    builder.configuration()
    _update(builder, "w-security", WINDOWS_11, taxonomy.SECURITY_UPDATES)
    _update(builder, "w-critical", WINDOWS_11, taxonomy.CRITICAL_UPDATES)
    _update(builder, "e-security", EDGE, taxonomy.SECURITY_UPDATES)
    _update(builder, "hidden", WINDOWS_11, None)
    builder.next_month()
    _update(builder, "w-security-2", WINDOWS_11, taxonomy.SECURITY_UPDATES)
    _update(builder, "e-security-2", EDGE, taxonomy.SECURITY_UPDATES)
    return builder.world()


def identity(key: str) -> tuple[str, int]:
    """The identity of an update of ``two_products``."""
    from headgate.simulator.microsoft_update.world_building import made_up_id

    return made_up_id("two products", key), 200


def _update(builder: WorldBuilder, key: str, product: str, classification: str | None) -> None:
    builder.software(
        key,
        texts=english(f"Title of {key}"),
        products=[product],
        classification=classification,
        explicitly_deployable=classification is not None,
        handler="CommandLineInstallation",
        files=[(f"{key}.exe", 5_000)],
    )
