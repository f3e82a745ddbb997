"""A pretend computer for tests."""

from typing import Any

from headgate.simulator.windows_client.machine import Hardware, Machine, Windows

CLIENT_ID = "e1da06a3-5601-43c9-bac3-52d5db701494"


def a_machine(**facts: Any) -> Machine:
    """A Windows 11 24H2 computer that has nothing but what a test gives it."""
    windows: dict[str, Any] = {
        "build": 26100,
        "ubr": 4061,
        "release": "24H2",
        "description": "Windows 10 Pro",
    }
    hardware: dict[str, Any] = {}
    for name in list(facts):
        if name in Windows.__dataclass_fields__:
            windows[name] = facts.pop(name)
        elif name in Hardware.__dataclass_fields__:
            hardware[name] = facts.pop(name)
    usual = {"name": "pc-1.lab.example", "client_id": CLIENT_ID}
    return Machine(windows=Windows(**windows), hardware=Hardware(**hardware), **{**usual, **facts})
