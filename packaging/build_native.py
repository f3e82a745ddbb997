"""Build hook: compiles the optional C part beside its Python module.

The library is loaded with ctypes, so it needs no header of Python and fits every version of it.
Without a compiler the build goes on without it: then it is the same pure package as before.
"""

import os
import shlex
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = Path("src/headgate/wire/xpress.c")
LIBRARY = Path("src/headgate/wire/_xpress.native")


class NativeHook(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles before a wheel or an editable install is made."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and say in the wheel's tag for which machine it is."""
        root = Path(self.root)
        library = root / LIBRARY
        library.unlink(missing_ok=True)
        if not _compiled(root / SOURCE, library):
            self.app.display_warning("no C compiler: answers to computers stay uncompressed")
            return
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"
        build_data["artifacts"].append(str(LIBRARY))


def _compiled(source: Path, library: Path) -> bool:
    compiler = shlex.split(os.environ.get("CC") or "cc")
    if shutil.which(compiler[0]) is None:
        return False
    aside = library.with_suffix(f".{os.getpid()}")
    call = [*compiler, "-O2", "-shared", "-fPIC", "-o", str(aside), str(source)]
    if subprocess.run(call, check=False).returncode != 0:
        aside.unlink(missing_ok=True)
        return False
    aside.replace(library)
    return True
