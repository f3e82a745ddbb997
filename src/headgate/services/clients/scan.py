"""A computer scans: what it asks is checked, decided on, and answered with a new cookie.

[MS-WUSP] 3.1.5.7 SyncUpdates, 3.1.5.8 RefreshCache, 3.1.5.12 SyncPrinterCatalog; FACTS §3 and §4.
What is offered is decided by :mod:`headgate.offer`; here stand the limits, the texts and the
anchors. A scan leaves no state behind but the cookie, so scans of one computer may interleave.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pyroaring import BitMap

from headgate.logs import get_logger
from headgate.offer.drivers import drivers, printers
from headgate.offer.identities import refreshed
from headgate.offer.overlay import Overlay
from headgate.offer.questions import (
    Device,
    DriverQuestion,
    Limits,
    Offer,
    OfferedUpdate,
    SoftwareQuestion,
)
from headgate.offer.software import software
from headgate.services.clients.admission import Admits, bad_parameter
from headgate.services.clients.contacts import Contacts
from headgate.services.clients.cookies import ClientCookie, SealedCookie
from headgate.services.clients.core_texts import CoreText, CoreTexts
from headgate.services.clients.device_attributes import device_attributes
from headgate.services.clients.visitor import Visitor

#: Cached ids, or identities to refresh, in one call; a full catalogue has some ten thousand.
MOST_IDS = 100_000

#: Categories in one call ([MS-WUSP] <52> for those of StartCategoryScan).
MOST_CATEGORIES = 200

#: The first protocol version that knows two groups of what is out of scope ([MS-WUSP] 2.2.2.2.4).
_TWO_GROUPS = (1, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanCall:
    """One SyncUpdates as it was sent; nothing in it is trusted."""

    installed: Sequence[int] = ()
    others: Sequence[int] = ()
    cached_drivers: Sequence[int] = ()
    devices: Sequence[Device] | None = None  #: None: SystemSpec was not sent
    computer_ids: Sequence[str] = ()
    matching_key: str | None = None
    skip_software: bool = False
    categories: Sequence[str] = ()  #: empty: no category scan
    two_groups: bool = False
    device_attributes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanAnswer:
    """What a scan is answered."""

    offer: Offer
    cores: Mapping[int, CoreText]  #: of everything in ``offer.new``
    cookie: SealedCookie
    protocol: tuple[int, int]  #: what the agent speaks; decides which fields it is sent


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshAnswer:
    """What the identities of a computer's cache are called here."""

    refreshed: Sequence[tuple[int, OfferedUpdate]]  #: with its place in the question
    protocol: tuple[int, int]


