"""`headgate serve`: the doors in this process, the worker in a child."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli import output
from headgate.cli.invocation import Invocation
from headgate.errors import SettingsError

if TYPE_CHECKING:
    from headgate.bootstrap import Home
    from headgate.settings.local import Local
    from headgate.web.server import Listener

app = typer.Typer(add_completion=False)

#: Where computers look for an update server with TLS, as they do at WSUS.
TLS_ADDRESS = "0.0.0.0:8531"

#: Seconds the worker gets to bring its batch to an end: SIGTERM to exit takes at most ten.
WORKER_GRACE = 7.0


@app.command()
def serve(
    ctx: typer.Context,
    listen: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Default 0.0.0.0:8530.")
    ] = None,
    listen_tls: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT|off", help="Default 0.0.0.0:8531 with a certificate."),
    ] = None,
) -> None:
    """Run the server until Ctrl-C or SIGTERM."""
    from headgate.jobs.supervisor import WorkerProcess
    from headgate.services.health import Health
    from headgate.web import server
    from headgate.web.app import create_app

    invocation: Invocation = ctx.obj
    here = invocation.home(serving=True)
    listeners = list(_listeners(here.local, listen, listen_tls))
    worker = WorkerProcess(_worker_command(here))
    health = Health(engine=here.engine, worker_is_alive=worker.is_alive)

    def ready() -> None:
        for listener in listeners:
            output.say(f"Headgate serves {listener.url} (data in {here.directory.path})")
        server.tell_service_manager("READY=1")

    def stop() -> None:
        server.tell_service_manager("STOPPING=1")
        if not worker.stop(grace=WORKER_GRACE):
            here.put_back_abandoned()  # it was killed; its job must not seem to run

    worker.start()
    try:
        server.serve(
            create_app(sync_control=here.sync_control, health=health),
            listeners,
            on_ready=ready,
            on_stop=stop,
        )
    finally:
        worker.stop(grace=0)
        here.engine.dispose()


def _listeners(local: "Local", listen: str | None, listen_tls: str | None) -> "Iterator[Listener]":
    from headgate.web.server import Listener, bind, check_certificate

    yield Listener(socket=bind(listen or local.listen_http))
    if listen_tls is None:
        default = TLS_ADDRESS if local.certificate else "off"
        listen_tls = "off" if listen else local.listen_https or default
    if listen_tls == "off":
        return
    if local.certificate is None:
        raise SettingsError(
            f"Listening with TLS on {listen_tls} needs a certificate.",
            next_step="Set listen.certificate (and listen.key) in headgate.toml, or use "
            "--listen-tls off.",
        )
    check_certificate(local.certificate, local.key)
    yield Listener(socket=bind(listen_tls), certificate=local.certificate, key=local.key)


def _worker_command(here: "Home") -> list[str]:
    data = str(here.directory.path)
    return [sys.executable, "-m", "headgate", "--data", data, "worker", "--with-parent"]
