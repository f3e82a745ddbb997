"""Names and passwords of users. What accounts do in the database: ``tests/contract``."""

import pytest

from headgate.services.people import passwords
from headgate.services.people.passwords import PasswordRefusedError
from headgate.services.people.user_names import UserNameError, name_key, readable_name


@pytest.mark.parametrize("name", ["anna", "Anna Grün", "CORP\\anna", "anna@corp.example", "安娜"])
def test_names_of_people_are_taken_as_they_are(name: str) -> None:
    assert readable_name(f" {name} ") == name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "A user needs a name."),
        ("a" * 101, "The user name is too long."),
        ("an\tna", "The user name contains a character that cannot be seen."),
        ("\u200banna", "The user name contains a character that cannot be seen."),
        ("\udcff", "The user name contains a character that cannot be seen."),
    ],
)
def test_a_refused_name_is_told_why(name: str, said: str) -> None:
    with pytest.raises(UserNameError) as refused:
        readable_name(name)
    assert refused.value.sentence() == f"{said} Use 1 to 100 letters, digits, blanks and signs."


@pytest.mark.parametrize(
    ("one", "other"), [("Anna", "aNNA"), ("Straße", "STRASSE"), ("jose\u0301", "JOS\u00c9")]
)
def test_names_that_look_alike_are_the_same(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_the_shortest_and_the_longest_password_are_taken() -> None:
    passwords.check_new("twelve chars", name="anna")
    passwords.check_new("x" * 1000, name="anna")


def test_a_short_password_is_told_how_long_one_is() -> None:
    with pytest.raises(PasswordRefusedError) as refused:
        passwords.check_new("eleven char", name="anna")
    assert refused.value.sentence() == (
        "The password is too short. "
        "Choose another one: 12 characters or more, several words are good."
    )


def test_blanks_around_a_password_belong_to_it() -> None:
    stored = passwords.hashed(" three plain words ")

    assert passwords.is_right(" three plain words ", stored)
    assert not passwords.is_right("three plain words", stored)


def test_what_is_no_hash_is_nobodys_password() -> None:
    assert not passwords.is_right("", None)
    assert not passwords.is_right("three plain words", "not a hash")
    assert not passwords.is_right("x" * 100_000, passwords.hashed("three plain words"))
