"""The built-in world: two years of updates for supported products, in small.

Products, classifications and detectoids are real (``taxonomy``); the updates are made up in the
style of the real ones. About 1,300 documents; a second month follows on ``POST /lab/advance``.
"""

from headgate.simulator.microsoft_update.small.world import small_world

__all__ = ["small_world"]
