"""The doors of Windows computers put together: what ``serve`` alone needs."""

from functools import partial

from headgate import clock
from headgate.content.local import LocalStore
from headgate.metadata.core_pieces import native_compressor
from headgate.services.catalogue.packers import Unpacker
from headgate.services.clients.contacts import Contacts
from headgate.services.clients.content import ClientContent
from headgate.services.clients.cookie_keys import CookieKeys
from headgate.services.clients.cookies import Cookies
from headgate.services.clients.core_texts import CoreTexts
from headgate.services.clients.details import ClientDetails
from headgate.services.clients.event_tidying import EventTidying
from headgate.services.clients.handshake import ClientHandshake
from headgate.services.clients.inventory import ClientInventory
from headgate.services.clients.reports import ClientReports
from headgate.services.clients.scan import ClientScan
from headgate.services.clients.snapshots import Snapshots
from headgate.services.clients.standing import ClientStanding
from headgate.services.files.update_files import UpdateFiles
from headgate.services.settings.recent import RecentSettings
from headgate.services.way_in.addresses import Addresses
from headgate.settings.secrets import SecretKey
from headgate.storage.engine import Engine
from headgate.web.clients import ClientDoors
from headgate.web.files.door import file_routes
from headgate.web.forwarded import Caller
from headgate.web.soap.client_services import ClientServices
from headgate.web.soap.dispatch import Dispatcher
from headgate.web.soap.door import SoapDoor
from headgate.web.soap.routes import soap_routes
from headgate.web.soap.visitors import visitor_of

#: Who is said to have quarantined a file that was found damaged while it was asked for.
BY_DOOR = "content door"


def client_doors(
    *,
    engine: Engine,
    secret_key: SecretKey,
    settings: RecentSettings,
    addresses: Addresses,
    store: LocalStore,
    update_files: UpdateFiles,
) -> ClientDoors:
    """Return the doors of Windows computers; one for the process, to be closed."""
    snapshots = Snapshots(engine, files_are_kept=settings.files_are_kept)
    services = client_services(
        engine=engine,
        secret_key=secret_key,
        settings=settings,
        addresses=addresses,
        snapshots=snapshots,
    )
    door = SoapDoor(
        Dispatcher(services, xpress=native_compressor()),
        services.texts,
        visitor_of=lambda call: visitor_of(Caller.of(call, addresses.trusted_proxies)),
    )
    content = ClientContent(
        engine=engine, store=store, quarantine=partial(update_files.quarantine, actor=BY_DOOR)
    )

    tidying = EventTidying(engine)

    def start() -> None:
        snapshots.watch()
        tidying.start()

    def close() -> None:
        tidying.close()
        door.close()
        services.reports.close()
        services.contacts.close()
        snapshots.close()

    return ClientDoors(
        routes=[*soap_routes(door), *file_routes(content)],
        start=start,
        close=close,
    )


def client_services(
    *,
    engine: Engine,
    secret_key: SecretKey,
    settings: RecentSettings,
    addresses: Addresses,
    snapshots: Snapshots,
) -> ClientServices:
    """Return what the SOAP door asks."""
    unpack, contacts = Unpacker(engine), Contacts(engine)
    handshake = ClientHandshake(
        engine=engine,
        cookies=Cookies(CookieKeys(engine=engine, secret_key=secret_key, now=clock.now)),
        standing=ClientStanding(engine),
        contacts=contacts,
        now=clock.now,
    )
    texts = CoreTexts(engine, unpack)
    return ClientServices(
        handshake=handshake,
        category_type=lambda update_id: snapshots.current().category_type(update_id),
        scan=ClientScan(
            admit=handshake.admit,
            overlay=snapshots.overlay,
            texts=texts,
            seal=handshake.sealed,
            contacts=contacts,
            now=clock.now,
            most_installed=settings.most_installed,
        ),
        details=ClientDetails(
            engine=engine,
            admit=handshake.admit,
            overlay=snapshots.overlay,
            texts=texts,
            unpack=unpack,
            seal=handshake.sealed,
            content_port=lambda: addresses.content_port,
            server_name=lambda: addresses.server_name,
            files_are_kept=settings.files_are_kept,
        ),
        reports=ClientReports(engine),
        inventory=ClientInventory(engine),
        contacts=contacts,
        texts=texts,
        now=clock.now,
    )
