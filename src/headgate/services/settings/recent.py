"""Shared settings for those who are asked many times a second: at most a second old."""

from headgate.services.second_old import SecondOld
from headgate.settings.shared import Shared


class RecentSettings(SecondOld[Shared]):
    """Reads the settings once a second, however often it is asked. One for the process."""

    def files_are_kept(self) -> bool:
        """Whether update files are kept here, and not left to Microsoft."""
        return self.current().content.is_kept_here

    def most_installed(self) -> int:
        """Return how many installed updates a computer may list."""
        return self.current().clients.max_installed_ids
