"""How large the members of generated bundles are, after counts of real documents."""

import math

from headgate.simulator.microsoft_update.shapes import DocumentSizes, WorldShape

#: (share of documents up to here, bytes from, bytes to); few members: about 55 KB on average
_FEW_MEMBERS = (
    (0.80, 6_000, 34_000),
    (0.97, 34_000, 130_000),
    (0.995, 130_000, 900_000),
    (1.0, 900_000, 4_700_000),
)
#: many members to a bundle: about 7 KB on average
_MANY_MEMBERS = (
    (0.90, 1_500, 7_000),
    (0.99, 7_000, 36_000),
    (0.9995, 36_000, 200_000),
    (1.0, 200_000, 2_800_000),
)
_COUNTED_MEMBERS = 551  #: of the Windows 11 catalogue the figures below were counted in


def member_bytes(shape: WorldShape, rank: float) -> int:
    """Return about how many bytes of rules a member has; ``rank`` from 0 (largest) to 1."""
    if shape.sizes is DocumentSizes.WINDOWS_11:
        return _windows_11(rank * _COUNTED_MEMBERS)
    place = 1.0 - rank
    below = 0.0
    for share, least, most in _FEW_MEMBERS if shape.members == 1 else _MANY_MEMBERS:
        if place <= share:
            return round(least + (most - least) * (place - below) / (share - below))
        below = share
    raise ValueError(f"rank {rank} is outside 0 to 1")


def _windows_11(rank: float) -> int:
    """Ten over 32 MiB up to 46.9 MB, 46 over 1 MB, 180 over 50 KB; 1.18 GB in all."""
    if rank < 10:
        return round(46_880_000 - rank * 1_310_000)
    if rank < 46:
        return round(32_300_000 - (rank - 10) * 690_000)
    if rank < 180:
        return round(480_000 * math.pow(50_700 / 480_000, (rank - 46) / 134))
    return round(300 + (551 - rank) * 3)


def detectoid_tests(place: float) -> int:
    """Return how many tests a detectoid makes; ``place`` from 0 to 1 among all of them."""
    for share, least, most in (
        (0.59, 1, 1),
        (0.87, 2, 9),
        (0.983, 10, 60),
        (0.998, 100, 400),
        (1.0, 1_000, 3_000),
    ):
        if place <= share:
            return round(least + (most - least) * place)
    raise ValueError(f"place {place} is outside 0 to 1")
