"""Settings out of the environment: ``HEADGATE_SECTION_NAME``, and files named by ``…_FILE``.

A file that is named but cannot be read is an error: starting without a password that was meant to
be there would be worse than not starting.
"""

from collections.abc import Mapping
from pathlib import Path

from headgate.errors import SettingsError
from headgate.sentences import Sentence
from headgate.settings.keys import Key, read_value
from headgate.settings.values import Value


def from_environment(keys: Mapping[str, Key], environment: Mapping[str, str]) -> dict[str, Value]:
    """Return the values the environment fixes, by name; raises SettingsError."""
    found = {}
    for key in keys.values():
        text = _text_of(key, environment)
        if text is not None:
            found[key.name] = read_value(key, text, where=f"{key.variable}: ")
    return found


def _text_of(key: Key, environment: Mapping[str, str]) -> str | None:
    text = environment.get(key.variable)
    file = environment.get(f"{key.variable}_FILE") if key.secret else None
    if file is None:
        return text
    if text is not None:
        raise SettingsError(
            Sentence("Both {variable} and {variable}_FILE are set.", variable=key.variable),
            next_step=Sentence("Keep one of them."),
        )
    try:
        return Path(file).read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as exc:
        raise SettingsError(
            Sentence(
                "{variable}_FILE names {file}, which cannot be read ({reason}).",
                variable=key.variable,
                file=file,
                reason=getattr(exc, "strerror", None) or Sentence("not UTF-8"),
            ),
            next_step=Sentence("Create the file, or take the variable out of the environment."),
        ) from exc
