"""A computer scans over real HTTP: handshake, staged passes, texts, files, and what changes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests import deciding
from tests.cast import NOON
from tests.client_world import CONTENT, HARDWARE_ID, MU_URL, Shelf, World, a_file
from tests.soap_door import Computer, OpenDoor, open_door, serving

from headgate.approvals.decisions import Action
from headgate.fleet.groups import ALL_COMPUTERS
from headgate.storage import decisions, transactions
from headgate.storage.engine import Engine
from headgate.wire.clientsync import operations
from headgate.wire.clientsync.devices import Device, InstalledDriver
from headgate.wire.clientsync.get_extended_update_info import (
    ExtendedUpdateInfo,
    GetExtendedUpdateInfoRequest,
)
from headgate.wire.clientsync.get_extended_update_info2 import GetExtendedUpdateInfo2Request
from headgate.wire.clientsync.get_file_locations import GetFileLocationsRequest
from headgate.wire.clientsync.refresh_cache import RefreshCacheRequest
from headgate.wire.clientsync.sync_info import SyncInfo
from headgate.wire.cookie import Cookie
from headgate.wire.faults import SoapFault
from headgate.wire.values import UpdateIdentity

TEXTS = ("Extended", "LocalizedProperties")


@pytest.fixture
def world(shelf: Shelf) -> World:
    return shelf.world


@pytest.fixture
def engine(shelf: Shelf, tmp_path: Path) -> Iterator[Engine]:
    with shelf.copy(tmp_path) as engine:
        yield engine


@pytest.fixture
def door(engine: Engine, tmp_path: Path) -> Iterator[OpenDoor]:
    with serving(open_door(engine, tmp_path)) as door:
        yield door


@pytest.fixture
def computer(door: OpenDoor) -> Computer:
    computer = door.computer()
    computer.shake_hands()
    return computer


def actions(answer: SyncInfo) -> dict[int, str]:
    return {each.id: each.deployment.action for each in answer.new_updates if each.deployment}


def changes(answer: SyncInfo) -> dict[int, str]:
    return {each.id: each.deployment.action for each in answer.changed_updates if each.deployment}


def test_a_scan_unlocks_step_by_step_what_was_approved(computer: Computer, world: World) -> None:
    company, product, detectoid = world.unlocking
    first = computer.scan()
    assert actions(first) == {company: "Evaluate", detectoid: "Evaluate"}
    assert not any(each.is_leaf for each in first.new_updates)
    second = computer.scan(installed_non_leaf_update_ids=(company, detectoid))
    assert actions(second) == {product: "Evaluate"}
    third = computer.scan(installed_non_leaf_update_ids=world.unlocking)
    assert actions(third) == {
        world.number(world.update): "Install",
        world.number(world.bundle): "Install",
        **{world.number(member): "Bundle" for member in world.members},
    }
    assert not third.truncated and all(each.is_leaf for each in third.new_updates)
    order = [each.id for each in third.new_updates]
    assert all(
        order.index(world.number(world.bundle)) < order.index(world.number(member))
        for member in world.members
    )


def test_a_scan_with_everything_cached_brings_nothing_and_keeps_the_expiration(
    computer: Computer, world: World
) -> None:
    cached = tuple(world.number(each) for each in (world.update, world.bundle, *world.members))
    assert computer.cookie is not None
    expiration = computer.cookie.expiration
    first = computer.scan(
        installed_non_leaf_update_ids=world.unlocking, other_cached_update_ids=cached
    )
    assert (first.new_updates, first.out_of_scope_revision_ids) == ((), ())
    # Nothing had been told with this cookie: all deployments are told once, and then no more.
    assert set(changes(first)) == {*world.unlocking, *cached}
    second = computer.scan(
        installed_non_leaf_update_ids=world.unlocking, other_cached_update_ids=cached
    )
    assert second.changed_updates == ()
    assert second.new_cookie is not None and first.new_cookie is not None
    assert second.new_cookie.expiration == first.new_cookie.expiration == expiration
    assert second.new_cookie.encrypted_data != first.new_cookie.encrypted_data


def test_an_approval_reaches_a_computer_that_has_the_update_cached(
    computer: Computer, world: World, engine: Engine, door: OpenDoor
) -> None:
    cached = tuple(world.number(each) for each in (world.update, world.bundle, *world.members))
    known = {"installed_non_leaf_update_ids": world.unlocking, "other_cached_update_ids": cached}
    computer.scan(**known)
    with transactions.write(engine) as conn:
        decisions.withdraw(
            conn, [world.update.identity.update_id], group_id=ALL_COMPUTERS, by="anna", at=NOON
        )
    door.look()
    told = computer.scan(**known)
    assert changes(told) == {world.number(world.update): "PreDeploymentCheck"}
    assert all(each.xml is None for each in told.changed_updates)
    with transactions.write(engine) as conn:
        decisions.decline(conn, [world.bundle.identity.update_id], by="anna", at=NOON)
    door.look()
    told = computer.scan(**known)
    assert told.new_updates == () and set(told.out_of_scope_revision_ids) == {
        world.number(each) for each in (world.bundle, *world.members)
    }


def test_ids_nobody_gave_out_are_out_of_scope_and_never_a_fault(computer: Computer) -> None:
    strange = (-1, 0, 7, 2**31 - 1, -(2**31))
    told = computer.scan(
        installed_non_leaf_update_ids=strange[:2], other_cached_update_ids=strange[2:]
    )
    assert set(told.out_of_scope_revision_ids) == set(strange)


def test_the_limits_of_a_scan_are_those_of_a_real_server(computer: Computer) -> None:
    computer.scan(installed_non_leaf_update_ids=(5,) * 400)
    for parameters, about in (
        ({"installed_non_leaf_update_ids": (5,) * 401}, "parameters.InstalledNonLeafUpdateIDs"),
        ({"other_cached_update_ids": (5,) * 100_001}, "parameters.OtherCachedUpdateIDs"),
        ({"system_spec": ()}, "parameters.SystemSpec"),
    ):
        with pytest.raises(SoapFault) as refused:
            computer.scan(**parameters)
        assert (refused.value.code, refused.value.message) == ("InvalidParameters", about)
    assert computer.scan(other_cached_update_ids=tuple(range(100_000))).out_of_scope_revision_ids


@pytest.mark.parametrize(
    ("protocol", "automatic", "knows_scans"),
    [("1.0", None, False), ("1.6", None, False), ("1.8", "0", True), ("1.10", "0", True)],
)
def test_deployments_have_the_fields_the_agents_version_knows(
    protocol: str, automatic: str | None, knows_scans: bool, door: OpenDoor
) -> None:
    computer = door.computer(protocol=protocol)
    computer.shake_hands()
    told = computer.scan()
    deployment = told.new_updates[0].deployment
    assert deployment is not None
    assert (deployment.auto_select, deployment.auto_download) == (automatic, automatic)
    assert deployment.supersedence_behavior == automatic
    assert deployment.last_change_time == "2026-11-20"
    assert deployment.is_assigned and deployment.deadline is None
    assert (told.driver_sync_not_needed is not None) is knows_scans


def test_a_category_scan_leaves_the_anchor_of_full_scans_alone(
    computer: Computer, world: World, engine: Engine, door: OpenDoor
) -> None:
    filter_ids = (world.product.identity.update_id.upper(),)
    company, *_ = world.unlocking
    assert set(actions(computer.scan(filter_category_ids=filter_ids))) >= {company}
    cached = tuple(world.number(each) for each in (world.update, world.bundle, *world.members))
    known = {"installed_non_leaf_update_ids": world.unlocking, "other_cached_update_ids": cached}
    told = computer.scan(filter_category_ids=filter_ids, **known)
    assert (told.new_updates, told.changed_updates) == ((), ())
    assert told.driver_sync_not_needed
    with transactions.write(engine) as conn:
        decisions.withdraw(
            conn, [world.update.identity.update_id], group_id=ALL_COMPUTERS, by="anna", at=NOON
        )
    door.look()
    withdrawn = {world.number(world.update): "PreDeploymentCheck"}
    assert changes(computer.scan(filter_category_ids=filter_ids, **known)) == withdrawn
    # It never was told anything by a full scan, so that tells all.
    assert changes(computer.scan(**known)).items() > withdrawn.items()


def test_a_category_scan_tells_apart_what_left_the_server_and_what_left_the_scan(
    computer: Computer, world: World
) -> None:
    told = computer.scan(
        installed_non_leaf_update_ids=world.unlocking,
        other_cached_update_ids=(world.number(world.declined), 5, world.number(world.update)),
        filter_category_ids=(world.company.identity.update_id,),
        need_two_group_out_of_scope_updates=True,
    )
    assert set(told.out_of_scope_revision_ids) == {5, world.number(world.declined)}
    assert set(told.deployed_out_of_scope_revision_ids).isdisjoint({5})


def test_the_driver_pass_offers_the_better_driver_with_the_ids_it_fits(
    computer: Computer, world: World
) -> None:
    old = InstalledDriver(
        matching_id=HARDWARE_ID.upper(),
        driver_ver_date=datetime(2020, 1, 1, tzinfo=UTC),
        driver_ver_version=1 << 48,
        driver_class="Net",
        driver_rank=-1,
    )
    device = Device(hardware_ids=(HARDWARE_ID.upper(), "pci\\other"), installed_driver=old)
    told = computer.scan(
        installed_non_leaf_update_ids=world.unlocking,
        skip_software_sync=True,
        system_spec=(device,),
        computer_spec=(),
        feature_score_matching_key="AMD64.10.0",
    )
    (offered,) = told.new_updates
    assert offered.id == world.number(world.driver) and offered.deployment is not None
    assert offered.deployment.action == "PreDeploymentCheck"
    assert [each.lower() for each in offered.deployment.hardware_ids or ()] == [HARDWARE_ID]
    assert told.out_of_scope_revision_ids == () and told.driver_sync_not_needed
    again = computer.scan(
        installed_non_leaf_update_ids=world.unlocking,
        skip_software_sync=True,
        cached_driver_ids=(offered.id,),
        system_spec=(device,),
    )
    assert again.new_updates == ()


def test_a_cookie_of_another_server_leads_through_refresh_cache_to_the_same_offer(
    computer: Computer, world: World, tmp_path: Path
) -> None:
    strange = Cookie(expiration=NOON, encrypted_data=b"of another server" * 10)
    own, computer.cookie = computer.cookie, strange
    for call in (computer.scan, computer.renew):
        with pytest.raises(SoapFault) as refused:
            call()
        assert refused.value.code == "InvalidCookie"
    computer.cookie = own
    asked = tuple(
        UpdateIdentity(each.identity.update_id.upper(), each.identity.revision_number)
        for each in (world.company, world.update, world.declined, *world.members)
    )
    told = computer.call(
        operations.REFRESH_CACHE, RefreshCacheRequest(cookie=computer.cookie, global_ids=asked)
    )
    assert [
        (one.revision_id, one.global_id, one.is_leaf, one.deployment.action) for one in told.results
    ] == [
        (world.number(world.company), asked[0], False, "Evaluate"),
        (world.number(world.update), asked[1], True, "Install"),
    ]


def details(computer: Computer, *numbers: int, **asked: object) -> ExtendedUpdateInfo:
    request = {"info_types": TEXTS, "locales": ("en-US", "en"), **asked}
    found: ExtendedUpdateInfo = computer.call(
        operations.GET_EXTENDED_UPDATE_INFO,
        GetExtendedUpdateInfoRequest(
            cookie=computer.cookie,
            revision_ids=numbers,
            **request,  # type: ignore[arg-type]
        ),
    )
    return found


def titles(told: ExtendedUpdateInfo) -> list[str]:
    texts = [bytes(each.xml).decode() for each in told.updates]  # type: ignore[arg-type]
    return [
        text.partition("&lt;Title&gt;")[2].partition("&lt;")[0] for text in texts if "Title" in text
    ]


def test_texts_come_by_kind_then_number_and_files_always_have_a_place(
    computer: Computer, world: World
) -> None:
    bundle, first, second = (world.number(each) for each in (world.bundle, *world.members))
    told = details(computer, second, bundle, first, world.number(world.declined), 77)
    kinds = [(each.id, b"LocalizedProperties" in bytes(each.xml)) for each in told.updates]  # type: ignore[arg-type]
    ascending = sorted((bundle, first, second))
    assert kinds == [(n, False) for n in ascending] + [(n, True) for n in ascending]
    assert told.out_of_scope_revision_ids == (world.number(world.declined), 77)
    # Each file once, whether it is here or not, on the host the computer called, over plain HTTP.
    assert {place.url for place in told.file_locations} == {
        f"http://127.0.0.1:8530/Content/{path}"
        for path in (CONTENT["member0.exe"], CONTENT["member1.exe"], CONTENT["shared.cab"])
    }
    assert len(told.file_locations) == 3
    assert {place.file_digest for place in told.file_locations} == {
        a_file(name).sha1 for name in ("member0.exe", "member1.exe", "shared.cab")
    }


@pytest.mark.parametrize(
    ("locales", "expected"),
    [
        (("en-US", "en"), ["Update (en)"]),
        (("de-AT",), ["Update (de)", "Update (en)"]),
        (("pt-BR", "de", "de-DE"), ["Update (pt-br)", "Update (de)", "Update (en)"]),
        (("pt-PT",), ["Update (en)"]),
    ],
)
def test_locales_are_met_exactly_or_by_their_parent_and_english_comes_along(
    locales: tuple[str, ...], expected: list[str], computer: Computer, world: World
) -> None:
    assert titles(details(computer, world.number(world.update), locales=locales)) == expected


def test_licences_and_cores_are_told_when_asked_for(computer: Computer, world: World) -> None:
    number = world.number(world.update)
    told = details(
        computer,
        number,
        info_types=("Core", "Eula", "Published", "VerificationRule"),
        geo_id="USA",
    )
    core, licence = (bytes(each.xml) for each in told.updates)  # type: ignore[arg-type]
    assert core.startswith(b"&lt;UpdateIdentity") and licence.startswith(b"&lt;EulaFile")
    assert any(place.url.endswith(CONTENT["terms-en.txt"]) for place in told.file_locations)


@pytest.mark.parametrize(
    ("numbers", "asked", "about"),
    [
        (tuple(range(51)), {}, "revisionIDs"),
        ((1,), {"info_types": None}, "infoTypes"),
        ((1,), {"locales": None}, "locales"),
        ((1,), {"info_types": ("Eula",), "locales": ()}, "locales"),
    ],
)
def test_what_is_missing_or_too_much_is_named(
    numbers: tuple[int, ...], asked: dict[str, object], about: str, computer: Computer
) -> None:
    with pytest.raises(SoapFault) as refused:
        details(computer, *numbers, **asked)
    assert (refused.value.code, refused.value.message) == ("InvalidParameters", about)
    assert details(computer, *range(50)).out_of_scope_revision_ids == tuple(range(50))


def test_texts_by_identity_are_the_same(computer: Computer, world: World) -> None:
    number, identity = world.number(world.update), world.update.identity
    told = computer.call(
        operations.GET_EXTENDED_UPDATE_INFO2,
        GetExtendedUpdateInfo2Request(
            cookie=computer.cookie,
            update_ids=(
                UpdateIdentity(identity.update_id.upper(), identity.revision_number),
                UpdateIdentity(identity.update_id, 7),
                UpdateIdentity(world.declined.identity.update_id, 100),
            ),
            info_types=(*TEXTS, "FileUrl", "FileDecryption"),
            locales=("en",),
        ),
    )
    by_number = details(computer, number)
    assert (told.updates, told.file_locations) == (by_number.updates, by_number.file_locations)


def test_files_are_found_by_digest(computer: Computer) -> None:
    digests = (a_file("update.CAB").sha1, bytes(20), a_file("terms-en.txt").sha1)
    told = computer.call(
        operations.GET_FILE_LOCATIONS,
        GetFileLocationsRequest(cookie=computer.cookie, file_digests=digests),
    )
    assert {place.file_digest: place.url for place in told.file_locations} == {
        a_file(name).sha1: f"http://127.0.0.1:8530/Content/{CONTENT[name]}"
        for name in ("update.CAB", "terms-en.txt")
    }
    assert told.new_cookie is not None and computer.cookie is not None
    assert told.new_cookie.expiration == computer.cookie.expiration
    for wrong in (b"", bytes(19), bytes(21), bytes(32)):
        with pytest.raises(SoapFault) as refused:
            computer.call(
                operations.GET_FILE_LOCATIONS,
                GetFileLocationsRequest(cookie=computer.cookie, file_digests=(*digests, wrong)),
            )
        assert (refused.value.code, refused.value.message) == ("InvalidParameters", "fileDigests")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("wsus.example.com", "wsus.example.com:8530"),
        ("WSUS:80", "WSUS:8530"),
        ("[fd00::1]:8531", "[fd00::1]:8530"),
        ("evil.example/path?x=", "headgate.test:8530"),
        ("a b", "headgate.test:8530"),
        ('"><Url>', "headgate.test:8530"),
    ],
)
def test_files_lie_on_the_host_the_computer_called(
    host: str, expected: str, computer: Computer
) -> None:
    request = GetFileLocationsRequest(
        cookie=computer.cookie, file_digests=(a_file("update.CAB").sha1,)
    )
    answer = computer.post(operations.GET_FILE_LOCATIONS, request, Host=host)
    told = operations.GET_FILE_LOCATIONS.decode_response(answer.content)
    (place,) = told.file_locations
    assert place.url == f"http://{expected}/Content/{CONTENT['update.CAB']}"


def test_content_left_to_microsoft_is_fetched_there(
    engine: Engine, world: World, tmp_path: Path
) -> None:
    with serving(open_door(engine, tmp_path, files_are_kept=False)) as door:
        computer = door.computer()
        computer.shake_hands()
        places = {
            place.file_digest: place.url
            for place in details(computer, world.number(world.update)).file_locations
        }
    assert places[a_file("update.CAB").sha1] == MU_URL
    # Only the parent has this one.
    assert places[a_file("update.psf").sha1].startswith("http://127.0.0.1:8530/Content/")


def test_a_computer_that_never_registered_is_told_to(door: OpenDoor) -> None:
    computer = door.computer()
    computer.shake_hands(register=False)
    with pytest.raises(SoapFault) as refused:
        computer.scan()
    assert refused.value.code == "RegistrationRequired"
    computer.register()
    assert computer.scan().new_updates


def test_approvals_for_removal_say_so(
    computer: Computer, world: World, engine: Engine, door: OpenDoor
) -> None:
    with transactions.write(engine) as conn:
        deciding.approve(
            conn, world.update.identity.update_id, action=Action.UNINSTALL, ready=False
        )
    door.look()
    told = computer.scan(installed_non_leaf_update_ids=world.unlocking)
    assert actions(told)[world.number(world.update)] == "Uninstall"