class ClientScan:
    """Answers scans. One for the process."""

    def __init__(
        self,
        *,
        admit: Admits,
        overlay: Callable[[tuple[str, ...]], Overlay],
        texts: CoreTexts,
        seal: Callable[[ClientCookie], SealedCookie],
        contacts: Contacts,
        now: Callable[[], datetime],
        most_installed: Callable[[], int],
        limits: Limits | None = None,
    ) -> None:
        """Take what answers need.

        ``admit`` opens and judges cookies, ``seal`` makes the next one, ``overlay`` is what is
        decided for a set of groups, ``most_installed`` the setting ``clients.max_installed_ids``,
        ``limits`` where pages end.
        """
        self._admit = admit
        self._overlay = overlay
        self._texts = texts
        self._seal = seal
        self._contacts = contacts
        self._now = now
        self._most_installed = most_installed
        self._limits = limits or Limits()

    def sync(self, data: bytes | None, visitor: Visitor, call: ScanCall | None) -> ScanAnswer:
        """Answer a software pass or a driver pass; ``call`` is None when nothing was asked.

        Raises ComputerRefused.
        """
        cookie = self._admit(data, visitor, operation="SyncUpdates")
        if call is None:
            raise bad_parameter("parameters", cookie)
        self._check(call, cookie)
        attributes = device_attributes(call.device_attributes)
        if attributes:
            self._contacts.noted(cookie.client_id, attributes)
        if call.skip_software:
            return self._drivers(cookie, call)
        answer = self._software(cookie, call)
        if not call.categories and _is_last(answer.offer):
            self._contacts.seen(cookie.client_id, visitor, self._now(), scanned=True)
        return answer

    def printers(
        self,
        data: bytes | None,
        visitor: Visitor,
        *,
        installed: Sequence[int],
        cached: Sequence[int],
    ) -> ScanAnswer:
        """Answer the wizard that adds printers. Raises ComputerRefused."""
        cookie = self._admit(data, visitor, operation="SyncPrinterCatalog")
        self._few(installed, self._most_installed(), "installedNonLeafUpdateIDs", cookie)
        self._few(cached, MOST_IDS, "printerUpdateIDs", cookie)
        decided, cores = self._with_texts(
            cookie,
            self._overlay(cookie.groups),
            lambda overlay: printers(
                overlay,
                installed=installed,
                cached_printers=cached,
                anchor=cookie.driver_anchor,
                limits=self._limits,
            ),
        )
        return self._answer(cookie, cookie, decided, cores)

    def refresh(
        self, data: bytes | None, visitor: Visitor, identities: Sequence[tuple[str, int]] | None
    ) -> RefreshAnswer:
        """Tell what cached identities (lower-case GUID, number) are called here.

        None: the call named none at all. Raises ComputerRefused.
        """
        cookie = self._admit(data, visitor, operation="RefreshCache")
        if identities is None:
            raise bad_parameter("globalIDs", cookie)
        self._few(identities, MOST_IDS, "globalIDs", cookie)
        found = refreshed(self._overlay(cookie.groups), identities)
        return RefreshAnswer(refreshed=found, protocol=cookie.protocol)

    def _check(self, call: ScanCall, cookie: ClientCookie) -> None:
        if call.devices is not None and not call.skip_software:
            raise bad_parameter("parameters.SystemSpec", cookie)
        for ids, most, name in (
            (call.installed, self._most_installed(), "InstalledNonLeafUpdateIDs"),
            (call.others, MOST_IDS, "OtherCachedUpdateIDs"),
            (call.cached_drivers, MOST_IDS, "CachedDriverIDs"),
            (call.categories, MOST_CATEGORIES, "FilterCategoryIds"),
        ):
            self._few(ids, most, f"parameters.{name}", cookie)

    @staticmethod
    def _few(ids: Sequence[object], most: int, name: str, cookie: ClientCookie) -> None:
        """Entries are counted, as a real server does: the same id twice is two."""
        if len(ids) > most:
            raise bad_parameter(name, cookie)

    def _software(self, cookie: ClientCookie, call: ScanCall) -> ScanAnswer:
        overlay = self._overlay(cookie.groups)
        question = SoftwareQuestion(
            installed=call.installed,
            others=call.others,
            categories=call.categories or None,
            two_groups=call.two_groups and cookie.protocol >= _TWO_GROUPS,
            anchor=_anchor(cookie) if call.categories else cookie.software_anchor,
        )
        decided, cores = self._with_texts(
            cookie, overlay, lambda overlay: software(overlay, question, self._limits)
        )
        following = dataclasses.replace(
            _told(cookie, decided, overlay, by_category=bool(call.categories)),
            catalogue_version=overlay.snapshot.version,
        )
        return self._answer(cookie, following, decided, cores)

    def _drivers(self, cookie: ClientCookie, call: ScanCall) -> ScanAnswer:
        question = DriverQuestion(
            installed=call.installed,
            cached_drivers=call.cached_drivers,
            devices=call.devices or (),
            computer_ids=call.computer_ids,
            matching_key=call.matching_key,
            categories=call.categories or None,
            anchor=cookie.driver_anchor,
        )
        overlay = self._overlay(cookie.groups)
        decided, cores = self._with_texts(
            cookie, overlay, lambda overlay: drivers(overlay, question)
        )
        following = dataclasses.replace(
            cookie,
            catalogue_version=overlay.snapshot.version,
            driver_anchor=cookie.driver_anchor if decided.anchor is None else decided.anchor,
        )
        return self._answer(cookie, following, decided, cores)

    def _with_texts(
        self, cookie: ClientCookie, overlay: Overlay, decide: Callable[[Overlay], Offer]
    ) -> tuple[Offer, Mapping[int, CoreText]]:
        """Return what is decided, and the Cores of all that is new in it.

        A text may have gone since the snapshot was made. Then it is decided again without it: what
        was merely left out could leave a page that brings nothing and promises more, for ever.
        """
        missing = BitMap()
        while True:
            decided = decide(overlay.without(missing) if missing else overlay)
            new = BitMap([each.revision_id for each in decided.new])
            cores = self._texts.texts(list(new))
            if len(cores) == len(new):
                break
            missing |= new - BitMap(cores)
        if missing:
            get_logger(__name__).warning(
                "revisions without text are left out",
                computer=cookie.client_id,
                revisions=list(missing[:10]),
            )
        return decided, cores

    def _answer(
        self,
        cookie: ClientCookie,
        following: ClientCookie,
        decided: Offer,
        cores: Mapping[int, CoreText],
    ) -> ScanAnswer:
        return ScanAnswer(
            offer=decided, cores=cores, cookie=self._seal(following), protocol=cookie.protocol
        )


def _is_last(decided: Offer) -> bool:
    """Whether a software pass ends with this answer: nothing is left, nothing new unlocks more."""
    return not decided.truncated and all(each.is_leaf for each in decided.new)


def _anchor(cookie: ClientCookie) -> int:
    """Return since when a category scan has to tell of changes; 0: of everything.

    What a computer has cached without an anchor it was told by nobody, or by another server: a real
    server tells all of it (FACTS §3.8).
    """
    return cookie.software_anchor or cookie.category_anchor


def _told(
    cookie: ClientCookie, decided: Offer, overlay: Overlay, *, by_category: bool
) -> ClientCookie:
    """Return the cookie with what a computer has been told by now.

    What category scans tell counts apart until a full scan has told of everything; and where
    something cached was left aside, of which nothing was told, it does not count.
    """
    if by_category and not cookie.software_anchor:
        if decided.deployed_out_of_scope:
            return cookie
        return dataclasses.replace(cookie, category_anchor=overlay.counter)
    if decided.anchor is None:
        return cookie
    return dataclasses.replace(cookie, software_anchor=decided.anchor)
