"""The driver pass: [MS-WUSP] 3.1.5.7 with SkipSoftwareSync = true, and SyncPrinterCatalog."""

from collections.abc import Iterable, Mapping, Sequence

from pyroaring import BitMap

from headgate.offer.difference import difference, page
from headgate.offer.driver_matching import Matching
from headgate.offer.overlay import Overlay
from headgate.offer.questions import DriverQuestion, Limits, Offer


def drivers(overlay: Overlay, question: DriverQuestion) -> Offer:
    """Answer a driver pass: for each device the best driver, if it beats the installed one.

    Only ``cached_drivers`` count as cached; installed ids open prerequisites and never leave here.
    """
    candidates = _unlocked_drivers(overlay, question.installed)
    if question.categories:
        candidates &= overlay.category_scope(question.categories)
    best = _best(overlay, question, candidates)
    found = difference(BitMap(best), question.cached_drivers)
    part = overlay.anchor_of_part(question.anchor)
    return Offer(
        new=[overlay.offered(i, best[i]) for i in found.new],
        changed=[overlay.offered(i, best[i]) for i in overlay.changed(found.kept, question.anchor)],
        out_of_scope=found.out_of_scope,
        anchor=part if question.categories else overlay.counter,
    )


def printers(
    overlay: Overlay,
    *,
    installed: Sequence[int],
    cached_printers: Sequence[int],
    anchor: int = 0,
    limits: Limits,
) -> Offer:
    """Answer SyncPrinterCatalog ([MS-WUSP] 3.1.5.12): printer drivers for no device in particular.

    ``anchor`` is that of the driver pass. It does not move: nothing was told of other drivers.
    """
    table = overlay.snapshot.drivers
    candidates = _unlocked_drivers(overlay, installed)
    hardware_ids: dict[int, list[str]] = {}
    for entry in table.printers:
        if table.revision_ids[entry] in candidates:
            ids = hardware_ids.setdefault(table.revision_ids[entry], [])
            ids.append(table.hardware_id(entry))
    found = difference(BitMap(hardware_ids), cached_printers)
    chosen, truncated = page(overlay.snapshot, found.new, limits)
    changed = overlay.changed(found.kept, anchor)
    return Offer(
        new=[overlay.offered(i, _distinct(hardware_ids[i])) for i in chosen],
        changed=[overlay.offered(i, _distinct(hardware_ids[i])) for i in changed],
        out_of_scope=found.out_of_scope,
        truncated=truncated,
        anchor=overlay.anchor_of_part(anchor),
    )


def _unlocked_drivers(overlay: Overlay, installed: Sequence[int]) -> BitMap:
    snapshot = overlay.snapshot
    return snapshot.unlocked(installed) & overlay.scope & snapshot.driver_revisions


def _best(
    overlay: Overlay, question: DriverQuestion, candidates: BitMap
) -> Mapping[int, tuple[str, ...]]:
    """Return the drivers that are best for a device, and the hardware ids they are best for."""
    if not candidates:
        return {}
    table = overlay.snapshot.drivers
    matching = Matching(table, candidates, question.computer_ids, question.matching_key)
    best: dict[int, list[str]] = {}
    for device in question.devices:
        match = matching.offered(device)
        if match is not None:
            best.setdefault(match.revision_id, []).append(table.hardware_id(match.entry))
    return {revision_id: _distinct(ids) for revision_id, ids in best.items()}


def _distinct(hardware_ids: Iterable[str]) -> tuple[str, ...]:
    """Return each once, in its first spelling: the same id in another case is the same."""
    spellings: dict[str, str] = {}
    for hardware_id in hardware_ids:
        spellings.setdefault(hardware_id.lower(), hardware_id)
    return tuple(spellings.values())
