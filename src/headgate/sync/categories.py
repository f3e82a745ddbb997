"""The first half of a synchronization: languages, and categories, classifications, detectoids."""

from headgate.sentences import Sentence
from headgate.storage import anchors, source_languages, transactions
from headgate.storage.runs import Problem
from headgate.sync import listing, phases
from headgate.sync.working import CONFIGURATION, Work
from headgate.upstream.source import SourceConfiguration, SourceLanguage


def note_languages(work: Work, configuration: SourceConfiguration) -> None:
    """Remember the source's languages; a new one is a notice in the history."""
    tools = work.tools
    with transactions.write(tools.engine) as conn:
        known = source_languages.known_languages(conn)
        for language in configuration.languages:
            source_languages.note_language(
                conn,
                language_id=language.language_id,
                short_name=language.short_name,
                long_name=language.long_name,
                at=tools.now(),
            )
    if not known:
        return
    for language in configuration.languages:
        if language.language_id not in known:
            work.note(_new_language(language, taken=tools.new_languages_wanted))


def _new_language(language: SourceLanguage, *, taken: bool) -> Problem:
    if taken:
        said = Sentence(
            "The source now offers {title} ({language}): it is taken, because all languages "
            "including new ones are chosen.",
            title=language.long_name,
            language=language.short_name,
        )
    else:
        said = Sentence(
            "The source now offers {title} ({language}): it stays off, because new languages are "
            "not chosen (`headgate languages select {language}` adds it).",
            title=language.long_name,
            language=language.short_name,
        )
    return Problem(kind="notice", subject=language.short_name, reason=said)


def synchronize_categories(work: Work) -> None:
    """Bring in what changed in categories, classifications and detectoids since our anchor."""
    listing.finish_earlier(work, CONFIGURATION, phases.CATEGORIES)
    tools = work.tools
    tools.progress.begin(phases.LISTING_CATEGORIES)
    with transactions.read(tools.engine) as conn:
        anchor = anchors.kept_anchor(conn, scope=CONFIGURATION, source=tools.source_name)
    answer = tools.source.list_configuration(anchor)
    work.count_received(answer.received_bytes)
    listing.write_down(work, CONFIGURATION, answer.anchor, {}, answer.identities)
    work.fetching.work_off(CONFIGURATION, phases.CATEGORIES)
    listing.complete(work, CONFIGURATION)
