"""A scan: staged software passes, then one driver pass ([MS-WUSP] 3.1.5.7; FACTS §3.3, §3.9).

The agent evaluates what it was sent, lists what is installed, and asks again while the answer was
truncated or held a revision that others depend on.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from headgate.sentences import Sentence
from headgate.simulator.windows_client.agent_errors import AnswerRefused, TooManyRoundTrips
from headgate.simulator.windows_client.applicability import Evaluation
from headgate.simulator.windows_client.core import Core
from headgate.simulator.windows_client.machine import Device, Machine, version_numbers
from headgate.simulator.windows_client.session import Session
from headgate.simulator.windows_client.state import AgentState, CachedUpdate
from headgate.simulator.windows_client.strictness import check_answer, opened, wrong_leaves
from headgate.wire.clientsync import devices, operations, start_category_scan
from headgate.wire.clientsync.sync_info import SyncInfo
from headgate.wire.clientsync.sync_updates import (
    ProductsParameters,
    SyncUpdateParameters,
    SyncUpdatesRequest,
)
from headgate.wire.clientsync.update_info import UpdateInfo
from headgate.wire.cookie import Cookie

#: The number real agents are said to give up at (FACTS §3.5).
MOST_ROUND_TRIPS = 200


@dataclass(slots=True, kw_only=True)
class ScanTally:
    """What a scan took and what was odd about it."""

    round_trips: int = 0
    new_updates: int = 0
    changed_updates: int = 0
    forgotten: int = 0
    oddities: Counter[str] = field(default_factory=Counter)
    unknown_rules: Counter[str] = field(default_factory=Counter)


class Scan:
    """One scan of one agent."""

    def __init__(self, session: Session, caller: str) -> None:
        self._session = session
        self._state = session.state
        self._caller = caller
        self._dropped: set[int] = set()
        self._evaluation = Evaluation(self._state.machine)
        self.tally = ScanTally()

    def run(self, *, categories: tuple[str, ...] = ()) -> Evaluation:
        """Scan, limited to ``categories`` if any are named, and return what to make of the cache.

        Raises AgentError.
        """
        chosen = self._start_category_scan(categories) if categories else None
        while self._software_pass(chosen):
            pass
        while self._driver_pass(chosen):
            pass
        self._evaluate()
        self.tally.unknown_rules += self._evaluation.unknown
        self.tally.oddities.update(
            "a leaf that others depend on" for _ in wrong_leaves(self._state.updates)
        )
        return self._evaluation

    def _start_category_scan(self, categories: tuple[str, ...]) -> tuple[str, ...]:
        asked = start_category_scan.StartCategoryScanRequest(
            requested_categories=tuple(
                start_category_scan.CategoryRelationship(index_of_and_group=group, category_id=one)
                for group, one in enumerate(categories)
            )
        )
        answer = self._session.call(operations.START_CATEGORY_SCAN, lambda _: asked)
        return answer.preferred_category_ids

    def _evaluate(self) -> Evaluation:
        self._evaluation.hold(one.core for _, one in self._state.cached())
        return self._evaluation

    def _software_pass(self, categories: tuple[str, ...] | None) -> bool:
        """Ask once; return whether to ask again."""
        answer = self._ask(lambda: self._software_question(categories))
        brought = self._take_over(answer, self._state.updates)
        return answer.truncated or any(not self._state.updates[one].is_leaf for one in brought)

    def _driver_pass(self, categories: tuple[str, ...] | None) -> bool:
        answer = self._ask(lambda: self._driver_question(categories))
        self._take_over(answer, self._state.drivers)
        return answer.truncated

    def _ask(self, question: Callable[[], SyncUpdateParameters]) -> SyncInfo:
        """Send a question; it is asked for anew when the cache was renumbered on the way."""
        self.tally.round_trips += 1
        if self.tally.round_trips > MOST_ROUND_TRIPS:
            raise TooManyRoundTrips(
                Sentence("The scan has not ended after {count} calls.", count=MOST_ROUND_TRIPS)
            )

        def request(cookie: Cookie) -> SyncUpdatesRequest:
            return SyncUpdatesRequest(cookie=cookie, parameters=question())

        answer = self._session.call(operations.SYNC_UPDATES, request)
        check_answer(answer)
        self._state.cookie = answer.new_cookie
        return answer

    def _software_question(self, categories: tuple[str, ...] | None) -> SyncUpdateParameters:
        installed, others = self._cached_ids()
        return SyncUpdateParameters(
            installed_non_leaf_update_ids=installed or None,
            other_cached_update_ids=others or None,
            skip_software_sync=False,
            filter_category_ids=categories,
            need_two_group_out_of_scope_updates=True,
            also_perform_regular_sync=categories is None,
            computer_spec=(),
            products_parameters=self._about_us(),
        )

    def _driver_question(self, categories: tuple[str, ...] | None) -> SyncUpdateParameters:
        installed, _ = self._cached_ids()
        machine = self._state.machine
        return SyncUpdateParameters(
            installed_non_leaf_update_ids=installed or None,
            system_spec=tuple(map(_described, machine.devices)),
            cached_driver_ids=tuple(sorted(self._state.drivers)) or None,
            skip_software_sync=True,
            filter_category_ids=categories,
            need_two_group_out_of_scope_updates=True,
            also_perform_regular_sync=categories is None,
            computer_spec=machine.hardware.computer_ids,
            feature_score_matching_key=_feature_score_key(machine),
            products_parameters=self._about_us(),
        )

    def _cached_ids(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return installed non-leaves, and every other cached revision, ascending."""
        evaluation = self._evaluate()
        installed = {
            number
            for number, one in self._state.updates.items()
            if not one.is_leaf and evaluation.is_installed(one.core)
        }
        others = self._state.updates.keys() - installed
        return tuple(sorted(installed)), tuple(sorted(others))

    def _about_us(self) -> ProductsParameters:
        return ProductsParameters(
            sync_current_version_only=False,
            device_attributes=device_attributes(self._state, self._session.connection.server),
            caller_attributes=caller_attributes(self._caller),
            products="",
        )

    def _take_over(self, answer: SyncInfo, cache: dict[int, CachedUpdate]) -> list[int]:
        """Change the cache as the answer says and return the numbers of what is new."""
        gone = [one for one in answer.out_of_scope_revision_ids if one in cache]
        for number in gone:
            del cache[number]
        for update in answer.changed_updates:
            known = cache.get(update.id)
            if known is None or update.deployment is None:
                self.tally.oddities["a change of what is not cached"] += 1
                continue
            cache[update.id] = replace(known, deployment=update.deployment, is_leaf=update.is_leaf)
        new = {update.id: self._opened(update) for update in answer.new_updates}
        self._refuse_loops(answer, cache, new, gone)
        cache.update(new)
        self.tally.new_updates += len(new)
        self.tally.changed_updates += len(answer.changed_updates)
        self.tally.forgotten += len(gone)
        return list(new)

    def _opened(self, update: UpdateInfo) -> CachedUpdate:
        cached = opened(update)
        return cached if self._state.keeps_fragments else replace(cached, xml=b"")

    def _refuse_loops(
        self,
        answer: SyncInfo,
        cache: dict[int, CachedUpdate],
        new: dict[int, CachedUpdate],
        gone: list[int],
    ) -> None:
        again = sorted(new.keys() & (cache.keys() | self._dropped))
        if again:
            raise AnswerRefused(
                Sentence(
                    "{count} revisions came that are cached or were just out of scope, "
                    "among them {number}.",
                    count=len(again),
                    number=str(again[0]),
                ),
                hresult=TooManyRoundTrips.hresult,
            )
        if answer.truncated and not (new or gone or answer.changed_updates):
            raise AnswerRefused(
                Sentence("The answer says that more will come, and brings nothing."),
                hresult=TooManyRoundTrips.hresult,
            )
        self._dropped.update(gone)


