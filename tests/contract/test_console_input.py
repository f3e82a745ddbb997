"""Whatever is sent to any address of the console, on every database: an answer in words."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from headgate.catalogue.revisions import CategoryType
from headgate.web.console.page import FORM_TOKEN
from headgate.web.console.routes import ROUTES
from tests.cast import a_category, a_revision
from tests.console import Browser, ConsoleLab, new_console
from tests.published import publish

FIX = a_revision()

#: Every field of every form and every part of every query: pages ignore what is not theirs.
_NAMES = """
name password next token again back language theme present session confirmed act seen sealed
shown search drawn product group classification mode schedule.mode schedule.first
schedule.per_day source.kind source.host source.port source.tls source.ca_file proxy.enabled
proxy.host proxy.port proxy.use_credentials proxy.user proxy.domain proxy.password
proxy.allow_basic content.store content.deferred content.express languages.mode
languages.selected why job start result since until by older newer document_after text kbs
severity state superseded released_since arrived_until run brought sort order columns per_page
cursor read counted
"""
FIELDS = _NAMES.split()

#: What makes fields count that are grey otherwise.
SWITCHES = {
    "schedule.mode": "daily",
    "source.kind": "upstream",
    "proxy.enabled": "true",
    "proxy.use_credentials": "true",
    "content.store": "local",
    "languages.mode": "selected",
    "mode": "selected",
    "shown": ["proxy.enabled", "proxy.use_credentials", "languages.selected"],
    "seen": "{}",
}

ODD = {
    "nul": "a\x00b",
    "control": "a\x01\x1b\x7f\x85b",
    "lone surrogate in JSON": '{"proxy.host": "\\ud800", "proxy.port": ["\\u0000"]}',
    "deep JSON": "[" * 3000,
    "long": "W" * 3000,
    "many digits": "9" * 3000,
    "digit that is none": "\N{SUPERSCRIPT TWO}",
    "beyond 64 bits": str(2**64),
}

#: What databases themselves take differently: text they refuse, numbers they have no room for.
STORED_DIFFERENTLY = {ODD["nul"], ODD["lone surrogate in JSON"], ODD["beyond 64 bits"]}


@pytest.fixture
def console(database_url: str, tmp_path: Path) -> Iterator[ConsoleLab]:
    environment = {"HEADGATE_DATABASE_URL": database_url}
    with new_console(tmp_path, environment) as opened:
        publish(opened.installation.engine, a_category("Windows", CategoryType.PRODUCT), FIX)
        yield opened


def token(browser: Browser) -> str:
    (field, *_) = browser.get("/console/account").document.cssselect(f"input[name={FORM_TOKEN}]")
    return str(field.get("value"))


def address(path: str, odd: str | None) -> str:
    """Fill an address with what exists, or with something odd."""
    real = {"id": FIX.identity.update_id, "revision": "100", "id:int": "1", "path:path": "x"}
    return re.sub(
        r"\{([^}]+)\}", lambda name: real[name[1]] if odd is None else quote(odd, safe=""), path
    )


@pytest.mark.parametrize("odd", ODD.values(), ids=list(ODD))
def test_no_address_breaks_at_odd_input(console: ConsoleLab, odd: str) -> None:
    """An error nobody has foreseen would be raised here."""
    if console.installation.engine.dialect.name != "sqlite" and odd not in STORED_DIFFERENTLY:
        pytest.skip("the databases do not differ in this; SQLite has it")
    alice = console.administrator()
    carried = token(alice)
    for route in ROUTES:
        path = route.address
        if route.method == "GET":
            sent = [
                alice.client.get(address(path, None), params=dict.fromkeys(FIELDS, odd[:300])),
                alice.client.get(address(path, odd)),
            ]
        elif route.path == "/sign-out":
            continue
        else:
            fields = dict.fromkeys(FIELDS, odd) | {FORM_TOKEN: carried} | SWITCHES
            sent = [
                alice.client.post(path, data=data, follow_redirects=False)
                for data in (fields | {"seen": odd}, fields | {"act": "ok"})
            ]
        for answer in sent:
            assert answer.status_code < 500, f"{route.method} {path}: {answer.text}"
