"""Settings in words: how a page calls them and their values, and how it tells a change."""

from collections.abc import Iterable, Mapping

from headgate.sentences import Bytes, Sentence, counted
from headgate.services.settings.change import (
    CREDENTIALS_UNUSED,
    PASSWORD_MISSING,
    PASSWORD_MOVED,
    Outcome,
)
from headgate.services.settings.meanwhile import Meanwhile
from headgate.services.settings.stored import PASSWORD
from headgate.settings.values import Value

LABELS: Mapping[str, Sentence] = {
    "source.kind": Sentence("Update source"),
    "source.host": Sentence("Upstream server"),
    "source.port": Sentence("Port of the upstream server"),
    "source.tls": Sentence("Use SSL when synchronizing update information"),
    "source.ca_file": Sentence("Certificate of the authority that signed the upstream server's"),
    "proxy.enabled": Sentence("Use a proxy server when synchronizing"),
    "proxy.host": Sentence("Proxy server name"),
    "proxy.port": Sentence("Port of the proxy server"),
    "proxy.use_credentials": Sentence("Use user credentials to connect to the proxy server"),
    "proxy.user": Sentence("User at the proxy server"),
    "proxy.domain": Sentence("Domain of the user at the proxy server"),
    PASSWORD: Sentence("Password at the proxy server"),
    "proxy.allow_basic": Sentence("Allow basic authentication (password in clear text)"),
    "schedule.mode": Sentence("Schedule"),
    "schedule.first": Sentence("First synchronization of the day"),
    "schedule.per_day": Sentence("Synchronizations per day"),
    "content.store": Sentence("Update files"),
    "content.deferred": Sentence("Download updates to this server only when updates are approved"),
    "content.express": Sentence("Download express installation files"),
    "languages.mode": Sentence("Languages"),
    "languages.selected": Sentence("Selected languages"),
}

_VALUES: Mapping[tuple[str, Value], Sentence] = {
    ("source.kind", "microsoft"): Sentence("Synchronize from Microsoft Update"),
    ("source.kind", "upstream"): Sentence(
        "Synchronize from an upstream Windows Server Update Services server"
    ),
    ("schedule.mode", "manual"): Sentence("Synchronize manually"),
    ("schedule.mode", "daily"): Sentence("Synchronize daily"),
    ("content.store", "local"): Sentence("Store update files locally on this server"),
    ("content.store", "microsoft"): Sentence(
        "Do not store updates locally; clients install updates from Microsoft Update"
    ),
    ("languages.mode", "locale"): Sentence(
        "Download only those updates that match the locale of this server"
    ),
    ("languages.mode", "all"): Sentence(
        "Download updates in all languages, including new languages"
    ),
    ("languages.mode", "selected"): Sentence("Download updates only in the selected languages"),
}
_NOTHING = Sentence("nothing")
_PORTS = ("source.port", "proxy.port")

#: What a change says in the words of the command line, and what the page says instead.
_OF_THE_PAGE: Mapping[str, Sentence] = {
    CREDENTIALS_UNUSED: Sentence(
        "The stored proxy password is forgotten, because credentials are no longer used."
    ),
    PASSWORD_MOVED: Sentence(
        "The stored proxy password is forgotten: it was given for another proxy server, or for "
        "another way of sending it. Type it again."
    ),
    PASSWORD_MISSING: Sentence(
        "No password is stored for the proxy server; type one if it asks for it."
    ),
}


def change(key: str, before: Value, after: Value) -> Sentence:
    """Tell one setting's change from an old to a new value; a password's values are not told."""
    if key == PASSWORD:
        return Sentence("Password at the proxy server: another one.")
    return Sentence(
        "{setting}: {after} (until now: {before}).",
        setting=LABELS[key],
        after=value(key, after),
        before=value(key, before),
    )


def value(key: str, found: Value) -> object:
    """Return a setting's value as a value of a sentence."""
    if found is None or found in ("", ()):
        return _NOTHING
    if key in _PORTS:
        return str(found)
    return _VALUES.get((key, found), found)


def said(key: str, found: str) -> Sentence:
    """Return how a choice is called."""
    return _VALUES[(key, found)]


def changes(
    keys: Iterable[str], before: Mapping[str, Value], after: Mapping[str, Value]
) -> list[str]:
    """Tell several changes in the order of the page."""
    changed = set(keys)
    return [change(key, before.get(key), after.get(key)) for key in LABELS if key in changed]


def by_somebody(one: Meanwhile) -> Sentence:
    """Tell what somebody changed while a form was open."""
    if one.by is None or one.at is None:
        return change(one.key, one.before, one.after)
    if one.key == PASSWORD:
        return Sentence(
            "Password at the proxy server: another one, given by {who}, {when}.",
            who=one.by,
            when=one.at,
        )
    return Sentence(
        "{setting}: {after} (until now: {before}), changed by {who}, {when}.",
        setting=LABELS[one.key],
        after=value(one.key, one.after),
        before=value(one.key, one.before),
        who=one.by,
        when=one.at,
    )


def consequences(outcome: Outcome) -> list[str]:
    """Return what else a change means."""
    said: list[str] = [_OF_THE_PAGE.get(one, one) for one in outcome.sentences]
    if outcome.due is not None:
        said.append(
            counted(
                "The next synchronization fetches {count} file ({size}).",
                "The next synchronization fetches {count} files ({size}).",
                count=outcome.due.count,
                size=Bytes(outcome.due.size),
            )
        )
    return said
