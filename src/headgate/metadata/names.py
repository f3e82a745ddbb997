"""The names in update documents, by namespace URI (FACTS §8.1): prefixes are only a convention.

Also decides what an element of a namespace is called in the fragments clients receive (FACTS §8.2,
rule 3; [MS-WUSP] 3.1.1.1).
"""

VOCABULARIES = "http://schemas.microsoft.com/msus/2002/12/"  #: every namespace of ours begins so
UPDATE = VOCABULARIES + "Update"
BASE_RULES = VOCABULARIES + "BaseApplicabilityRules"
MSI_RULES = VOCABULARIES + "MsiApplicabilityRules"
DRIVER = VOCABULARIES + "UpdateHandlers/WindowsDriver"
CATEGORY = VOCABULARIES + "UpdateHandlers/Category"

#: What precedes the local name in fragments; every other namespace gives the bare name.
FRAGMENT_PREFIXES = {BASE_RULES: "b.", MSI_RULES: "m.", DRIVER: "d."}


def update_tag(name: str) -> str:
    """Return the tag, as lxml spells it, of an element of the update vocabulary."""
    return f"{{{UPDATE}}}{name}"


ROOT = update_tag("Update")
UPDATE_IDENTITY = update_tag("UpdateIdentity")
PROPERTIES = update_tag("Properties")
LOCALIZED_COLLECTION = update_tag("LocalizedPropertiesCollection")
LOCALIZED_PROPERTIES = update_tag("LocalizedProperties")
EULA_FILE = update_tag("EulaFile")
RELATIONSHIPS = update_tag("Relationships")
PREREQUISITES = update_tag("Prerequisites")
BUNDLED_UPDATES = update_tag("BundledUpdates")
SUPERSEDED_UPDATES = update_tag("SupersededUpdates")
AT_LEAST_ONE = update_tag("AtLeastOne")
APPLICABILITY_RULES = update_tag("ApplicabilityRules")
FILES = update_tag("Files")
FILE = update_tag("File")
ADDITIONAL_DIGEST = update_tag("AdditionalDigest")
HANDLER_DATA = update_tag("HandlerSpecificData")
CATEGORY_INFORMATION = f"{{{CATEGORY}}}CategoryInformation"
DRIVER_METADATA = f"{{{DRIVER}}}WindowsDriverMetaData"
DRIVER_COMPUTER_IDS = (
    f"{{{DRIVER}}}DistributionComputerHardwareId",
    f"{{{DRIVER}}}TargetComputerHardwareId",
)
FEATURE_SCORE = f"{{{DRIVER}}}FeatureScore"
