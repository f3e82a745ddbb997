"""Paths as IIS takes them: letter case does not matter, and a slash too many does no harm."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from starlette.routing import Match, Route
from starlette.types import Scope

_SLASHES = re.compile("//+")


class AnyCaseRoute(Route):
    """A route whose path is written in lower case and matches every spelling of it (FACTS §1.1)."""

    def __init__(
        self, path: str, endpoint: Callable[..., Any], *, methods: Sequence[str] | None = None
    ) -> None:
        super().__init__(path, endpoint, methods=list(methods) if methods else None)
        self.path_regex = re.compile(self.path_regex.pattern, re.IGNORECASE)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match as any route does, the path's double slashes taken for one."""
        if scope["type"] == "http" and "//" in scope["path"]:
            scope = {**scope, "path": _SLASHES.sub("/", scope["path"])}
        return super().matches(scope)
