"""What a kind of rule can do: be tested on a machine, and be made true of one.

A test answers True, False, or None when we do not know the rule well enough; making true answers
the changed machine, or None when that cannot be.
"""

from collections.abc import Callable
from dataclasses import dataclass

from headgate.simulator.windows_client.core import Core, Rule
from headgate.simulator.windows_client.machine import Machine


@dataclass(frozen=True, slots=True)
class Question:
    """A rule asked about a machine; some kinds look into the metadata of its update."""

    rule: Rule
    machine: Machine
    core: Core

    def text(self, name: str, default: str = "") -> str:
        """Return an attribute of the rule."""
        return self.rule.attributes.get(name, default)

    def number(self, name: str) -> int | None:
        """Return an attribute as a number, None when it is missing or is none."""
        try:
            return int(self.rule.attributes[name], 0)
        except (KeyError, ValueError):
            return None

    def flag(self, name: str) -> bool:
        """Return whether an attribute says true."""
        return self.text(name).lower() in {"true", "1"}


def cannot(_question: Question) -> None:
    """No installation makes this rule true or false."""
    return


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleKind:
    """What is known of a kind of rule."""

    holds: Callable[[Question], bool | None]
    make_true: Callable[[Question], Machine | None] = cannot
    make_false: Callable[[Question], Machine | None] = cannot
