"""Office with many languages, Edge, the removal tool, SQL Server and Exchange."""

from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import Behavior
from headgate.simulator.microsoft_update import rules, taxonomy
from headgate.simulator.microsoft_update.small.calendar import PatchDay
from headgate.simulator.microsoft_update.texts import english, localized
from headgate.simulator.microsoft_update.world_building import WorldBuilder

OFFICE_LANGUAGES = ("en", "de", "sv", "fr", "ja", "es", "it", "nl", "pl", "pt-br", "zh-cn", "ko")
_SERVER_PRODUCTS = (
    ("SQL Server 2019 RTM CU", "Microsoft SQL Server 2019"),
    ("SQL Server 2022 RTM CU", "Microsoft SQL Server 2022"),
    ("Exchange Server 2019 CU15", "Exchange Server 2019"),
)
#: The program that tells a server product's version, and its first number.
_PROGRAMS = {
    "Microsoft SQL Server 2019": (r"Microsoft SQL Server\150\sqlservr.exe", 15),
    "Microsoft SQL Server 2022": (r"Microsoft SQL Server\160\sqlservr.exe", 16),
    "Exchange Server 2019": (r"Exchange Server\V15\ExSetup.exe", 15),
}


class Applications:
    """Publishes what belongs to no Windows version; remembers what is superseded."""

    def __init__(self, builder: WorldBuilder) -> None:
        self._builder = builder
        self._chains: dict[str, list[str]] = {}

    def publish_month(self, day: PatchDay) -> None:
        """Publish what appears in this month."""
        self._removal_tool(day)
        self._browser(day)
        if day.index % 3 == 2:
            self._office(day)
        if day.index % 4 == 3:
            for number, (name, product) in enumerate(_SERVER_PRODUCTS):
                self._server_product(name, product, number, day)

    def _chain(self, name: str, newest: RevisionIdentity) -> None:
        self._chains.setdefault(name, []).append(newest.update_id)

    def _superseded(self, name: str) -> tuple[str, ...]:
        return tuple(reversed(self._chains.get(name, [])[-6:]))

    def _office(self, day: PatchDay) -> None:
        kb = str(5002600 + day.index)
        product = taxonomy.product_id("Office 2016")
        members = tuple(
            self._builder.software(
                f"office/{day.label}/{language}",
                texts=english(f"excel-{language}-{day.label}"),
                products=[product],
                classification=None,
                created=day.published,
                handler="CommandLineInstallation",
                installation=Behavior(reboot="CanRequestReboot"),
                uninstallation=Behavior(),
                languages=(language,),
                files=[(f"excel-{language}-{kb}.cab", 12_000)],
                rules=rules.Rules(
                    is_installed=rules.file_version("excel.exe", f"16.0.{5400 + day.index}.1000"),
                    is_installable=rules.all_of(
                        rules.windows_language(language), rules.file_version("excel.exe", "16.0")
                    ),
                ),
            )
            for language in OFFICE_LANGUAGES
        )
        bundle = self._builder.software(
            f"office/{day.label}",
            texts=localized("security", kb=kb, product="Microsoft Excel 2016 64-Bit Edition"),
            products=[product],
            classification=taxonomy.SECURITY_UPDATES,
            needs=[taxonomy.AMD64],
            created=day.published,
            explicitly_deployable=True,
            auto_select_on_web_sites=True,
            severity="Important",
            security_bulletins=(f"MS{day.published:%y}-{day.published.month:03d}",),
            cves=(f"CVE-{day.published:%Y}-{30000 + day.index}",),
            kb_articles=(kb,),
            languages=OFFICE_LANGUAGES,
            supersedes=self._superseded("office"),
            bundled=(members,),
        )
        self._chain("office", bundle)

    def _removal_tool(self, day: PatchDay) -> None:
        version = f"5.{131 + day.index}"
        update = self._builder.software(
            f"removal-tool/{day.label}",
            texts=localized(
                "removal_tool", kb="890830", processor="x64", version=version, product="Windows"
            ),
            products=[
                taxonomy.product_id("Windows 11"),
                taxonomy.product_id("Windows 10, version 1903 and later", family="Windows"),
                taxonomy.product_id("Windows Server 2019", family="Windows"),
            ],
            classification=taxonomy.UPDATE_ROLLUPS,
            needs=[taxonomy.AMD64],
            created=day.published,
            explicitly_deployable=True,
            auto_select_on_web_sites=True,
            handler="CommandLineInstallation",
            kb_articles=("890830",),
            installation=Behavior(impact="Minor", can_request_user_input=True),
            files=[(f"windows-kb890830-x64-v{version}.exe", 70_000)],
            supersedes=self._superseded("removal-tool"),
            rules=rules.Rules(is_installed=rules.file_version("mrt.exe", f"{version}.0.0")),
        )
        self._chain("removal-tool", update)

    def _browser(self, day: PatchDay) -> None:
        version = str(131 + day.index)
        update = self._builder.software(
            f"edge/{day.label}",
            texts=localized(
                "browser", kb=None, product="Microsoft Edge", version=version, processor="x64"
            ),
            products=[taxonomy.product_id("Microsoft Edge")],
            classification=taxonomy.SECURITY_UPDATES,
            needs=[taxonomy.AMD64],
            created=day.published,
            explicitly_deployable=True,
            handler="CommandLineInstallation",
            files=[(f"MicrosoftEdgeEnterpriseX64-{version}.exe", 160_000)],
            supersedes=self._superseded("edge"),
            rules=rules.Rules(
                is_installed=rules.file_version("msedge.exe", f"{version}.0.0.0"),
                is_installable=rules.file_version("msedge.exe", "100.0.0.0"),
            ),
        )
        self._chain("edge", update)

    def _server_product(self, name: str, product: str, number: int, day: PatchDay) -> None:
        kb = str(5055000 + day.index * 10 + number)
        program, major = _PROGRAMS[product]
        update = self._builder.software(
            f"server-product/{name}/{day.label}",
            texts=localized("security", kb=kb, product=f"{name} {day.index}"),
            products=[taxonomy.product_id(product)],
            classification=taxonomy.SECURITY_UPDATES,
            needs=[taxonomy.AMD64],
            created=day.published,
            explicitly_deployable=True,
            severity="Important",
            handler="CommandLineInstallation",
            kb_articles=(kb,),
            files=[(f"{product.replace(' ', '')}-KB{kb}-x64.exe", 90_000)],
            supersedes=self._superseded(name),
            rules=rules.Rules(
                is_installed=rules.file_version(program, f"{major}.0.{4100 + day.index}.0"),
                is_installable=rules.file_version(program, f"{major}.0"),
            ),
        )
        self._chain(name, update)
