"""Local settings: what one process needs before it can read the database.

Environment over ``headgate.toml`` over the default; command options are laid over by the command.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from headgate.errors import SettingsError
from headgate.sentences import Sentence
from headgate.settings.environment import from_environment
from headgate.settings.keys import LOCAL, SHARED, UnknownSettingError, read_value
from headgate.settings.values import Value, written


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """The local settings, complete."""

    database_url: str | None = field(repr=False)  #: None: headgate.db in the data directory
    listen_http: str  #: HOST:PORT
    more_http: tuple[str, ...]  #: HOST:PORT, besides
    listen_https: str  #: HOST:PORT or "off"
    certificate: Path | None  #: None: one that we make ourselves
    key: Path | None
    trusted_proxies: tuple[str, ...]  #: networks
    user_header: str | None  #: counts from trusted proxies alone
    keytab: Path | None
    keep_free: int | None  #: bytes update files leave free; None: what ``content.store`` says
    log_level: str
    log_json: bool


def local_settings(file: Path, environment: Mapping[str, str]) -> Local:
    """Read ``file`` (headgate.toml; it may be absent) and the environment; raises SettingsError."""
    found: dict[str, Any] = {key.name: key.default for key in LOCAL.values()}
    found |= _from_file(file)
    found |= from_environment(LOCAL, environment)
    return Local(
        database_url=found["database.url"],
        listen_http=found["listen.http"],
        more_http=found["listen.more_http"],
        listen_https=found["listen.https"],
        certificate=_path(found["listen.certificate"]),
        key=_path(found["listen.key"]),
        trusted_proxies=found["listen.trusted_proxies"],
        user_header=found["console.user_header"],
        keytab=_path(found["console.keytab"]),
        keep_free=_bytes(found["content.keep_free_mb"]),
        log_level=found["log.level"],
        log_json=found["log.format"] == "json",
    )


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def _bytes(megabytes: int | None) -> int | None:
    return None if megabytes is None else megabytes * 1_000_000


def _from_file(file: Path) -> dict[str, Value]:
    try:
        sections = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as exc:
        raise SettingsError(
            Sentence("{file} cannot be read ({reason}).", file=str(file), reason=exc.strerror)
        ) from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise SettingsError(
            Sentence("{file} is no TOML file: {reason}.", file=str(file), reason=str(exc))
        ) from exc
    return dict(_one(file, name, value) for name, value in _flat(sections))


def _flat(sections: dict[str, Any]) -> list[tuple[str, Any]]:
    pairs = []
    for section, content in sections.items():
        if isinstance(content, dict):
            pairs += [(f"{section}.{name}", value) for name, value in content.items()]
        else:
            pairs.append((section, content))
    return pairs


def _one(file: Path, name: str, value: Any) -> tuple[str, Value]:
    if name in SHARED:
        raise SettingsError(
            Sentence(
                "{file}: {name} is shared by all processes and lives in the database.",
                file=str(file),
                name=name,
            ),
            next_step=Sentence(
                "Take it out of the file and use `headgate settings set {name}=…`.", name=name
            ),
        )
    if name not in LOCAL:
        raise UnknownSettingError(name, LOCAL, where=f"{file}: ")
    if isinstance(value, list):
        value = tuple(map(str, value))
    text = written(value) if isinstance(value, bool | tuple) else str(value)
    return name, read_value(LOCAL[name], text, where=f"{file}: ")
