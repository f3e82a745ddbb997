"""What a synchronization does at a moment, in the words its progress is told with."""

from typing import Final

from headgate.sentences import Sentence

CONNECTING: Final = Sentence("connecting")
LISTING_CATEGORIES: Final = Sentence("listing categories")
CATEGORIES: Final = Sentence("categories")  #: and classifications, detectoids
LISTING_UPDATES: Final = Sentence("listing updates")
UPDATES: Final = Sentence("updates")
BUNDLE_MEMBERS: Final = Sentence("bundle members")
DOCUMENTS_OWED: Final = Sentence("documents owed")  #: by the source, from earlier runs
FILES: Final = Sentence("files")
CHECKING_PACKAGE: Final = Sentence("checking the package")
STORING_DOCUMENTS: Final = Sentence("storing documents")
