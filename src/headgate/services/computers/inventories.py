"""What is kept of what a computer says about itself: one JSON object, a section per source."""

import json
from collections.abc import Mapping

REGISTRATION = "registration"
SCAN = "scan"
REPORT = "report"

#: Characters of all sections together; what does not fit any more is not kept.
LARGEST = 256 * 1024

Inventory = dict[str, dict[str, str]]


def read(kept: str | None) -> Inventory:
    """Return the sections; what cannot be read is nothing."""
    try:
        found = json.loads(kept) if kept else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def with_section(kept: str | None, section: str, facts: Mapping[str, str]) -> str | None:
    """Return the inventory with one section replaced; without facts the section goes."""
    inventory = read(kept)
    inventory.pop(section, None)
    if facts:
        inventory[section] = dict(facts)
    written = json.dumps(inventory, ensure_ascii=False, separators=(",", ":"))
    if len(written) > LARGEST:
        return kept
    return written if inventory else None
