"""`headgate computers …` and `headgate connect`, as administrators and their scripts use them."""

import ssl
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cast import NOON, a_guid
from tests.cast import a_revision as an_update
from tests.client_door import A_CLIENT, ClientDoor
from tests.commands import ANY_DISK, Ended, HeadgateCommand, SameProcess
from tests.deciding import approve
from tests.published import publish
from tests.reports import ALICE, a_statement, an_event, register

from headgate.bootstrap import open_home
from headgate.services.clients.reports import ClientReports
from headgate.storage import transactions

WINDOWS_KEY = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate"


@pytest.fixture
def headgate(tmp_path: Path) -> HeadgateCommand:
    return SameProcess(tmp_path / "data")


@pytest.fixture
def door(headgate: HeadgateCommand) -> Iterator[ClientDoor]:
    home = open_home(headgate.data, ANY_DISK)
    door = ClientDoor(home.engine, home.directory.secret_file)
    yield door
    door.close()
    home.engine.dispose()


def done(ended: Ended) -> Ended:
    assert ended.code == 0, ended
    return ended


def _a_windows_11(door: ClientDoor) -> None:
    door.register(os_major=10, os_minor=0, os_build=26200, old_product_type=1, new_product_type=48)
    door.contacts.noted(A_CLIENT, {"OSVersion": "10.0.26200.8037"})
    door.contacts.flush()


def test_without_computers_the_list_says_how_to_get_one(headgate: HeadgateCommand) -> None:
    listed = done(headgate("computers", "list"))

    assert listed.out == ""
    assert "headgate connect" in listed.err
    assert done(headgate("computers", "list", "--json")).json == []


def test_a_computer_is_listed_and_shown(headgate: HeadgateCommand, door: ClientDoor) -> None:
    _a_windows_11(door)
    listed = done(headgate("computers", "list", "--json")).json

    assert listed == [
        {
            "id": A_CLIENT,
            "name": "pc7.example.com",
            "address": "192.0.2.7",
            "windows": "Windows 11 25H2 Pro",
            "build": "10.0.26200.8037",
            "last_contact": "2026-11-20T12:00:00Z",
            "last_report": None,
            "state": listed[0]["state"],  # silent or not, as today's clock has it
        }
    ]
    assert "Windows 11 25H2 Pro" in done(headgate("computers", "list")).out
    shown = done(headgate("computers", "show", "pc7", "--json")).json
    assert shown["inventory"] == {"scan": {"OSVersion": "10.0.26200.8037"}}
    assert shown["agent"] is None
    assert "(10.0.26200.8037)" in done(headgate("computers", "show", A_CLIENT)).out


def test_what_was_filtered_away_is_no_empty_fleet(
    headgate: HeadgateCommand, door: ClientDoor
) -> None:
    _a_windows_11(door)

    assert done(headgate("computers", "list", "--text", "srv")).err == "No computers match.\n"
    assert done(headgate("computers", "list", "--text", "PC7", "--json")).json[0]["id"] == A_CLIENT
    assert done(headgate("computers", "list", "--state", "replaced", "--json")).json == []


def test_a_renamed_computer_tells_how_it_was_called(
    headgate: HeadgateCommand, door: ClientDoor
) -> None:
    for name in ("pc7.example.com", "pc8.example.com"):
        door.register(A_CLIENT, name)

    shown = done(headgate("computers", "show", "pc8", "--json")).json
    assert shown["earlier_names"] == [
        {"name": "pc7.example.com", "last_used": "2026-11-20T12:00:00Z"}
    ]


def test_a_computer_is_forgotten_once(headgate: HeadgateCommand, door: ClientDoor) -> None:
    _a_windows_11(door)

    assert A_CLIENT in done(headgate("computers", "forget", "pc7")).out
    again = headgate("computers", "forget", "pc7")
    assert again.code == 2
    assert "There is no computer pc7." in again.err
    assert "headgate computers list" in again.err