def device_attributes(state: AgentState, server: str) -> str:
    """Return ``DeviceAttributes`` as scans and GetExtendedUpdateInfo carry them."""
    known = {**state.machine.device_attributes(), "UpdateServiceUrl": server}
    in_order = sorted(known.items(), key=lambda one: one[0].lower())
    return "".join(f"{name}={value};" for name, value in in_order)


def caller_attributes(caller: str) -> str:
    """Return ``CallerAttributes`` of a caller inside Windows."""
    return f"Interactive=0;SheddingAware=1;Id={caller};AADDeviceTokenState=WU:0x00248002;"


def _feature_score_key(machine: Machine) -> str:
    windows = machine.windows
    return f"{machine.hardware.architecture}.{windows.major}.{windows.minor}"


def _described(device: Device) -> devices.Device:
    driver = device.driver
    return devices.Device(
        hardware_ids=device.hardware_ids,
        compatible_ids=device.compatible_ids or None,
        installed_driver=None
        if driver is None
        else devices.InstalledDriver(
            matching_id=driver.matching_id,
            driver_ver_date=datetime.fromisoformat(driver.date).replace(tzinfo=UTC),
            driver_ver_version=_packed(driver.version),
            driver_class=driver.driver_class,
            manufacturer=driver.manufacturer,
            provider=driver.provider,
            model=driver.model,
            matching_computer_hwid=driver.computer_id,
            driver_rank=-1,
        ),
        device_flags=device.flags or None,
    )


def _packed(version: str) -> int:
    """Four 16-bit numbers in one of 64 bits, signed."""
    whole = 0
    for number in version_numbers(version):
        whole = whole << 16 | number & 0xFFFF
    return whole - (1 << 64) if whole >> 63 else whole


def offered(state: AgentState, evaluation: Evaluation, action: str) -> list[tuple[int, Core]]:
    """Return what has this action and is needed (or, to be uninstalled, installed)."""
    judge = evaluation.is_installed if action == "Uninstall" else evaluation.is_needed
    return [
        (number, one.core)
        for number, one in sorted(state.cached(), key=lambda one: one[0])
        if one.deployment.action == action and judge(one.core)
    ]
