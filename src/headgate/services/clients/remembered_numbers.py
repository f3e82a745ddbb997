"""The numbers of update ids, remembered: every full statement names some hundreds of the same."""

from collections.abc import Collection

from headgate.storage import computer_states
from headgate.storage.engine import Connection

#: Ids remembered: a fleet names some thousands. Beyond that all are asked for again.
_MOST = 100_000


class RememberedNumbers:
    """Gives update ids their numbers, which never change. For one thread."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def of(self, conn: Connection, update_ids: Collection[str]) -> dict[str, int]:
        """Return the number of each update id; those never named get one.

        Call it once in a write transaction. What is made in it is not remembered before the next
        one finds it, because this one may come to nothing.
        """
        known = self._known
        numbers = {one: known[one] for one in update_ids if one in known}
        missing = [one for one in update_ids if one not in numbers]
        if not missing:
            return numbers
        found = computer_states.known_numbers(conn, missing)
        if len(known) + len(found) > _MOST:
            known.clear()
        known.update(found)
        new = computer_states.new_numbers(conn, [one for one in missing if one not in found])
        return numbers | found | new
