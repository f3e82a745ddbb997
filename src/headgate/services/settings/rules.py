"""What settings need of each other, and what is wrong with a text: one rule for every door."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from headgate.sentences import Sentence
from headgate.settings.keys import Key
from headgate.settings.shared import Shared
from headgate.settings.values import NotAllowed, host_name

_PORT_BEHIND = re.compile(r"(\[.*\]|[^:]+):[0-9]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Required:
    """A setting that must be there because of another one."""

    key: str
    is_missing: Callable[[Shared], bool]
    sentence: Sentence
    in_a_command: Sentence  #: the next step on the command line


_REQUIRED = (
    Required(
        key="source.host",
        is_missing=lambda s: s.source.kind == "upstream" and s.source.host is None,
        sentence=Sentence("An upstream server needs a name."),
        in_a_command=Sentence("Add source.host=NAME to the same command."),
    ),
    Required(
        key="proxy.host",
        is_missing=lambda s: s.proxy.enabled and s.proxy.host is None,
        sentence=Sentence("A proxy server needs a name."),
        in_a_command=Sentence("Add proxy.host=NAME to the same command."),
    ),
    Required(
        key="proxy.user",
        is_missing=lambda s: s.proxy.use_credentials and s.proxy.user is None,
        sentence=Sentence("Credentials for the proxy server need a user."),
        in_a_command=Sentence("Add proxy.user=NAME to the same command."),
    ),
)


def missing(settings: Shared) -> Iterator[Required]:
    """Yield what the settings lack to work as a whole."""
    return (rule for rule in _REQUIRED if rule.is_missing(settings))


def wrong(key: Key, text: str) -> Sentence | None:
    """Say beside its field what is wrong with a text; None when it is a value of the setting."""
    if text == "":
        return None
    if key.read is host_name and (reason := _not_a_name_alone(text)):
        return reason
    try:
        key.read(text)
    except NotAllowed as exc:
        return Sentence("It must be {allowed}.", allowed=exc.allowed)
    return None


def _not_a_name_alone(text: str) -> Sentence | None:
    if "://" in text:
        return Sentence("Write the name alone, without http:// in front of it.")
    if "/" in text or "\\" in text:
        return Sentence("Write the name alone, without a path behind it.")
    if any(character.isspace() for character in text.strip()):
        return Sentence("The name of a server has no blanks.")
    if _PORT_BEHIND.fullmatch(text.strip()):
        return Sentence("Write the port in its own box, not behind the name.")
    return None
