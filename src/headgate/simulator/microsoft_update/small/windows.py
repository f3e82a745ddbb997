"""Monthly cumulative updates of Windows and of .NET, with chains of supersedence."""

from dataclasses import dataclass

from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import Behavior
from headgate.simulator.microsoft_update import rules, taxonomy
from headgate.simulator.microsoft_update.small.calendar import PatchDay
from headgate.simulator.microsoft_update.texts import english, localized
from headgate.simulator.microsoft_update.world_building import WorldBuilder

_PROCESSORS = {
    "x64": (taxonomy.AMD64, "amd64"),
    "x86": (taxonomy.X86, "x86"),
    "arm64": (taxonomy.ARM64, "arm64"),
}
_CAN_RESTART = Behavior(impact="Normal", reboot="CanRequestReboot")
_SUPERSEDED_MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A product that gets a cumulative update each month."""

    name: str  #: as in titles
    product: str  #: title of its category
    build: int
    processors: tuple[str, ...]
    detectoid: str | None = None

    def needs(self, processor: str) -> list[str]:
        """The detectoids a computer must satisfy."""
        needed = [_PROCESSORS[processor][0]]
        if self.detectoid is not None:
            needed.append(taxonomy.detectoid_id(self.detectoid))
        return needed


LINES = (
    Line(
        name="Windows 11 Version 23H2",
        product="Windows 11",
        build=22631,
        processors=("x64", "arm64"),
        detectoid="Windows1123H2_WithMomentsSupport",
    ),
    Line(
        name="Windows 11 Version 24H2",
        product="Windows 11",
        build=26100,
        processors=("x64", "arm64"),
        detectoid="Windows1124H2",
    ),
    Line(
        name="Windows 11 Version 25H2",
        product="Windows 11",
        build=26200,
        processors=("x64", "arm64"),
    ),
    Line(
        name="Windows 10 Version 22H2",
        product="Windows 10, version 1903 and later",
        build=19045,
        processors=("x64", "x86", "arm64"),
        detectoid="Windows1022H2",
    ),
    Line(
        name="Windows Server 2016",
        product="Windows Server 2016",
        build=14393,
        processors=("x64",),
        detectoid="Windows Server 2016 RTM",
    ),
    Line(
        name="Windows Server 2019", product="Windows Server 2019", build=17763, processors=("x64",)
    ),
    Line(
        name="Microsoft server operating system version 21H2",
        product="Microsoft Server operating system-21H2",
        build=20348,
        processors=("x64",),
        detectoid="Windows Server 2022",
    ),
    Line(
        name="Microsoft server operating system version 24H2",
        product="Microsoft Server Operating System-24H2",
        build=26100,
        processors=("x64",),
        detectoid="Windows1124H2Server",
    ),
)


class WindowsUpdates:
    """Publishes month after month and remembers what the next one supersedes."""

    def __init__(self, builder: WorldBuilder) -> None:
        self._builder = builder
        self._chains: dict[str, list[str]] = {}

    def publish_month(self, day: PatchDay) -> list[RevisionIdentity]:
        """Publish the month's cumulative updates; return the bundles, in the order of ``LINES``."""
        published = [
            self._cumulative(line, number, processor, day)
            for number, line in enumerate(LINES)
            for processor in line.processors
        ]
        if day.index % 2 == 0:
            for number, line in enumerate(LINES[1:7]):
                self._framework(line, number, day)
        if day.index % 6 == 0:
            self._servicing_stack(LINES[4], day)
        self._runtime(day)
        return published

    def _supersede(self, chain: str, identity_of: RevisionIdentity | None) -> tuple[str, ...]:
        known = self._chains.setdefault(chain, [])
        if identity_of is not None:
            known.append(identity_of.update_id)
        return tuple(reversed(known[-_SUPERSEDED_MONTHS:]))

    def _cumulative(
        self, line: Line, number: int, processor: str, day: PatchDay
    ) -> RevisionIdentity:
        kb = str(5048000 + day.index * 500 + number * 7 + 1)
        chain = f"cumulative/{line.name}/{processor}"
        title = localized(
            "cumulative", kb=kb, month=day.label, product=line.name, processor=processor
        )
        member = self._package(
            f"{chain}/{day.label}",
            line,
            processor,
            kb,
            day,
            rules.assembly(
                "Package_for_RollupFix",
                f"10.0.{line.build}.{4000 + day.index * 137}",
                _PROCESSORS[processor][1],
                kb,
                rules.parents([line.build], _PROCESSORS[processor][1]),
            ),
        )
        bundle = self._builder.software(
            f"{chain}/{day.label}/bundle",
            texts=title,
            products=[taxonomy.product_id(line.product, family="Windows")],
            classification=taxonomy.SECURITY_UPDATES,
            needs=line.needs(processor),
            created=day.published,
            explicitly_deployable=True,
            auto_select_on_web_sites=True,
            severity=("Critical", "Important", "Important", "Moderate")[(day.index + number) % 4],
            kb_articles=(kb,),
            cves=tuple(f"CVE-{day.published:%Y}-{21000 + day.index * 40 + n}" for n in range(3)),
            support_url=f"https://support.microsoft.com/help/{kb}",
            legacy_name=f"KB{kb}-{line.build}-Cumulative-{processor}",
            supersedes=self._supersede(chain, None),
            bundled=((member,),),
        )
        self._supersede(chain, bundle)
        return bundle

    def _package(
        self, key: str, line: Line, processor: str, kb: str, day: PatchDay, manifest: str
    ) -> RevisionIdentity:
        return self._builder.software(
            f"{key}/package",
            texts=english(f"Windows10.0-KB{kb}-{processor}.cab"),
            products=[taxonomy.product_id(line.product, family="Windows")],
            classification=None,
            needs=line.needs(processor),
            created=day.published,
            handler="Cbs",
            compatible_protocol_version="1.4",
            installation=_CAN_RESTART,
            uninstallation=_CAN_RESTART,
            files=[(f"Windows10.0-KB{kb}-{processor}.cab", 4_000 + day.index * 1_500)],
            rules=rules.cbs(manifest),
        )

    def _framework(self, line: Line, number: int, day: PatchDay) -> None:
        kb = str(5049000 + day.index * 500 + number * 11)
        chain = f"framework/{line.name}"
        manifest = rules.assembly(
            "Package_for_DotNetRollup_481",
            f"10.0.{9000 + day.index * 12}.1",
            "amd64",
            kb,
            rules.parents([line.build], "amd64"),
        )
        member = self._package(f"{chain}/{day.label}", line, "x64", kb, day, manifest)
        bundle = self._builder.software(
            f"{chain}/{day.label}/bundle",
            texts=localized(
                "dotnet_framework", kb=kb, month=day.label, product=line.name, processor="x64"
            ),
            products=[taxonomy.product_id(line.product, family="Windows")],
            classification=taxonomy.SECURITY_UPDATES if day.index % 4 else taxonomy.UPDATES,
            needs=line.needs("x64"),
            created=day.published,
            explicitly_deployable=True,
            auto_select_on_web_sites=True,
            severity="Important" if day.index % 4 else None,
            kb_articles=(kb,),
            supersedes=self._supersede(chain, None),
            bundled=((member,),),
        )
        self._supersede(chain, bundle)

    def _servicing_stack(self, line: Line, day: PatchDay) -> None:
        kb = str(5046000 + day.index * 500)
        update = self._builder.software(
            f"stack/{line.name}/{day.label}",
            texts=localized("stack", kb=kb, month=day.label, product=line.name, processor="x64"),
            products=[taxonomy.product_id(line.product, family="Windows")],
            classification=taxonomy.CRITICAL_UPDATES,
            needs=line.needs("x64"),
            created=day.published,
            explicitly_deployable=True,
            auto_select_on_web_sites=True,
            severity="Critical",
            handler="Cbs",
            installation=Behavior(impact="RequiresExclusiveHandling", reboot="NeverReboots"),
            kb_articles=(kb,),
            files=[(f"SSU-{line.build}-{day.label}-x64.cab", 20_000)],
            supersedes=self._supersede(f"stack/{line.name}", None),
            rules=rules.cbs(
                rules.assembly(
                    "Package_for_ServicingStack",
                    f"10.0.{line.build}.{4000 + day.index * 137}",
                    "amd64",
                    kb,
                    rules.parents([line.build], "amd64"),
                )
            ),
        )
        self._supersede(f"stack/{line.name}", update)

    def _runtime(self, day: PatchDay) -> None:
        kb = str(5050000 + day.index * 500)
        version = f"8.0.{12 + day.index}"
        needs, product = [taxonomy.AMD64], taxonomy.product_id(".NET 8.0")
        program = f"dotnet-runtime-{version}-win-x64.exe"
        member = self._builder.software(
            f"runtime/{day.label}/member",
            texts=english(f".NET {version} runtime installer"),
            products=[product],
            classification=None,
            needs=needs,
            created=day.published,
            handler="CommandLineInstallation",
            installation=Behavior(impact="Minor", reboot="NeverReboots"),
            files=[(program, 30_000)],
            rules=rules.Rules(
                is_installed=rules.file_version(r"dotnet\host\fxr\hostfxr.dll", version),
                is_installable=rules.all_of(
                    rules.processor(9), rules.file_version(r"dotnet\host\fxr\hostfxr.dll", "8.0.0")
                ),
            ),
        )
        bundle = self._builder.software(
            f"runtime/{day.label}",
            texts=localized(
                "dotnet", kb=kb, month=day.label, product=f".NET {version}", processor="x64"
            ),
            products=[product],
            classification=taxonomy.SECURITY_UPDATES,
            needs=needs,
            created=day.published,
            explicitly_deployable=True,
            severity="Important",
            kb_articles=(kb,),
            supersedes=self._supersede("runtime", None),
            bundled=((member,),),
        )
        self._supersede("runtime", bundle)