def test_a_computer_tells_what_failed_and_what_it_should_have(
    headgate: HeadgateCommand, door: ClientDoor
) -> None:
    engine = door.engine
    register(engine, ALICE)
    broken = [an_update(title=f"Broken {number:02}") for number in range(17)]
    wanted, unwanted = an_update(title="Wanted"), an_update(title="Unwanted")
    publish(engine, *broken, wanted, unwanted)
    with transactions.write(engine) as conn:
        approve(conn, wanted.identity.update_id, broken[0].identity.update_id)
    reports = ClientReports(engine)
    needed = [wanted.identity.update_id, unwanted.identity.update_id]
    failed = [one.identity.update_id for one in broken]
    reports.report(ALICE, [a_statement(ALICE, U=needed, g=failed)], NOON)
    reports.close()

    said = done(headgate("computers", "show", ALICE)).out
    lines = said.splitlines()
    begin = lines.index("Failed")
    assert lines[begin + 1 : begin + 16] == [f"  Broken {number:02}" for number in range(15)]
    assert lines[begin + 16] == "  and 2 more (--json has them all)"
    assert lines[lines.index("Approved and missing") + 1] == "  Wanted (needed)"
    assert "Unwanted" not in said
    missing = done(headgate("computers", "show", ALICE, "--json")).json["missing"]
    assert {one["update_id"] for one in missing} == {*needed, *failed}
    approved = {one["update_id"] for one in missing if one["approved"]}
    assert approved == {wanted.identity.update_id, failed[0]}


def test_a_driver_that_failed_is_told_with_its_device(
    headgate: HeadgateCommand, door: ClientDoor
) -> None:
    register(door.engine, ALICE)
    driver = a_guid()
    failed = {"hresult": -2145099769, "computer_id": ALICE}
    reports = ClientReports(door.engine)
    reports.report(
        ALICE,
        [
            an_event(161, driver, device_id="1", **failed),  # of downloads they tell no device
            an_event(182, driver, device_id=r"PCI\VEN_8086&DEV_15F3", **failed),
        ],
        NOON,
    )
    reports.close()

    events = done(headgate("computers", "show", ALICE, "--json")).json["events"]
    assert [one["device_id"] for one in events] == [r"PCI\VEN_8086&DEV_15F3", None]
    said = done(headgate("computers", "show", ALICE)).out
    assert said.count("Device:") == 1
    assert r"    Device: PCI\VEN_8086&DEV_15F3" in said.splitlines()


def test_connecting_names_one_address_with_its_port(headgate: HeadgateCommand) -> None:
    done(headgate("settings", "set", "server.names=wsus.example.com"))
    found = done(headgate("connect", "--json")).json
    values = {value["name"]: value["value"] for value in found["values"]}

    assert found["server"] == "http://wsus.example.com:8530"
    assert values["WUServer"] == values["WUStatusServer"] == found["server"]
    assert values["UseWUServer"] == 1
    assert found["ports"] == [8530]
    said = done(headgate("connect")).out
    for expected in ("WUServer = http://wsus.example.com:8530", "usoclient", "8530/tcp", "DoSvc"):
        assert expected in said
    assert "wuauclt" not in said


def test_a_port_is_named_even_where_it_is_the_usual_one(tmp_path: Path) -> None:
    headgate = HeadgateCommand(tmp_path / "data", HEADGATE_LISTEN_HTTP="0.0.0.0:80")
    found = done(headgate("connect", "--json")).json

    assert found["server"].endswith(":80")


def test_files_and_scripts_are_for_windows_tools(headgate: HeadgateCommand, tmp_path: Path) -> None:
    done(headgate("settings", "set", "server.names=wsus.example.com"))
    reg = done(headgate("connect", "--format", "reg", "--group", "Büro")).out
    ps1 = done(headgate("connect", "--format", "ps1")).out
    gpo = done(headgate("connect", "--format", "gpo")).out

    assert reg.startswith("Windows Registry Editor Version 5.00")
    assert f"[{WINDOWS_KEY}]" in reg
    assert '"WUStatusServer"="http://wsus.example.com:8530"' in reg
    assert '"TargetGroup"=hex(1):42,00,fc,00,72,00,6f,00,00,00' in reg
    assert "Set-ItemProperty" in ps1
    assert "DetectNow()" in ps1
    assert "Set-GPRegistryValue -Name 'Headgate'" in gpo
    for text in (reg, ps1, gpo):
        assert text.isascii()


