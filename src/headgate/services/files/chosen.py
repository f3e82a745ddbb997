"""Which update files are due under the settings."""

from collections.abc import Collection

from headgate.catalogue.files import FileChoice
from headgate.catalogue.languages import LanguagesMode, wanted_languages
from headgate.settings.machine import machine_locale
from headgate.settings.shared import Shared
from headgate.storage import source_languages
from headgate.storage.engine import Connection


def file_choice(shared: Shared, known_languages: Collection[str]) -> FileChoice:
    """Return which files are due under the settings.

    With deferred downloads those of approved updates and licences, without a local store licences.
    """
    languages = shared.languages
    kept_here = shared.content.is_kept_here
    return FileChoice(
        everything=kept_here and not shared.content.deferred,
        approved=kept_here,
        languages=wanted_languages(
            LanguagesMode(languages.mode),
            selected=languages.selected,
            locale=languages.locale or machine_locale().language,
            known=known_languages,
        ),
        express=shared.content.express,
    )


def chosen_files(conn: Connection, shared: Shared) -> FileChoice:
    """Return the same with the languages the source has named so far."""
    return file_choice(shared, source_languages.named_languages(conn))
