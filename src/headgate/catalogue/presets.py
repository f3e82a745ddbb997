"""Facts about well-known products and classifications: presets, and what a choice brings.

Ids are Microsoft's and the same everywhere; titles are localized and edited now and then, so they
are kept here for readers only and never matched.
"""

from dataclasses import dataclass
from types import MappingProxyType

from headgate.sentences import Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A ready choice of products."""

    name: str
    title: str
    products: MappingProxyType[str, str]  #: id to title


#: Windows 10 and 11, Windows Server 2016 to 2025, and .NET. Windows Server 2022 is called "21H2" by
#: the catalogue, 2025 "24H2"; the versions between them were released too. .NET Framework comes
#: with the Windows products; of .NET itself the releases with long support are listed.
SUPPORTED_WINDOWS = Preset(
    name="supported-windows",
    title=Sentence("Supported Windows"),
    products=MappingProxyType(
        {
            "a3c2375d-0c8a-42f9-bce0-28333e198407": "Windows 10",
            "d2085b71-5f1f-43a9-880d-ed159016d5c6": "Windows 10 LTSB",
            "b3c75dc1-155f-4be4-b015-3f1a91758e52": "Windows 10, version 1903 and later",
            "72e7624a-5b00-45d2-b92f-e561c0a6a160": "Windows 11",
            "569e8e8f-c6cd-42c8-92a3-efbb20a0f6f5": "Windows Server 2016",
            "f702a48c-919b-45d6-9aef-ca4248d50397": "Windows Server 2019",
            "21210d67-50bc-4254-a695-281765e10665": "Windows Server, version 1903 and later",
            "71718f13-7324-4b0f-8f9e-2ca9dc978e53": "Microsoft Server operating system-21H2",
            "2c7888b6-f9e9-4ee9-87af-a77705193893": "Microsoft Server Operating System-22H2",
            "607efb8d-feed-48a0-930e-14d0cf2da71f": "Microsoft Server Operating System-23H2",
            "b256987d-4693-4c87-955d-dbb9341205eb": "Microsoft Server Operating System-24H2",
            "3a8f2a23-211a-4969-9f10-50ee09f0a2db": ".NET 6.0",
            "64ccdfc7-8e8c-4404-a572-a3daf7dff673": ".NET 8.0",
        }
    ),
)

PRESETS = MappingProxyType({SUPPORTED_WINDOWS.name: SUPPORTED_WINDOWS})

#: What selecting a classification brings, where that is more than people expect.
WHAT_A_CLASSIFICATION_BRINGS = MappingProxyType(
    {
        "ebfc1fc5-71a4-4f7b-9aca-3b9a503104a0": Sentence(
            "Drivers: hundreds of thousands of updates. Expect the database to grow by gigabytes "
            "and the first synchronization to take hours; `headgate sync preview` counts first."
        ),
        "77835c8d-62a7-41f5-82ad-f28d1af1e3b1": Sentence(
            "Driver Sets: whole collections of drivers for devices, large beside ordinary updates."
        ),
        "3689bdc8-b205-4af4-8d4a-a63924c5e9d5": Sentence(
            "Upgrades: new versions of Windows, 2 to 4 gigabytes a file and one file for every "
            "language and edition. Choose few languages before files are fetched."
        ),
        "e0789628-ce08-4437-be74-2495b842f43b": Sentence(
            "Definition Updates: four or five releases a day for each security product, and 1.2 "
            "gigabytes of files in one Defender release. Synchronize several times a day, or "
            "computers get old definitions."
        ),
    }
)
