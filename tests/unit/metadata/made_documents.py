"""Update documents made for tests: the shape of FACTS §8.1, own wording."""

from tests.cast import a_guid

from headgate.catalogue.documents import DocumentEncoding, ReceivedDocument
from headgate.catalogue.identity import RevisionIdentity

MSUS = "http://schemas.microsoft.com/msus/2002/12/"
UPDATE_ID = "0b1f6a52-7b1c-4a3e-9d2f-5a3c8e9f0a11"
OTHER_ID = "7D3C5A11-2B4E-4F60-8A9B-0C1D2E3F4A5B"
SHA1 = "h/W9BGlYUAaqXTp30cZi/SiV3c0="
SHA256 = "Amt0qymy5KsROiwIXm4QIIV75Ju4r+Cl28Pg8gaLXUA="

_DECLARATIONS = {
    "upd": "Update",
    "bar": "BaseApplicabilityRules",
    "lar": "LogicalApplicabilityRules",
    "msiar": "MsiApplicabilityRules",
    "cbsar": "CbsApplicabilityRules",
    "drv": "UpdateHandlers/WindowsDriver",
}
DECLARATIONS = " ".join(f'xmlns:{prefix}="{MSUS}{tail}"' for prefix, tail in _DECLARATIONS.items())

IDENTITY = f'<upd:UpdateIdentity UpdateID="{UPDATE_ID}" RevisionNumber="200" />'
TEXTS = (
    "<upd:LocalizedPropertiesCollection><upd:LocalizedProperties><upd:Language>en</upd:Language>"
    "<upd:Title>A made update</upd:Title></upd:LocalizedProperties>"
    "</upd:LocalizedPropertiesCollection>"
)
RULES = '<upd:IsInstalled><bar:RegSz Key="K" Value="V" /></upd:IsInstalled>'
FILE = (
    f'<upd:File Digest="{SHA1}" DigestAlgorithm="SHA1" FileName="a.cab" Size="12" '
    f'PatchingType="SelfContained"><upd:AdditionalDigest Algorithm="SHA256">{SHA256}'
    "</upd:AdditionalDigest></upd:File>"
)


def a_document(
    *,
    identity: str = IDENTITY,
    attributes: str = 'UpdateType="Software"',
    properties: str = "",
    texts: str = TEXTS,
    relationships: str = "",
    rules: str = RULES,
    files: str = FILE,
    declarations: str = DECLARATIONS,
) -> bytes:
    """Return a document; every argument is the XML inside its section, or all of it."""
    return (
        f"<upd:Update {declarations}>{identity}"
        f"<upd:Properties {attributes}>{properties}</upd:Properties>{texts}"
        f"<upd:Relationships>{relationships}</upd:Relationships>"
        f"<upd:ApplicabilityRules>{rules}</upd:ApplicabilityRules>"
        f"<upd:Files>{files}</upd:Files></upd:Update>"
    ).encode()


def a_servicing_manifest(size: int) -> str:
    """Return rules with a manifest of about ``size`` characters: what makes documents giant."""
    part = (
        '<update name="%d-7_neutral_PACKAGE"><component><assemblyIdentity name="c-%x" '
        'version="10.0.22621.1702" processorArchitecture="amd64" language="neutral" '
        'publicKeyToken="31bf3856ad364e35" /></component></update>'
    )
    parts = "".join(part % (number, number * 7919) for number in range(size // 205))
    return (
        "<upd:IsInstalled><cbsar:CbsPackageInstalled /></upd:IsInstalled><upd:Metadata>"
        f'<cbsar:CbsPackageApplicabilityMetadata xmlns:cbsar="{MSUS}CbsApplicabilityRules">'
        '<assembly xmlns="urn:schemas-microsoft-com:asm.v3" manifestVersion="1.0">'
        f"<package>{parts}</package></assembly></cbsar:CbsPackageApplicabilityMetadata>"
        "</upd:Metadata>"
    )


def a_received(data: bytes | None = None, **document: str) -> ReceivedDocument:
    """Return a document as a source sends it, of an update nobody else has; ``data``: its text."""
    identity = RevisionIdentity(a_guid(), 200)
    element = f'<upd:UpdateIdentity UpdateID="{identity.update_id}" RevisionNumber="200" />'
    text = a_document(identity=element, **document) if data is None else data
    return ReceivedDocument(identity=identity, encoding=DocumentEncoding.UTF8, data=text)
