"""The catalogue and the store in numbers, for the home page."""

from collections.abc import Mapping
from dataclasses import dataclass

from headgate.catalogue.files import FilePresence, FileTotal
from headgate.services.catalogue.browser import CatalogueBrowser
from headgate.storage import catalogue_numbers, file_records, transactions
from headgate.storage.catalogue_numbers import CatalogueSize
from headgate.storage.engine import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What is here."""

    size: CatalogueSize
    by_classification: Mapping[str, int]  #: id to updates
    files: Mapping[FilePresence, FileTotal]  #: everything updates name

    @property
    def named(self) -> FileTotal:
        """All files updates name, here or not."""
        totals = self.files.values()
        return FileTotal(
            count=sum(total.count for total in totals), size=sum(total.size for total in totals)
        )

    @property
    def stored(self) -> FileTotal:
        """The files that are here and whole."""
        return self.files[FilePresence.PRESENT]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Counts what one installation holds."""

    engine: Engine
    catalogue: CatalogueBrowser

    def numbers(self) -> Numbers:
        """Return the numbers as they are now; by classification as at the last synchronization."""
        with transactions.read(self.engine) as conn:
            size, files = catalogue_numbers.catalogue_size(conn), file_records.totals(conn)
        return Numbers(
            size=size, files=files, by_classification=self.catalogue.classification_counts()
        )
