"""Definition updates as Defender gets them: several a day, with nested hidden bundles.

The shape is the real one in small (statistics: ``defender_release_structure``): a top bundle of
four clauses whose first two name hidden bundles that many releases share, and whose others name
full sets and differences.
"""

from datetime import UTC, datetime, timedelta

from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import Behavior
from headgate.simulator.microsoft_update import rules, taxonomy
from headgate.simulator.microsoft_update.texts import english, localized
from headgate.simulator.microsoft_update.world_building import WorldBuilder

_TITLE = "Microsoft Defender Antivirus"
_KB = "2267602"
_FIRST = datetime(2026, 11, 16, 3, 15, 0, 287000, tzinfo=UTC)
_BETWEEN = timedelta(hours=4, minutes=45)
_PROCESSORS = {"x86": taxonomy.X86, "amd64": taxonomy.AMD64, "arm64": taxonomy.ARM64}
_RELEASES_A_DAY = 5
#: The file of Defender whose version each kind of member raises.
_FILES = {
    "engine": r"Defender\mpengine.dll",
    "mpsigstub": r"Defender\MpSigStub.exe",
    "full": r"Defender\mpavbase.vdm",
    "delta": r"Defender\mpavdlta.vdm",
}


class DefenderReleases:
    """Publishes releases one after the other; each supersedes the ten before it."""

    def __init__(self, builder: WorldBuilder) -> None:
        self._builder = builder
        self._product = taxonomy.product_id(_TITLE)
        self._earlier: list[str] = []
        self._count = 0
        self._engine = self._hidden("engine", "Defender Engine", "1.1.26090.2", members=6)
        self._stub = self._hidden("mpsigstub", "Defender MpSigStub", "1.1.24010.2001", members=3)
        self._full: tuple[RevisionIdentity, ...] = ()

    def publish(self, count: int) -> list[RevisionIdentity]:
        """Publish the next ``count`` releases and return their top bundles."""
        return [self._release() for _ in range(count)]

    def _release(self) -> RevisionIdentity:
        number, created = self._count, _FIRST + _BETWEEN * self._count
        self._count += 1
        version = f"1.461.{100 + number * 4}.0"
        if number % _RELEASES_A_DAY == 0:
            self._full = self._files("full", version, created, size=60_000)
        differences = self._files("delta", version, created, size=9_000)
        top = self._builder.software(
            f"defender/{version}",
            texts=localized("definitions", kb=_KB, product=_TITLE, version=version),
            products=[self._product],
            classification=taxonomy.DEFINITION_UPDATES,
            created=created,
            explicitly_deployable=True,
            auto_select_on_web_sites=True,
            kb_articles=(_KB,),
            support_url="https://go.microsoft.com/fwlink/?LinkId=52661",
            supersedes=tuple(reversed(self._earlier[-10:])),
            bundled=((self._stub,), (self._engine,), self._full, differences),
        )
        self._earlier.append(top.update_id)
        return top

    def _hidden(self, key: str, name: str, version: str, *, members: int) -> RevisionIdentity:
        created, title = _FIRST - timedelta(days=40), f"{name} {version}"
        parts = tuple(
            self._member(
                f"{key}/{number}",
                f"{title} part {number}",
                processor,
                created,
                25_000,
                rules.file_version(_FILES[key], version),
            )
            for number in range(members)
            for processor in [list(_PROCESSORS)[number % 3]]
        )
        return self._builder.software(
            f"defender/{key}",
            texts=english(f"HIDDEN: {title} for EngineBroad"),
            products=[self._product],
            classification=None,
            created=created,
            bundled=(parts,),
        )

    def _files(
        self, key: str, version: str, created: datetime, *, size: int
    ) -> tuple[RevisionIdentity, ...]:
        return tuple(
            self._member(
                f"{key}/{version}/{processor}",
                f"Defender {key} {version} for {processor}",
                processor,
                created,
                size,
                rules.file_version(_FILES[key], version),
            )
            for processor in _PROCESSORS
        )

    def _member(
        self,
        key: str,
        title: str,
        processor: str,
        created: datetime,
        size: int,
        is_installed: str,
    ) -> RevisionIdentity:
        name = f"am_{key.replace('/', '_')}.exe"
        return self._builder.software(
            f"defender/{key}",
            texts=english(title),
            products=[self._product],
            classification=None,
            needs=[_PROCESSORS[processor]],
            created=created,
            handler="CommandLineInstallation",
            installation=Behavior(impact="Minor"),
            files=[(name, size)],
            rules=rules.Rules(
                is_installed=is_installed,
                is_installable=rules.file_version(r"Defender\mpclient.dll", "4.13.0.0"),
            ),
        )
