"""What the agent tells the server, event by event ([MS-WUSP] 2.2.2.3.1; FACTS §9).

Events wait in the agent's state until the server has said ``true``; all of a batch carry the time
it is sent at, as real ones do (FACTS §9.1).
"""

import locale
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import IntEnum
from types import MappingProxyType

from headgate import clock
from headgate.sentences import Sentence
from headgate.simulator.windows_client.agent_errors import AgentError, AnswerRefused
from headgate.simulator.windows_client.connection import AGENT_VERSION
from headgate.simulator.windows_client.core import Core
from headgate.simulator.windows_client.session import Session
from headgate.wire.clientsync import operations, report_event_batch
from headgate.wire.clientsync.reporting_event import (
    BasicData,
    DetailedVersion,
    ExtendedData,
    PrivateData,
    ReportingEvent,
)
from headgate.wire.cookie import Cookie
from headgate.wire.values import UpdateIdentity

PATH = "ReportingWebService/ReportingWebService.asmx"
_NO_UPDATE = UpdateIdentity("00000000-0000-0000-0000-000000000000", 0)
_CLIENT_NAMESPACE = 1
_AGENT = 101
_MOST_WAITING = 1000
_ARCHITECTURES = {"AMD64": "Amd64Compatible", "X86": "X86Compatible"}
_LOCALES = {name.replace("_", "-"): number for number, name in locale.windows_locale.items()}
_ENGLISH = 1033
#: Not the update build revision (FACTS §9.1).
_REVISION = 65792


class Event(IntEnum):
    """The events we send (FACTS §9.3)."""

    SCAN_FINISHED = 147
    SCAN_FAILED = 148
    STATUS = 156
    DOWNLOAD_FAILED = 161
    DOWNLOAD_SUCCEEDED = 162
    DOWNLOAD_STARTED = 167
    INSTALL_STARTED = 181
    INSTALL_FAILED = 182
    INSTALL_SUCCEEDED = 183
    RESTART_REQUIRED = 201
    RESTARTED = 202
    UNINSTALL_FAILED = 221
    UNINSTALL_SUCCEEDED = 222
    UNINSTALL_SUCCEEDED_RESTART = 224
    UNINSTALL_STARTED = 226


class Reporter:
    """Collects events of one agent and sends them."""

    def __init__(self, session: Session, caller: str) -> None:
        self._session = session
        self._caller = caller
        self.sent = 0

    def scan_finished(
        self, *, offered: int, needed: Iterable[str], installed: Iterable[str]
    ) -> None:
        """Note 147 and, the status of all updates, 156; an empty list is left out."""
        self.note(Event.SCAN_FINISHED, strings=(str(offered),))
        lists = {"U": needed, "V": installed}
        joined = {tag: ";".join(sorted({one.upper() for one in ids})) for tag, ids in lists.items()}
        self.note(Event.STATUS, tags={tag: ids for tag, ids in joined.items() if ids})

    def note(
        self,
        event: Event,
        core: Core | None = None,
        *,
        strings: tuple[str, ...] = (),
        error: AgentError | None = None,
        hresult: int = 0,
        tags: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Remember an event to be sent, about ``core`` or about nothing in particular."""
        identity = (
            _NO_UPDATE if core is None else UpdateIdentity(core.update_id, core.revision_number)
        )
        quantity = "2" if core is not None and core.is_bundle else "1"
        waiting = self._session.state.events
        waiting.append(
            ReportingEvent(
                basic_data=BasicData(
                    target_id=self._session.state.machine.client_id,
                    time_at_target=clock.now(),
                    event_instance_id=str(uuid.uuid4()),
                    namespace_id=_CLIENT_NAMESPACE,
                    event_id=event,
                    source_id=_AGENT,
                    update_id=identity,
                    win32_hresult=hresult if error is None else error.signed,
                    app_name=self._caller,
                ),
                extended_data=self._extended(strings, {"Q": quantity, **tags}),
                private_data=PrivateData(),
            )
        )
        del waiting[:-_MOST_WAITING]

    def _extended(self, strings: tuple[str, ...], tags: Mapping[str, str]) -> ExtendedData:
        machine = self._session.state.machine
        windows, hardware = machine.windows, machine.hardware
        capitals = {
            "G": ".".join(map(str, AGENT_VERSION)),
            "J": str(int(machine.client_id[:6], 16) % 1000),
            "K": hardware.bios_version,
            "L": f"{hardware.bios_date}T00:00:00",
            **tags,
        }
        rest = {"AppName": self._caller, "CsiErrorType": "0", "c": str(windows.sku), "k": "true"}
        said = [*sorted(capitals.items()), *rest.items()]
        return ExtendedData(
            replacement_strings=strings or None,
            misc_data=tuple(f"{tag}={value}" for tag, value in said),
            computer_brand=hardware.manufacturer,
            computer_model=hardware.model,
            bios_revision=hardware.bios_version,
            processor_architecture=_ARCHITECTURES.get(hardware.architecture, "Unknown"),
            os_version=DetailedVersion(
                major=windows.major,
                minor=windows.minor,
                build=windows.build,
                revision=_REVISION,
                service_pack_major=windows.service_pack,
                service_pack_minor=0,
            ),
            os_locale_id=_LOCALES.get(windows.locale, _ENGLISH),
        )

    def flush(self) -> None:
        """Send what waits; it keeps waiting when the server does not take it. Raises AgentError."""
        waiting = self._session.state.events
        if not waiting:
            return
        now = clock.now()
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        batch = tuple(
            replace(one, basic_data=replace(one.basic_data, time_at_target=now)) for one in waiting
        )

        def request(cookie: Cookie) -> report_event_batch.ReportEventBatchRequest:
            return report_event_batch.ReportEventBatchRequest(
                cookie=cookie, client_time=now, event_batch=batch
            )

        answer = self._session.call(operations.REPORT_EVENT_BATCH, request, PATH)
        if not answer.accepted:
            raise AnswerRefused(Sentence("ReportEventBatch was answered with false."))
        self.sent += len(batch)
        waiting.clear()
