"""ReportingEvent: something that happened on a computer ([MS-WUSP] 2.2.2.3.1; FACTS §9.1).

Strings come as they were sent and mean nothing here: values may hold ``=`` and ``;``. A field that
is not of its type is None, as one that is absent: an agent sends a refused batch again and again
(FACTS §14), so that one odd number would cost everything its computer has to report. What an event
must have to be of use is for who records it to say.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from headgate.wire import lexical, values
from headgate.wire.clientsync.arrays import write_items, write_strings
from headgate.wire.clientsync.parts import Parts
from headgate.wire.values import UpdateIdentity
from headgate.wire.xmltree import Element

#: Codes are signed; some send them without a sign.
_read_code = partial(lexical.read_integer, most=2**32 - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BasicData:
    """Who, when and what; None for what was absent or not of its type."""

    target_id: str | None = None  #: ``TargetID/Sid``, the computer's client id
    sequence_number: int = 0
    time_at_target: datetime | None = None  #: when it was sent, not when it happened (FACTS §9.1)
    event_instance_id: str | None = None
    namespace_id: int | None = None  #: 1: computers
    event_id: int | None = None
    source_id: int | None = None
    update_id: UpdateIdentity | None = None  #: zeros when it is not about an update
    win32_hresult: int | None = None  #: as it came, with a sign or without
    app_name: str | None = None  #: the caller inside Windows


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailedVersion:
    """The version of Windows; ``revision`` is not the update build revision."""

    major: int
    minor: int
    build: int
    revision: int
    service_pack_major: int
    service_pack_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedData:
    """Details; None for what was absent or not of its type."""

    replacement_strings: tuple[str, ...] | None = None
    misc_data: tuple[str, ...] | None = None  #: each ``tag=value`` (FACTS §9.2)
    computer_brand: str | None = None
    computer_model: str | None = None
    bios_revision: str | None = None
    processor_architecture: str | None = None  #: ``Amd64Compatible``
    os_version: DetailedVersion | None = None
    os_locale_id: int | None = None
    device_id: str | None = None  #: events about drivers


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateData:
    """Always empty on the wire."""

    computer_dns_name: str | None = None
    user_account_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportingEvent:
    """One event."""

    basic_data: BasicData
    extended_data: ExtendedData | None = None
    private_data: PrivateData | None = None


#: Elements of a version, in the order of the schema, and their fields.
_VERSION = (
    ("Major", "major"),
    ("Minor", "minor"),
    ("Build", "build"),
    ("Revision", "revision"),
    ("ServicePackMajor", "service_pack_major"),
    ("ServicePackMinor", "service_pack_minor"),
)


def read_events(parts: Parts) -> tuple[ReportingEvent, ...]:
    """Return the events of ``eventBatch``, none when it is absent."""
    return tuple(map(_read_event, parts.each("eventBatch", "ReportingEvent") or ()))


def _read_event(element: Element) -> ReportingEvent:
    parts = Parts(element)
    basic = parts.parts("BasicData")
    extended, private = parts.parts("ExtendedData"), parts.parts("PrivateData")
    return ReportingEvent(
        basic_data=BasicData() if basic is None else _read_basic(basic),
        extended_data=None if extended is None else _read_extended(extended),
        private_data=None if private is None else _read_private(private),
    )


def _read_basic(parts: Parts) -> BasicData:
    target, update = parts.parts("TargetID"), parts.parts("UpdateID")
    return BasicData(
        target_id=None if target is None else target.text("Sid"),
        sequence_number=parts.readable("SequenceNumber", lexical.read_integer) or 0,
        time_at_target=parts.readable("TimeAtTarget", lexical.read_datetime),
        event_instance_id=parts.readable("EventInstanceID", lexical.read_guid),
        namespace_id=parts.readable("NamespaceID", lexical.read_integer),
        event_id=parts.readable("EventID", lexical.read_integer),
        source_id=parts.readable("SourceID", lexical.read_integer),
        update_id=None if update is None else _read_update(update),
        win32_hresult=parts.readable("Win32HResult", _read_code),
        app_name=parts.text("AppName"),
    )


def _read_update(parts: Parts) -> UpdateIdentity | None:
    """Return which update is meant; which revision of it matters less."""
    update_id = parts.readable("UpdateID", lexical.read_guid)
    if update_id is None:
        return None
    return UpdateIdentity(update_id, parts.readable("RevisionNumber", lexical.read_integer) or 0)


def _read_extended(parts: Parts) -> ExtendedData:
    version = parts.parts("OSVersion")
    return ExtendedData(
        replacement_strings=parts.strings("ReplacementStrings"),
        misc_data=parts.strings("MiscData"),
        computer_brand=parts.text("ComputerBrand"),
        computer_model=parts.text("ComputerModel"),
        bios_revision=parts.text("BiosRevision"),
        processor_architecture=parts.text("ProcessorArchitecture"),
        os_version=None if version is None else _read_version(version),
        os_locale_id=parts.readable("OSLocaleID", lexical.read_integer),
        device_id=parts.text("DeviceID"),
    )


def _read_version(parts: Parts) -> DetailedVersion | None:
    numbers = {
        field: number
        for name, field in _VERSION
        if (number := parts.readable(name, lexical.read_integer)) is not None
    }
    return DetailedVersion(**numbers) if len(numbers) == len(_VERSION) else None


def _read_private(parts: Parts) -> PrivateData:
    return PrivateData(
        computer_dns_name=parts.text("ComputerDnsName"),
        user_account_name=parts.text("UserAccountName"),
    )


def write_events(events: Iterable[ReportingEvent]) -> str:
    """Return ``eventBatch``."""
    return write_items("eventBatch", map(_write_event, events))


def _write_event(event: ReportingEvent) -> str:
    extended, private = event.extended_data, event.private_data
    return (
        f"<ReportingEvent>{_write_basic(event.basic_data)}"
        f"{'' if extended is None else _write_extended(extended)}"
        f"{'' if private is None else _write_private(private)}</ReportingEvent>"
    )


def _write_basic(basic: BasicData) -> str:
    update = basic.update_id
    target = basic.target_id
    sid = None if target is None else values.write_text("Sid", target)
    return (
        f"<BasicData>{write_items('TargetID', sid)}"
        f"{values.write_integer('SequenceNumber', basic.sequence_number)}"
        f"{values.write_moment('TimeAtTarget', basic.time_at_target)}"
        f"{values.write_text('EventInstanceID', basic.event_instance_id)}"
        f"{values.write_integer('NamespaceID', basic.namespace_id)}"
        f"{values.write_integer('EventID', basic.event_id)}"
        f"{values.write_integer('SourceID', basic.source_id)}"
        f"{'' if update is None else values.write_identity('UpdateID', update)}"
        f"{values.write_integer('Win32HResult', basic.win32_hresult)}"
        f"{values.write_text('AppName', basic.app_name)}</BasicData>"
    )


def _write_extended(extended: ExtendedData) -> str:
    version = extended.os_version
    return (
        f"<ExtendedData>{write_strings('ReplacementStrings', extended.replacement_strings)}"
        f"{write_strings('MiscData', extended.misc_data)}"
        f"{values.write_text('ComputerBrand', extended.computer_brand)}"
        f"{values.write_text('ComputerModel', extended.computer_model)}"
        f"{values.write_text('BiosRevision', extended.bios_revision)}"
        f"{values.write_text('ProcessorArchitecture', extended.processor_architecture)}"
        f"{'' if version is None else _write_version(version)}"
        f"{values.write_integer('OSLocaleID', extended.os_locale_id)}"
        f"{values.write_text('DeviceID', extended.device_id)}</ExtendedData>"
    )


def _write_version(version: DetailedVersion) -> str:
    numbers = (values.write_integer(name, getattr(version, field)) for name, field in _VERSION)
    return f"<OSVersion>{''.join(numbers)}</OSVersion>"


def _write_private(private: PrivateData) -> str:
    return (
        f"<PrivateData>{values.write_text('ComputerDnsName', private.computer_dns_name)}"
        f"{values.write_text('UserAccountName', private.user_account_name)}</PrivateData>"
    )
