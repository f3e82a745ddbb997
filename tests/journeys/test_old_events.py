"""A server that starts tidies up, whether or not anybody reports."""

import time
from datetime import timedelta
from pathlib import Path

from tests.cast import a_guid
from tests.commands import ANY_DISK
from tests.databases import lay_schema
from tests.reports import ALICE, an_event, register

from headgate import clock
from headgate.bootstrap import open_home
from headgate.services.clients.event_tidying import KEPT_DAYS
from headgate.storage import client_events, transactions
from headgate.storage.client_events import KeptEvent

PATIENCE = 60.0


def test_old_events_go_when_a_server_starts(tmp_path: Path) -> None:
    home = open_home(lay_schema(tmp_path / "data"), ANY_DISK)
    register(home.engine, ALICE)
    old = clock.now() - timedelta(days=KEPT_DAYS + 1)
    with transactions.write(home.engine) as conn:
        event = an_event(183, a_guid())
        client_events.keep_events(conn, [KeptEvent(event=event, received_at=old)])

    clients = home.client_doors()
    try:
        clients.start()
        until = time.monotonic() + PATIENCE
        while True:
            with transactions.read(home.engine) as conn:
                if not client_events.events_of(conn, ALICE, at_most=1):
                    break
            assert time.monotonic() < until
            time.sleep(0.02)
    finally:
        began = time.monotonic()
        clients.close()
        home.engine.dispose()
    assert time.monotonic() - began < 5
