"""One change of the shared settings: what is written, and what follows from it.

* A proxy password belongs to one proxy: another name, port or *basic* forgets it, and so does
  unticking the credentials.
* Another source forgets what the old one said (its anchors).
* English is always among the selected languages.
* Other files may be due, so approved updates may be complete that were not, or the other way round;
  what they lack now is fetched at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from headgate import clock
from headgate.catalogue.files import FileTotal
from headgate.errors import SettingsError
from headgate.sentences import Sentence
from headgate.services.files.chosen import chosen_files
from headgate.services.files.fetching import queue_fetching_if_due
from headgate.services.files.readiness import settle_readiness
from headgate.services.settings.rules import missing
from headgate.services.settings.stored import PASSWORD, Reading, Values, flat, plain
from headgate.settings.shared import Shared
from headgate.settings.values import Value, written
from headgate.storage import anchors, audit, file_records, settings_rows
from headgate.storage.engine import Connection

_UPSTREAM_ONLY = {"source.host", "source.port", "source.tls", "source.ca_file"}
#: Settings that say nothing until a switch has a certain position.
_COUNT_ONLY_WITH: tuple[tuple[frozenset[str], str, Value], ...] = (
    (frozenset({"proxy.host", "proxy.port"}), "proxy.enabled", True),
    (frozenset({"languages.selected"}), "languages.mode", "selected"),
    (frozenset({"languages.locale"}), "languages.mode", "locale"),
    (frozenset({"schedule.first", "schedule.per_day"}), "schedule.mode", "daily"),
)

#: How the audit trail calls a change.
ACTION = "settings changed"

#: What a change may say, in the words of the command line; the console has its own for these.
CREDENTIALS_UNUSED = Sentence(
    "The proxy password is forgotten: credentials are not used. Set "
    "proxy.use_credentials=true together with it."
)
PASSWORD_MOVED = Sentence(
    "The proxy password is forgotten: it was given for another proxy name, port or "
    "proxy.allow_basic. Give it again with `headgate settings set proxy.password`."
)
PASSWORD_MISSING = Sentence(
    "The proxy has no password yet: `headgate settings set proxy.password`."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What ``change`` did: the keys that have another value now, and sentences about the rest."""

    changed: tuple[str, ...]
    sentences: tuple[str, ...]
    due: FileTotal | None = None  #: files the next run fetches, where the change decides that


