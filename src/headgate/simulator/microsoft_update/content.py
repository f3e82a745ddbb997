"""Update files the simulator makes up: their bytes follow from their name alone.

Nothing is stored. The bytes of a file are the SHAKE-128 stream of its name, and of a text (licence
terms) sentences that name it, so a digest written into a document is true on every run, and any
part of a file can be made again when it is asked for.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from headgate.catalogue.files import UpdateFile


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedFile:
    """One file as its publisher offers it: what the document says, and where it can be fetched.

    ``path`` begins with a slash and lies on this simulator; a file of a real package keeps its
    real address (``http://…``), whose bytes we do not have.
    """

    file: UpdateFile
    path: str

    @property
    def is_ours(self) -> bool:
        """Whether the simulator can hand out the bytes."""
        return self.path.startswith("/")

    def content(self) -> bytes:
        """The whole file; only for files that are ours."""
        return made_up_bytes(self.file.name, self.file.size)


def made_up_bytes(name: str, size: int) -> bytes:
    """Return ``size`` bytes that depend on ``name`` alone; readable when it is called ``.txt``."""
    if name.lower().endswith(".txt"):
        return _licence_terms(name, size)
    return hashlib.shake_128(name.encode()).digest(size)


def _licence_terms(name: str, size: int) -> bytes:
    """Return ASCII lines, ended as Windows ends them: the size in bytes is the one in letters."""
    text = f"LICENCE TERMS OF THE LABORATORY\r\n{name}\r\n"
    section = 0
    while len(text) < size:
        section += 1
        text += (
            f"\r\n{section}. This update is made up. Whoever accepts these terms may install it\r\n"
            "on pretend computers, as often as it pleases them, and owes nobody anything.\r\n"
        )
    return text[:size].encode("ascii", "replace")


def made_up_file(
    name: str,
    size: int,
    *,
    modified: datetime,
    patching_type: str | None = "SelfContained",
    is_eula: bool = False,
    languages: tuple[str, ...] = (),
) -> UpdateFile:
    """Return what a document declares of the made-up file ``name``: true digests, true size."""
    content = made_up_bytes(name, size)
    return UpdateFile(
        sha1=hashlib.sha1(content, usedforsecurity=False).digest(),
        sha256=hashlib.sha256(content).digest(),
        name=name,
        size=size,
        modified=modified.strftime("%Y-%m-%dT%H:%M:%SZ"),
        patching_type=patching_type,
        languages=languages,
        is_eula=is_eula,
    )


#: The directory of a classification below ``/msdownload/update/software``, as in real ``MUUrl``s.
DIRECTORIES = {
    "e6cf1350-c01b-414d-a61f-263d14d133b4": "crup",
    "e0789628-ce08-4437-be74-2495b842f43b": "defu",
    "ebfc1fc5-71a4-4f7b-9aca-3b9a503104a0": "drvs",
    "b54e7d24-7add-428f-8b75-90a396fa584f": "ftpk",
    "0fa1201d-4330-4fa8-8ae9-b877473b6441": "secu",
    "68c5b0a3-d1a6-4553-ae49-01d3a7827828": "svpk",
    "28bc880e-0592-4cbf-8f95-c79b17911d5f": "uprl",
    "cd5ffd1e-e932-4e3a-bf74-18bf0b1bbd83": "updt",
    "3689bdc8-b205-4af4-8d4a-a63924c5e9d5": "upgr",
}


def offered(file: UpdateFile, *, created: datetime, directory: str = "updt") -> OfferedFile:
    """Give ``file`` its place, in the pattern of ``MUUrl`` (FACTS 10.5)."""
    stem, _, extension = file.name.lower().rpartition(".")
    return OfferedFile(
        file=file,
        path=f"/msdownload/update/software/{directory}/{created:%Y/%m}/"
        f"{stem}_{file.sha1.hex()}.{extension}",
    )


def content_path(file: UpdateFile) -> str:
    """Return the path a WSUS serves ``file`` under: ``/Content/<XX>/<40 HEX>.<ext>`` (FACTS 6)."""
    digest = file.sha1.hex().upper()
    return f"/Content/{digest[-2:]}/{digest}.{file.name.rpartition('.')[2]}"
