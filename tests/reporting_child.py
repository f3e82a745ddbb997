"""A server that takes reports until it is killed: ``python -m tests.reporting_child URL``.

Writes the instance id of each event on a line of its own after its report was answered.
"""

import sys
import threading
from random import Random

from headgate.services.clients.reports import ClientReports
from headgate.storage.engine import open_engine
from tests.cast import NOON
from tests.reports import a_statement, an_event

COMPUTERS = [f"{number:08x}-0000-4000-8000-00000000c0de" for number in range(1, 9)]
UPDATES = [f"{number:08x}-0000-4000-8000-00000000bead" for number in range(1, 30)]


def report_on(reports: ClientReports, computer_id: str, turn: int) -> None:
    """Report again and again, until killed."""
    drawn = Random(turn)
    for number in range(10**6):
        needed = drawn.sample(UPDATES, 10)
        failed = an_event(
            182,
            needed[0],
            computer_id=computer_id,
            instance_id=f"{turn:08x}-0000-4000-8000-{number:012x}",
        )
        statement = a_statement(computer_id, U=needed[:5], V=needed[5:])
        reports.report(computer_id, [statement, failed], NOON)
        sys.stdout.write(f"{failed.instance_id}\n")
        sys.stdout.flush()


def main() -> None:
    reports = ClientReports(open_engine(sys.argv[1]))
    for turn, computer_id in enumerate(COMPUTERS):
        threading.Thread(target=report_on, args=(reports, computer_id, turn)).start()


if __name__ == "__main__":
    main()
