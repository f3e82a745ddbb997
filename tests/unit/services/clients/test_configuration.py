"""What agents keep of ``GetConfig`` until they are told that it has changed."""

from headgate.services.clients.handshake import ClientConfiguration


def test_a_change_of_what_agents_keep_comes_with_a_new_last_change() -> None:
    told = ClientConfiguration(last_change="constant")

    assert told == ClientConfiguration(
        last_change="constant",
        registration_required=True,
        authorization_service="SimpleAuthWebService/SimpleAuth.asmx",
        extended_updates_at_once=50,
        protocol_version="3.2",
        inventory_required=False,
        reporting_level=2,
    ), (
        "agents keep the old values until LastChange differs: write a migration that sets "
        "installation.client_config_changed_at, then change this test"
    )
