"""The pretend agent reads and judges every Core that a real server sent, and every document."""

from collections import Counter
from collections.abc import Iterator

import pytest
from tests.captures.real_documents import all_documents, sent_fragments
from tests.material import CAPTURES

from headgate.catalogue.documents import DocumentEncoding
from headgate.metadata.document import read_document
from headgate.metadata.packing import Packer, unpack
from headgate.metadata.rewriting import unescape
from headgate.simulator.windows_client.applicability import Evaluation, Verdict
from headgate.simulator.windows_client.core import Core, read_core
from headgate.simulator.windows_client.mix import machines

pytestmark = pytest.mark.skipif(CAPTURES is None, reason="no captures (set HEADGATE_CAPTURES)")

#: Rules of the specification's schemas that ask for what a described machine does not have.
NOT_KNOWN = {"b.InstalledOnce", "b.GenericQuery"}
COMPANY = "56309036-4c77-4dd9-951a-99ee9c246a94"


def _sent() -> Iterator[Core]:
    for fragment in sent_fragments():
        if fragment.kind == "core":
            yield read_core(fragment.xml)


def _shaped() -> Iterator[Core]:
    """Cores of component-based and OSInstaller updates that lie in files of their own."""
    assert CAPTURES is not None
    for pattern in ("native/cbs/*core*.xml", "wsusss/wusp-reference/*.core.xml"):
        for path in sorted(CAPTURES.glob(pattern)):
            yield read_core(path.read_bytes())


def _documented() -> Iterator[Core]:
    for xml in all_documents():
        document = read_document(xml, DocumentEncoding.UTF8, None, Packer())
        yield read_core(unescape(unpack(document.fragments.core.data, {})))


def test_every_core_a_real_server_sent_is_judged_without_a_riddle() -> None:
    cores = [*_sent(), *_shaped()]
    assert len(cores) > 50

    for machine in machines(10):
        evaluation = Evaluation(machine, cores)
        verdicts = Counter(map(evaluation.verdict, cores))
        assert set(evaluation.unknown) <= NOT_KNOWN
        assert verdicts[Verdict.INSTALLED] > 0

    assert evaluation.is_installed(next(one for one in cores if one.update_id == COMPANY))


def test_every_real_document_is_judged_without_a_riddle() -> None:
    cores = list(_documented())
    computers = {one.windows.build: one for one in machines(10)}

    for machine in computers.values():
        evaluation = Evaluation(machine, cores)
        verdicts = Counter(map(evaluation.verdict, cores))
        assert set(evaluation.unknown) <= NOT_KNOWN
        assert verdicts[Verdict.INSTALLED] > 10


def test_a_processor_is_detected_where_it_is() -> None:
    amd64 = "59653007-e2e9-4f71-8525-2ff588527978"
    cores = [core for core in _documented() if core.update_id == amd64]

    for machine in machines(40):
        evaluation = Evaluation(machine, cores)
        expected = machine.hardware.architecture == "AMD64"
        assert evaluation.is_installed(cores[-1]) is expected
