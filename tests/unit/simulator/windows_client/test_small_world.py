"""The built-in world of the pretend Microsoft Update makes sense for pretend computers."""

from functools import cache

import pytest

from headgate.catalogue.documents import DocumentEncoding
from headgate.metadata.document import read_document
from headgate.metadata.packing import Packer, unpack
from headgate.metadata.rewriting import unescape
from headgate.simulator.microsoft_update import open_world
from headgate.simulator.windows_client.applicability import Evaluation, Verdict
from headgate.simulator.windows_client.core import Core, read_core
from headgate.simulator.windows_client.machine import Machine
from headgate.simulator.windows_client.mix import machines
from headgate.simulator.windows_client.rules import become

COMPUTERS = list(machines(10))


@cache
def world() -> dict[str, tuple[str, Core]]:
    """The newest revision of everything published from the start, with its title."""
    found: dict[str, tuple[str, Core]] = {}
    for publication in open_world().months[0].publications:
        document = read_document(
            publication.write().encode(), DocumentEncoding.UTF8, None, Packer()
        )
        core = read_core(unescape(unpack(document.fragments.core.data, {})))
        known = found.get(core.update_id)
        if known is None or known[1].revision_number < core.revision_number:
            found[core.update_id] = document.revision.title, core
    return found


def cores() -> list[Core]:
    return [core for _, core in world().values()]


def needed(machine: Machine) -> dict[str, Core]:
    """Titles of what an administrator could approve and the machine lacks."""
    evaluation = Evaluation(machine, cores())
    found = {
        title: core
        for title, core in world().values()
        if core.is_explicitly_deployable and evaluation.verdict(core) is Verdict.NEEDED
    }
    assert not evaluation.unknown
    return found


@pytest.mark.parametrize("machine", COMPUTERS, ids=lambda one: str(one.name))
def test_every_computer_needs_the_newest_cumulative_update_of_its_windows_alone(
    machine: Machine,
) -> None:
    kind = {"AMD64": "x64", "X86": "x86", "ARM64": "arm64"}[machine.hardware.architecture]
    newest = [
        title
        for title in needed(machine)
        if title.startswith("2026-11 Cumulative Update") and ".NET" not in title
    ]

    assert len(newest) == 1
    assert f"for {kind}-based" in newest[0]
    assert machine.windows.release in newest[0] or machine.windows.build in {14393, 17763}


@pytest.mark.parametrize("machine", COMPUTERS, ids=lambda one: str(one.name))
def test_everything_a_computer_needs_can_be_installed_on_it(machine: Machine) -> None:
    evaluation = Evaluation(machine, cores())
    for title, core in needed(machine).items():
        assert Evaluation(_with(core, machine, evaluation), cores()).is_installed(core), title


def _with(core: Core, machine: Machine, evaluation: Evaluation) -> Machine:
    for member in evaluation.choices(core):
        machine = _with(member, machine, evaluation)
    if core.is_installed is not None:
        changed = become(core.is_installed, machine, core)
        assert changed is not None
        machine = changed
    return machine


def test_categories_and_detectoids_tell_computers_apart() -> None:
    installed = {
        machine.name: {
            title
            for title, core in world().values()
            if core.update_type == "Detectoid" and Evaluation(machine, cores()).is_installed(core)
        }
        for machine in COMPUTERS[:4]
    }

    assert installed["pc-00001.lab.example"] == {"AMD64", "Windows1124H2"}
    assert installed["pc-00002.lab.example"] == {"AMD64", "Windows1022H2"}
    assert installed["srv-00004.lab.example"] == {"AMD64", "Windows Server 2022"}
