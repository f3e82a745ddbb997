"""`headgate serve`: the doors in this process, the worker in a child."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from headgate import clock
from headgate.cli import output
from headgate.cli.invocation import Invocation
from headgate.errors import HeadgateError, SettingsError

if TYPE_CHECKING:
    from headgate.bootstrap import Home
    from headgate.services.way_in.addresses import Serving
    from headgate.settings.local import Local
    from headgate.web.server import Listener

app = typer.Typer(add_completion=False)

#: Seconds the worker gets to bring its batch to an end: SIGTERM to exit takes at most ten.
WORKER_GRACE = 7.0


@app.command()
def serve(
    ctx: typer.Context,
    listen: Annotated[
        list[str] | None,
        typer.Option(metavar="HOST:PORT", help="Default 0.0.0.0:8530; several may be given."),
    ] = None,
    listen_tls: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT|off", help="Default 0.0.0.0:8531; off with --listen alone."
        ),
    ] = None,
) -> None:
    """Run the server until Ctrl-C or SIGTERM."""
    from headgate.jobs.supervisor import WorkerProcess
    from headgate.services.upkeep.health import Health
    from headgate.web import server
    from headgate.web.app import create_app

    invocation: Invocation = ctx.obj
    here = invocation.home(serving=True)
    listeners = _bound(here, listen, listen_tls)
    here.settle_readiness()
    here.addresses.begin(_serving(here.local, listeners, listen, listen_tls))
    worker = WorkerProcess(_worker_command(here))
    health = Health(engine=here.engine, worker_is_alive=worker.is_alive)
    clients = here.client_doors()

    def ready() -> None:
        clients.start()
        here.addresses.announce(at=clock.now())
        for listener in listeners:
            output.say(f"Headgate serves {listener.url} (data in {here.directory.path})")
        _say_how_to_come_in(here)
        server.tell_service_manager("READY=1")

    def stop() -> None:
        server.tell_service_manager("STOPPING=1")
        if not worker.stop(grace=WORKER_GRACE):
            here.put_back_abandoned()  # it was killed; its job must not seem to run

    worker.start()
    try:
        server.serve(
            create_app(console=here.console(health), health=health, clients=clients),
            listeners,
            on_ready=ready,
            on_stop=stop,
        )
    finally:
        worker.stop(grace=0)
        clients.close()
        here.addresses.end()
        here.engine.dispose()


def _bound(here: "Home", listen: list[str] | None, listen_tls: str | None) -> "list[Listener]":
    """Return every address bound, or none: what one refuses lets go of the others."""
    bound: list[Listener] = []
    try:
        bound.extend(_listeners(here, listen, listen_tls))
    except HeadgateError:
        for listener in bound:
            listener.socket.close()
        raise
    return bound


def _listeners(
    here: "Home", listen: list[str] | None, listen_tls: str | None
) -> "Iterator[Listener]":
    from headgate.web.server import Listener, bind
    from headgate.web.tls import LiveCertificate

    local = here.local
    for address in listen or (local.listen_http, *local.more_http):
        yield Listener(socket=bind(address))
    chosen = listen_tls or ("off" if listen else local.listen_https)
    if chosen == "off":
        return
    if local.key and not local.certificate:
        raise SettingsError(
            "listen.key is set, but no certificate it belongs to.",
            next_step="Set listen.certificate too, or take listen.key out.",
        )
    live = LiveCertificate.open(here.certificates)
    yield Listener(socket=bind(chosen, option="--listen-tls"), tls=live)


def _serving(
    local: "Local", listeners: "list[Listener]", listen: list[str] | None, listen_tls: str | None
) -> "Serving":
    """Return where we listen, by the first address of each kind.

    What options have decided, changed settings do not change.
    """
    from headgate.services.way_in.addresses import Serving

    http = [listener for listener in listeners if not listener.tls]
    https = [listener for listener in listeners if listener.tls]
    return Serving(
        http=http[0].bound,
        https=https[0].bound if https else None,
        http_setting=None if listen else local.listen_http,
        https_setting=None if listen or listen_tls else local.listen_https,
    )


def _say_how_to_come_in(here: "Home") -> None:
    """Say where the console is, which CA to trust, and how the first administrator is made.

    The link is for who sits at the terminal: in a log it would lie about for everybody who reads
    logs.
    """
    output.say(f"The console is at {here.addresses.present().console}")
    facts = here.certificates.describe() if here.addresses.tls_port else None
    if facts and facts.authority:
        output.say(f"Its certificate is signed by {facts.authority.name}, whose SHA-256 is")
        output.say(f"  {facts.authority.fingerprint}")
    if not here.accounts.needs_first_administrator():
        return
    if not sys.stderr.isatty():
        output.say("There is no administrator yet: `headgate open` prints a link that makes one.")
        return
    token = here.accounts.make_first_link()
    if token is not None:
        output.say("There is no administrator yet. This link makes the first one, once:")
        output.say(here.addresses.link(token))


def _worker_command(here: "Home") -> list[str]:
    data = str(here.directory.path)
    return [sys.executable, "-m", "headgate", "--data", data, "worker", "--with-parent"]
