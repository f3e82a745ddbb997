"""What an unmodified agent would choke on in an answer, named (FACTS §13, §14).

Missing ``IsLeaf``, ``Truncated`` and ``LastChangeTime`` are found while decoding; here is what a
message can hold and an agent still not take.
"""

import re

from headgate import clock
from headgate.errors import MalformedMessage
from headgate.sentences import Sentence, said_by
from headgate.simulator.windows_client.agent_errors import AnswerRefused
from headgate.simulator.windows_client.core import Rule, read_core
from headgate.simulator.windows_client.rules import KNOWN_RULES
from headgate.simulator.windows_client.state import CachedUpdate
from headgate.wire.clientsync.sync_info import SyncInfo
from headgate.wire.clientsync.update_info import (
    Deployment,
    LargeXml,
    UpdateInfo,
    unescape_fragment,
)

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_ACTIONS = frozenset(
    {
        "Install",
        "Uninstall",
        "PreDeploymentCheck",
        "Block",
        "Evaluate",
        "Bundle",
        "OptionalInstall",
    }
)
_PREFIXES = ("b.", "m.", "d.")
#: WU_E_XML_INVALID
_BAD_XML = 0x80240029


def check_answer(answer: SyncInfo) -> None:
    """Raise AnswerRefused when an answer to a scan lacks what every answer has."""
    if answer.new_cookie is None or not answer.new_cookie.encrypted_data:
        raise AnswerRefused(Sentence("The answer to a scan has no NewCookie."))
    if answer.new_cookie.expiration <= clock.now():
        raise AnswerRefused(Sentence("The answer to a scan has a NewCookie that has expired."))
    for update in (*answer.new_updates, *answer.changed_updates):
        checked_deployment(update)


def checked_deployment(update: UpdateInfo) -> Deployment:
    """Return the deployment of an update. Raises AnswerRefused when it is none."""
    deployment = update.deployment
    if deployment is None:
        raise AnswerRefused(Sentence("Revision {number} has no Deployment.", number=update.id))
    if deployment.action not in _ACTIONS:
        raise AnswerRefused(
            Sentence(
                "Revision {number} has the unknown action {action!r}.",
                number=update.id,
                action=deployment.action,
            )
        )
    if not _DATE.fullmatch(deployment.last_change_time):
        raise AnswerRefused(
            Sentence(
                "Revision {number} has the LastChangeTime {time!r}, which is not a date.",
                number=update.id,
                time=deployment.last_change_time,
            )
        )
    return deployment


def opened(update: UpdateInfo) -> CachedUpdate:
    """Return a new update as it is cached. Raises AnswerRefused when its Core is unusable."""
    if update.xml is None or isinstance(update.xml, LargeXml):
        raise _bad(update, Sentence("there is none"))
    xml = unescape_fragment(update.xml)
    try:
        core = read_core(xml)
    except MalformedMessage as error:
        raise _bad(update, said_by(error)) from error
    for rule in (core.is_installed, core.is_superseded, core.is_installable):
        misnamed = None if rule is None else _misnamed(rule)
        if misnamed is not None:
            raise _bad(update, Sentence("{rule} has lost its prefix", rule=misnamed))
    return CachedUpdate(
        core=core, xml=xml, deployment=checked_deployment(update), is_leaf=update.is_leaf
    )


def _bad(update: UpdateInfo, reason: str) -> AnswerRefused:
    return AnswerRefused(
        Sentence("The Core of revision {number}: {reason}.", number=update.id, reason=reason),
        hresult=_BAD_XML,
    )


def _misnamed(rule: Rule) -> str | None:
    """Return the name of a rule that is known with a prefix only and stands there without."""
    if rule.name not in KNOWN_RULES and any(one + rule.name in KNOWN_RULES for one in _PREFIXES):
        return rule.name
    return next(filter(None, map(_misnamed, rule.inner)), None)


def wrong_leaves(cached: dict[int, CachedUpdate]) -> list[int]:
    """Return revisions called leaves although another revision needs them (FACTS §3.6)."""
    cores = [one.core for one in cached.values()]
    needed = {name for core in cores for clause in core.prerequisites for name in clause}
    return [
        number for number, one in cached.items() if one.is_leaf and one.core.update_id in needed
    ]