class Change:
    """One transaction of ``Configuring.change``: what is written, and what follows from it."""

    def __init__(
        self,
        reading: Reading,
        conn: Connection,
        wanted: Mapping[str, Value],
        texts: Mapping[str, str],
        by: str,
    ) -> None:
        self._reading = reading
        self._conn = conn
        self._wanted = dict(wanted)
        self._texts = texts
        self._by = by
        self._at = clock.now()
        self._sentences: list[str] = []

    def make(self) -> Outcome:
        """Write, draw the consequences, check the whole, leave an audit line."""
        before, chosen_before = self._settings(), self._chosen()
        had_password = self._has_password()
        self._keep_english()
        self._write()
        self._forget_password_if_moved(before)
        after = self._settings()
        _check(after)
        self._forget_source_if_changed(before, after)
        self._say_what_is_missing(after)
        due = self._due(before, after)
        if (before.content, before.languages) != (after.content, after.languages):
            choice = chosen_files(self._conn, after)
            settle_readiness(self._conn, choice)
            queue_fetching_if_due(self._conn, choice, by=self._by, at=self._at)
        changed = self._changed(chosen_before, had_password=had_password)
        if changed:
            self._note(changed)
        return Outcome(changed=changed, sentences=tuple(self._sentences), due=due)

    def _due(self, before: Shared, after: Shared) -> FileTotal | None:
        if (before.content, before.languages) == (after.content, after.languages):
            return None
        choice = chosen_files(self._conn, after)
        return file_records.due_total(self._conn, choice) if choice.everything else None

    def _settings(self) -> Shared:
        return self._reading.counting(settings_rows.chosen_settings(self._conn))

    def _keep_english(self) -> None:
        selected = self._wanted.get("languages.selected")
        if isinstance(selected, tuple) and "en" not in selected:
            self._wanted["languages.selected"] = tuple(sorted({*selected, "en"}))
            self._sentences.append(
                Sentence(
                    "English is kept among the languages: many updates have no other one, and they "
                    "would be missing for everybody."
                )
            )

    def _write(self) -> None:
        for name, value in self._wanted.items():
            if name == PASSWORD:
                continue
            if self._texts[name] == "":
                settings_rows.forget(self._conn, name)
            else:
                settings_rows.choose(self._conn, name, plain(value), by=self._by, at=self._at)
        password = self._wanted.get(PASSWORD)
        if isinstance(password, str):
            self._write_password(password)
        elif PASSWORD in self._wanted:
            settings_rows.forget(self._conn, PASSWORD)

    def _write_password(self, password: str) -> None:
        sealed = self._reading.seal(password, self._chosen())
        settings_rows.choose_secret(self._conn, PASSWORD, sealed, by=self._by, at=self._at)

    def _chosen(self) -> dict[str, Value]:
        return self._reading.chosen(settings_rows.chosen_settings(self._conn))

    def _forget_password_if_moved(self, before: Shared) -> None:
        row = settings_rows.chosen_settings(self._conn).get(PASSWORD)
        if row is None:
            return
        after = self._settings().proxy
        if not after.use_credentials and (before.proxy.use_credentials or PASSWORD in self._wanted):
            self._sentences.append(CREDENTIALS_UNUSED)
        elif after.password is None:
            self._sentences.append(PASSWORD_MOVED)
        else:
            return
        settings_rows.forget(self._conn, PASSWORD)

    def _forget_source_if_changed(self, before: Shared, after: Shared) -> None:
        old, new = before.source, after.source
        if (old.kind, old.host, old.port, old.tls) == (new.kind, new.host, new.port, new.tls):
            return
        anchors.forget_anchors(self._conn)
        self._sentences.append(
            Sentence(
                "Another update source: the next synchronization lists everything there is anew; "
                "what is here already is not fetched again."
            )
        )

    def _say_what_is_missing(self, after: Shared) -> None:
        proxy = after.proxy
        needs_one = proxy.enabled and proxy.use_credentials and proxy.password is None
        if needs_one and PASSWORD_MOVED not in self._sentences:
            self._sentences.append(PASSWORD_MISSING)
        counting = flat(after)
        for names, switch, position in _COUNT_ONLY_WITH:
            if counting[switch] != position and not names.isdisjoint(self._wanted):
                self._sentences.append(
                    Sentence(
                        "Kept, but it counts only with {switch}={position}: {names}.",
                        switch=switch,
                        position=written(position),
                        names=tuple(sorted(names & self._wanted.keys())),
                    )
                )
        if after.source.kind == "microsoft" and not _UPSTREAM_ONLY.isdisjoint(self._wanted):
            self._sentences.append(
                Sentence(
                    "The source is Microsoft Update; source.host, .port, .tls and .ca_file count "
                    "only with source.kind=upstream."
                )
            )
        if "schedule.mode" in self._wanted and after.schedule.mode == "daily":
            self._sentences.append(
                Sentence("Times are in the time zone {zone}.", zone=after.schedule.zone)
            )

    def _has_password(self) -> bool:
        return PASSWORD in settings_rows.chosen_settings(self._conn)

    def _changed(self, before: Values, *, had_password: bool) -> tuple[str, ...]:
        after = self._chosen()
        public = (name for name in after | dict(before) if before.get(name) != after.get(name))
        given = PASSWORD in self._wanted and self._has_password()
        password = (PASSWORD,) if given or had_password != self._has_password() else ()
        return (*sorted(public), *password)

    def _note(self, changed: Sequence[str]) -> None:
        after = self._chosen()
        detail = {name: plain(after.get(name)) for name in changed if name != PASSWORD}
        if PASSWORD in changed:
            is_set = self._settings().proxy.password is not None
            detail[PASSWORD] = "set" if is_set else "not set"
        audit.note(self._conn, actor=self._by, action=ACTION, detail=detail, at=self._at)


def _check(settings: Shared) -> None:
    """Refuse what cannot work as a whole."""
    for rule in missing(settings):
        raise SettingsError(rule.sentence, next_step=rule.in_a_command)
