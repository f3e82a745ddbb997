"""Verdicts over a cache: prerequisites, bundles, supersedence, and what nobody can judge."""

from headgate.simulator.windows_client.applicability import Evaluation, Verdict
from headgate.simulator.windows_client.core import Core, read_core
from tests.unit.simulator.windows_client.machines import a_machine

YES = "<IsInstalled><True /></IsInstalled>"
NO = "<IsInstalled><False /></IsInstalled>"


def core(
    name: str, rules: str = NO, *, needs: str = "", bundles: str = "", number: int = 1
) -> Core:
    """An update called ``name`` with the inner XML given."""
    relations = (f"<Prerequisites>{needs}</Prerequisites>" if needs else "") + (
        f"<BundledUpdates>{bundles}</BundledUpdates>" if bundles else ""
    )
    return read_core(
        (
            f'<UpdateIdentity UpdateID="{name}" RevisionNumber="{number}" />'
            '<Properties UpdateType="Software" />'
            + (f"<Relationships>{relations}</Relationships>" if relations else "")
            + (f"<ApplicabilityRules>{rules}</ApplicabilityRules>" if rules else "")
        ).encode()
    )


def one(*names: str) -> str:
    inside = "".join(f'<UpdateIdentity UpdateID="{name}" RevisionNumber="1" />' for name in names)
    return f"<AtLeastOne>{inside}</AtLeastOne>"


def verdicts(*cores: Core) -> dict[str, Verdict]:
    evaluation = Evaluation(a_machine(), cores)
    return {core.update_id: evaluation.verdict(core) for core in cores}


def test_an_update_is_needed_when_it_is_not_installed_and_its_prerequisites_are() -> None:
    found = verdicts(
        core("here", YES),
        core("missing", NO),
        core("ready", NO, needs='<UpdateIdentity UpdateID="HERE" />'),
        core("waiting", NO, needs=one("missing")),
        core("either", NO, needs=one("missing", "here")),
        core("foreign", NO, needs=one("never-heard-of")),
    )

    assert found["ready"] is Verdict.NEEDED
    assert found["either"] is Verdict.NEEDED
    assert found["waiting"] is found["foreign"] is Verdict.NOT_APPLICABLE


def test_any_revision_of_a_prerequisite_will_do() -> None:
    found = verdicts(
        core("both", YES, number=1),
        core("both", NO, number=2),
        core("needs", NO, needs=one("both")),
    )

    assert found["needs"] is Verdict.NEEDED


def test_what_cannot_be_installed_or_is_superseded_is_not_applicable() -> None:
    found = verdicts(
        core("no", NO + "<IsInstallable><False /></IsInstallable>"),
        core("old", NO + "<IsSuperseded><True /></IsSuperseded>"),
        core("riddle", "<IsInstalled><b.Riddle /></IsInstalled>"),
        core("silent", ""),
    )

    assert set(found.values()) == {Verdict.NOT_APPLICABLE}


def test_a_bundle_is_what_its_clauses_are() -> None:
    never = NO + "<IsInstallable><False /></IsInstallable>"
    members = (core("have", YES), core("lack", NO), core("never", never))
    found = verdicts(
        *members,
        core("installed", "", bundles=one("have", "lack")),
        core("needed", "", bundles=one("have") + one("lack", "never")),
        core("hopeless", "", bundles=one("lack") + one("never")),
        core("absent", "", bundles=one("lack") + one("not-sent")),
        core("nested", "", bundles=one("needed")),
    )

    assert found["installed"] is Verdict.INSTALLED
    assert found["needed"] is found["nested"] is Verdict.NEEDED
    assert found["hopeless"] is found["absent"] is Verdict.NOT_APPLICABLE


def test_a_bundle_that_says_itself_that_it_is_not_installed_is_not() -> None:
    never = NO + "<IsInstallable><False /></IsInstallable>"
    members = (core("have", YES), core("lack", NO), core("never", never))
    found = verdicts(
        *members,
        core("nothing left", NO, bundles=one("have")),
        core("needed", NO, bundles=one("have") + one("lack")),
        core("hopeless", NO, bundles=one("have") + one("never")),
        core("installed", YES, bundles=one("never")),
        core("outer", "", bundles=one("nothing left")),
    )

    assert found["nothing left"] is found["outer"] is Verdict.NOT_APPLICABLE
    assert found["needed"] is Verdict.NEEDED
    assert found["hopeless"] is Verdict.NOT_APPLICABLE
    assert found["installed"] is Verdict.INSTALLED


def test_of_a_needed_bundle_one_member_of_each_open_clause_is_chosen() -> None:
    members = (core("have", YES), core("first", NO), core("second", NO), core("third", NO))
    bundle = core("bundle", "", bundles=one("have", "first") + one("second", "third"))
    evaluation = Evaluation(a_machine(), [*members, bundle])

    assert [member.update_id for member in evaluation.choices(bundle)] == ["second"]


def test_circles_come_to_an_end() -> None:
    found = verdicts(core("a", NO, needs=one("b")), core("b", NO, needs=one("a")))

    assert set(found.values()) == {Verdict.NOT_APPLICABLE}


def test_unknown_rules_are_counted() -> None:
    riddle = core("riddle", "<IsInstalled><Not><b.Riddle /></Not></IsInstalled>")
    evaluation = Evaluation(a_machine(), [riddle])
    evaluation.verdict(riddle)

    assert evaluation.unknown == {"b.Riddle": 1}
