"""Names of users: what they may look like, and when two of them are the same.

Names are compared in composed form and without regard to case, as Windows compares them: *Anna* and
*ANNA* are one user, and so are an ``é`` of one and of two code points.
"""

import unicodedata

from headgate.errors import UsageError
from headgate.sentences import Sentence

LONGEST = 100


class UserNameError(UsageError):
    """Nobody can be called so."""

    next_step = Sentence("Use 1 to 100 letters, digits, blanks and signs.")


def readable_name(typed: str) -> str:
    """Return a name as it is stored; raises UserNameError.

    Control characters and marks that turn the direction of writing are refused: one user could be
    made to look like another.
    """
    name = unicodedata.normalize("NFC", typed.strip())
    if not name:
        raise UserNameError(Sentence("A user needs a name."))
    if len(name) > LONGEST:
        raise UserNameError(Sentence("The user name is too long."))
    if not name.isprintable():
        raise UserNameError(Sentence("The user name contains a character that cannot be seen."))
    return name


def name_key(name: str) -> str:
    r"""Return what is compared of a name.

    >>> name_key(" CORP\\Anna ") == name_key("corp\\anna"), name_key("STRASSE"), name_key("Straße")
    (True, 'strasse', 'strasse')
    """
    return unicodedata.normalize("NFC", name.strip()).casefold()


def bare_name(name: str) -> str:
    r"""Return a name without the domain in front of it or the realm behind it.

    >>> bare_name("CORP\\anna"), bare_name("anna@CORP.EXAMPLE"), bare_name("anna")
    ('anna', 'anna', 'anna')
    """
    return name.rpartition("\\")[2].partition("@")[0]
