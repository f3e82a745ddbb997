"""Asking one applicability rule about a machine, in few words."""

from headgate.simulator.windows_client.core import Core, Rule, read_core
from headgate.simulator.windows_client.machine import Machine
from headgate.simulator.windows_client.rules import become, holds


def core_of(rule: str, metadata: str = "") -> Core:
    """An update that is installed when ``rule`` is true."""
    return read_core(
        b'<UpdateIdentity UpdateID="A" RevisionNumber="1" /><Properties UpdateType="Software" />'
        + f"<ApplicabilityRules><IsInstalled>{rule}</IsInstalled>{metadata}</ApplicabilityRules>"
        "".encode()
    )


def rule_of(core: Core) -> Rule:
    """The rule it was made of."""
    assert core.is_installed is not None
    return core.is_installed


def says(rule: str, machine: Machine, metadata: str = "") -> bool | None:
    core = core_of(rule, metadata)
    return holds(rule_of(core), machine, core)


def made(rule: str, machine: Machine, *, true: bool = True) -> Machine | None:
    """The machine changed so that the rule is true of it (or false)."""
    core = core_of(rule)
    return become(rule_of(core), machine, core, true=true)
