"""The Core texts of an answer: small ones out of a memory fleets share, large ones in pieces.

Computers of a fleet ask for the same pages, so what was unpacked for one is kept for the next,
bounded in bytes. A Core over 64 KiB is never held whole: the answer names it, and its pieces are
read one by one as the answer leaves.
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from headgate.metadata.core_pieces import LARGE
from headgate.storage import client_fragments, transactions
from headgate.storage.client_fragments import LargeCoreSize
from headgate.storage.engine import Engine

#: Bytes of unpacked text that are kept at most.
KEPT = 64 * 1024 * 1024

#: Pieces of a large Core read at once: some hundred kilobytes each, packed.
_TOGETHER = 8

#: What an entry costs besides its text.
_ENTRY = 200


@dataclass(frozen=True, slots=True)
class LargeCore:
    """A Core too large to hold."""

    revision_id: int
    size: int  #: bytes of escaped text


CoreText = bytes | LargeCore


class CorePiece(NamedTuple):
    """A piece of a large Core as it leaves."""

    revision_id: int
    data: bytes


class CoreTexts:
    """Gives the escaped Cores of revisions to any number of threads. One for the process."""

    def __init__(
        self, engine: Engine, unpack: Callable[[bytes], bytes], *, kept: int = KEPT
    ) -> None:
        """``unpack`` undoes ``metadata.packing``; ``kept``: bytes remembered at most."""
        self._engine = engine
        self._unpack = unpack
        self._most = kept
        self._lock = threading.Lock()
        self._texts: OrderedDict[int, bytes] = OrderedDict()
        self._held = 0
        self._large: dict[int, LargeCoreSize] = {}  #: those whose blocks are ready

    def texts(self, revision_ids: Sequence[int]) -> Mapping[int, CoreText]:
        """Return the Cores, by revision; a revision that has none is missing."""
        found: dict[int, CoreText] = dict(self._remembered(revision_ids))
        for each in revision_ids:
            if each in self._large:
                found[each] = LargeCore(each, self._large[each].size)
        missing = [each for each in revision_ids if each not in found]
        if missing:
            found.update(self._read(missing))
        return found

    def ready_blocks(self, revision_ids: Sequence[int]) -> Mapping[int, int | None]:
        """Return the bytes of the ready xpress blocks of large Cores; None: they are not ready."""
        found: dict[int, int | None] = {
            each: self._large[each].xpress_size for each in revision_ids if each in self._large
        }
        missing = [each for each in revision_ids if each not in found]
        if missing:
            with transactions.read(self._engine) as conn:
                sizes = client_fragments.large_core_sizes(conn, missing)
            self._note_sizes(sizes)
            found |= {each: size.xpress_size for each, size in sizes.items()}
        return found

    def pieces(self, revision_ids: Sequence[int], *, xpress: bool) -> Iterator[Sequence[CorePiece]]:
        """Yield large Cores one after the other, some pieces at a time: texts, or ready blocks.

        One whose revision has been deleted meanwhile ends early.
        """
        left, position = deque(revision_ids), 0
        while left:
            some: list[CorePiece] = []
            with transactions.read(self._engine) as conn:
                while left and len(some) < _TOGETHER:
                    at_most = _TOGETHER - len(some)
                    found = client_fragments.core_pieces_from(
                        conn, left[0], position, at_most=at_most, xpress=xpress
                    )
                    some += (CorePiece(left[0], data) for data in found)
                    position += len(found)
                    if len(found) < at_most:
                        left.popleft()
                        position = 0
            if xpress:
                yield some
                continue
            for piece in some:  # unpacked one by one: each becomes a megabyte
                yield [piece._replace(data=self._unpack(piece.data))]

    def _remembered(self, revision_ids: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        with self._lock:
            for revision_id in revision_ids:
                text = self._texts.get(revision_id)
                if text is not None:
                    self._texts.move_to_end(revision_id)
                    yield revision_id, text

    def _read(self, revision_ids: Sequence[int]) -> dict[int, CoreText]:
        with transactions.read(self._engine) as conn:
            packed = list(client_fragments.cores(conn, revision_ids, LARGE))
            large = [each.revision_id for each in packed if each.packed is None]
            sizes = client_fragments.large_core_sizes(conn, large) if large else {}
            # Not cut into pieces yet: a job does that after an upgrade, and until then it is held.
            uncut = {
                each: client_fragments.whole_core(conn, each) for each in large if each not in sizes
            }
        self._note_sizes(sizes)
        found: dict[int, CoreText] = {
            revision_id: LargeCore(revision_id, size.size) for revision_id, size in sizes.items()
        }
        for each in packed:
            if each.packed is not None:
                found[each.revision_id] = text = self._unpack(each.packed)
                self._remember(each.revision_id, text)
        for revision_id, whole in uncut.items():
            if whole is not None:
                found[revision_id] = self._unpack(whole)
        return found

    def _note_sizes(self, sizes: Mapping[int, LargeCoreSize]) -> None:
        """Remember sizes of ready blocks, which never change; blocks to come are asked again."""
        self._large |= {
            revision_id: size for revision_id, size in sizes.items() if size.xpress_size is not None
        }

    def _remember(self, revision_id: int, text: bytes) -> None:
        with self._lock:
            before = self._texts.pop(revision_id, None)
            if before is not None:
                self._held -= len(before) + _ENTRY
            self._texts[revision_id] = text
            self._held += len(text) + _ENTRY
            while self._held > self._most and self._texts:
                _, dropped = self._texts.popitem(last=False)
                self._held -= len(dropped) + _ENTRY
