"""One request to the console: who asks, in which language, what was typed, and how to answer.

Handlers get a :class:`Console` (the services) and a :class:`Visit`, call a service, and answer with
``visit.page(…)`` or ``visit.go(…)``. They decide nothing about updates.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from headgate.services.catalogue.browser import CatalogueBrowser
from headgate.services.catalogue.overview import Overview
from headgate.services.catalogue.subscribing import Subscribing
from headgate.services.computers.compliance import Compliance
from headgate.services.deciding.approving import Approving
from headgate.services.files.update_files import UpdateFiles
from headgate.services.people.accounts import Accounts
from headgate.services.people.roles import Visitor
from headgate.services.people.sessions import Sessions
from headgate.services.people.telling import Telling, Told, Tone
from headgate.services.settings.configuring import Configuring
from headgate.services.synchronizing.setting_up import SettingUp
from headgate.services.synchronizing.sync_control import SyncControl
from headgate.services.upkeep.attention import Attention
from headgate.services.upkeep.health import Health
from headgate.services.way_in.addresses import Addresses
from headgate.services.way_in.own_certificates import OwnCertificates
from headgate.settings.local import Local
from headgate.web.console.words import Words
from headgate.web.forwarded import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """The services pages ask; built once, in bootstrap."""

    configuring: Configuring
    sync_control: SyncControl
    catalogue: Callable[[], CatalogueBrowser]
    subscribing: Callable[[], Subscribing]
    setting_up: SettingUp
    update_files: Callable[[], UpdateFiles]
    approving: Callable[[], Approving]
    compliance: Callable[[], Compliance]
    accounts: Accounts
    sessions: Sessions
    telling: Telling
    addresses: Addresses
    certificates: OwnCertificates
    health: Health
    attention: Attention
    overview: Overview
    local: Local  #: the local settings of this process
    directory: Path  #: the data directory
    environment: Mapping[str, str]
    now: Callable[[], datetime]


#: Turns a visit, a template, a status and facts into an answer.
Renderer = Callable[["Visit", str, int, Mapping[str, Any]], Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request, with everything that was found out before its handler runs."""

    console: Console
    request: Request
    caller: Caller
    visitor: Visitor | None  #: None: nobody has signed in
    session: str | None  #: the session's token
    form_token: str  #: every form of the answer carries it
    words: Words
    theme: str | None  #: light | dark; None: the system's
    form: FormData  #: what was posted; empty for GET
    renderer: Renderer  #: the door's: ``page.render``

    @property
    def path(self) -> Mapping[str, Any]:
        """What the route's placeholders stand for."""
        return self.request.path_params

    @property
    def query(self) -> Mapping[str, str]:
        """The part behind the question mark; of a repeated name the last one."""
        return self.request.query_params

    @property
    def address(self) -> str:
        """The path asked for, with its query."""
        url = self.request.url
        return f"{url.path}?{url.query}" if url.query else url.path

    def asked(self, name: str) -> list[str]:
        """Return all values of a repeated name behind the question mark."""
        return self.request.query_params.getlist(name)

    def typed(self, name: str) -> str:
        """Return what was typed into a field, without blanks around it; "" for no such field."""
        value = self.form.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def secret(self, name: str) -> str:
        """Return what was typed into a password field, blanks and all; "" for no such field."""
        value = self.form.get(name, "")
        return value if isinstance(value, str) else ""

    def chosen(self, name: str) -> list[str]:
        """Return all values of a repeated field, such as ticked boxes."""
        return [value for value in self.form.getlist(name) if isinstance(value, str)]

    def ticked(self, name: str) -> bool:
        """Whether a check box was ticked."""
        return name in self.form

    @property
    def is_live(self) -> bool:
        """Whether htmx asks for a part of a page."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def actor(self) -> str:
        """Who acts, for the audit trail."""
        return self.visitor.name if self.visitor else "nobody"

    def page(self, template: str, *, status: int = 200, **facts: Any) -> Response:
        """Answer with a page (or a part of one): ``template`` lies beside its handler."""
        return self.renderer(self, template, status, facts)

    def go(self, to: str, *told: Told, **query: str) -> Response:
        """Lead to another page, which first tells what was done."""
        if told and self.session:
            self.console.telling.tell(self.session, told)
        address = quote(to, safe="/?&=#:@!$'()*+,;%-._~")
        if query:
            address += "?" + urlencode(query)
        return RedirectResponse(address, status_code=303)

    def done(self, to: str, sentences: Sequence[str], *, notes: Sequence[str] = ()) -> Response:
        """Lead to another page, which says that it is done and what else is worth knowing."""
        told = [Told(Tone.DONE, sentence) for sentence in sentences]
        told += [Told(Tone.NOTE, sentence) for sentence in notes]
        return self.go(to, *told)