def test_with_tls_computers_learn_whom_to_trust(headgate: HeadgateCommand) -> None:
    done(headgate("settings", "set", "server.names=wsus.example.com"))
    home = open_home(headgate.data, ANY_DISK)
    home.certificates.ready()  # what a server does when it starts
    facts = home.certificates.describe()
    home.engine.dispose()
    assert facts is not None
    assert facts.authority is not None
    found = done(headgate("connect", "--tls", "--json")).json
    script = done(headgate("connect", "--tls", "--format", "ps1")).out

    assert found["server"] == "https://wsus.example.com:8531"
    assert found["ports"] == [8530, 8531]  # files come without TLS
    assert found["ca_sha256"] == facts.authority.fingerprint
    # A computer can fetch it before it trusts anybody; whom to trust is what people compare.
    assert found["ca_url"].startswith("http://wsus.example.com:8530/console/certificate/")
    said = done(headgate("connect", "--tls")).out
    assert "compare its SHA-256 fingerprint" in said
    assert facts.authority.fingerprint in said
    encoded = script.partition("FromBase64String('")[2].partition("'")[0]
    assert ssl.DER_cert_to_PEM_cert(b64decode(encoded)).strip() == (
        facts.authority.pem.decode().strip()
    )


def test_what_would_keep_computers_away_is_said(tmp_path: Path) -> None:
    headgate = HeadgateCommand(
        tmp_path / "data", HEADGATE_LISTEN_HTTP="127.0.0.1:8530", HEADGATE_LISTEN_HTTPS="off"
    )
    said = done(headgate("connect")).err
    assert "127.0.0.1 is this machine alone" in said
    assert "headgate serve" in said

    refused = headgate("connect", "--tls")
    assert refused.code == 2
    assert "does not listen with TLS" in refused.err
    assert "--listen-tls" in refused.err


FORMS = ((), ("--format", "reg"), ("--format", "ps1"), ("--format", "gpo"))
NEVER_MICROSOFT = "DoNotConnectToWindowsUpdateInternetLocations"


def test_computers_are_kept_from_microsoft_only_when_asked(headgate: HeadgateCommand) -> None:
    """The policy stops the Microsoft Store as well: nobody sets it unawares."""
    for form in FORMS:
        assert NEVER_MICROSOFT not in done(headgate("connect", *form)).out
        said = done(headgate("connect", "--only-here", *form)).out
        assert NEVER_MICROSOFT in said
        assert "the Microsoft Store may stop working" in said
    assert "With --only-here computers never ask Microsoft" in done(headgate("connect")).out
    assert "With --only-here" not in done(headgate("connect", "--only-here")).out


def test_who_fetches_files_from_microsoft_is_not_kept_from_it(headgate: HeadgateCommand) -> None:
    done(headgate("settings", "set", "content.store=microsoft"))

    for form in FORMS:
        said = done(headgate("connect", *form)).out
        assert NEVER_MICROSOFT not in said
        assert "from Microsoft" in said
        assert "--only-here" not in said
        refused = headgate("connect", "--only-here", *form)
        assert (refused.code, refused.out) == (2, "")
        assert "Computers fetch update files from Microsoft" in refused.err
        assert "Connect without --only-here" in refused.err
    assert done(headgate("connect", "--json")).json["files_from_microsoft"] is True


def test_an_odd_group_is_refused(headgate: HeadgateCommand) -> None:
    refused = headgate("connect", "--group", "a\nb")

    assert refused.code == 2
    assert refused.out == ""
