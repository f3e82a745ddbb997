"""Where the material outside the repository lies: captures, WSDLs, facts (DESIGN, honest tests).

``HEADGATE_SHARED`` (default: ``../shared`` beside the repository) and ``HEADGATE_CAPTURES``
(default: its ``captures``). Both are None where absent; tests then skip with a reason.
"""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


def _folder(variable: str, default: Path | None) -> Path | None:
    named = os.environ.get(variable)
    path = Path(named) if named else default
    return path.resolve() if path is not None and path.is_dir() else None


SHARED = _folder("HEADGATE_SHARED", REPOSITORY.parent / "shared")
CAPTURES = _folder("HEADGATE_CAPTURES", SHARED / "captures" if SHARED else None)
