"""Answers that stay true until the catalogue changes."""

from headgate.services.memory import Memory


def test_an_answer_is_worked_out_once_for_each_version() -> None:
    memory, asked = Memory(), []

    def ask() -> int:
        asked.append(1)
        return len(asked)

    answers = [memory.remembered(version, "titles", ask) for version in (1, 1, 2, 2)]

    assert answers == [1, 1, 2, 2]


def test_questions_do_not_get_each_others_answers() -> None:
    memory = Memory()
    for language in ("de", "sv"):
        memory.remembered(1, ("titles", language), lambda language=language: language)

    assert memory.remembered(1, ("titles", "de"), lambda: "again") == "de"
    assert memory.remembered(1, ("titles", "en"), lambda: "asked") == "asked"


def test_what_cannot_be_answered_is_asked_again() -> None:
    memory = Memory()
    for _ in range(2):
        try:
            memory.remembered(1, "broken", lambda: 1 // 0)
        except ZeroDivisionError:
            continue

    assert memory.remembered(1, "broken", lambda: 7) == 7
