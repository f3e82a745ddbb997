"""Which name we give ourselves."""

import re

import pytest

from headgate.upstream.naming import name_for_microsoft, name_for_upstream

SERVER_ID = "6f1c2f6e-3f0b-4d3a-9b1e-0d2f6a1c5e12"


def test_microsoft_learns_nothing_but_our_random_id() -> None:
    assert name_for_microsoft(SERVER_ID.upper()) == f"{SERVER_ID}.headgate.invalid"


def test_microsoft_is_given_no_name_made_of_something_else_than_an_id() -> None:
    with pytest.raises(ValueError, match="GUID"):
        name_for_microsoft("wsus.corp.example")


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("wsus01.corp.example", "wsus01.corp.example"),
        ("WSUS01.Corp.Example.", "wsus01.corp.example"),
        ("update_server.corp.example", "update-server.corp.example"),
        ("Bürö 3.corp.example", "b-r-3.corp.example"),
        ("-edge-.corp.example", "edge.corp.example"),
        ("wsus..example", "wsus.example"),
        ("wsus01", "wsus01"),
        ("___", "headgate"),
        ("", "headgate"),
    ],
)
def test_an_upstream_server_reads_a_legal_host_name(host: str, name: str) -> None:
    assert name_for_upstream(host) == name


def test_too_long_names_are_cut_where_dns_would() -> None:
    name = name_for_upstream(".".join(["x" * 80] * 6))
    assert len(name) <= 253
    assert all(
        re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", part) for part in name.split(".")
    )
