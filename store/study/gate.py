"""What the protocol allows: to be registered once, and to be amended in the open. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from store.canonical import digest_of
from store.errors import BadInput, Refused
from store.study.amendments import changed_keys
from store.study.commands import AmendStudy, RegisterStudy
from store.study.events import StudyAmended, StudyEvent, StudyRegistered
from store.study.protocol import Study
from store.study.state import Protocol


def register(command: RegisterStudy, protocol: Protocol) -> Sequence[StudyEvent]:
    """Fix the protocol; nothing where it is the one in force. Raises Refused for another one."""
    digest = digest_of(command.study)
    if protocol.study is None:
        return [StudyRegistered(study=command.study, digest=digest)]
    if protocol.sha256 == digest:
        return []
    keys = ", ".join(changed_keys(protocol.study, command.study)) or "its text"
    raise Refused(
        f"study.toml was changed after it was registered ({keys}); "
        "restore it, or record the change with gonogo run --amend REASON"
    )


def amend(command: AmendStudy, protocol: Protocol) -> Sequence[StudyEvent]:
    """Change the protocol; nothing where nothing differs. Raises BadInput without a reason."""
    if protocol.study is None:
        return register(RegisterStudy(command.study), protocol)
    digest = digest_of(command.study)
    if digest == protocol.sha256:
        return []
    if not command.reason.strip():
        raise BadInput("an amendment needs a reason")
    changed = changed_keys(protocol.study, command.study)
    return [StudyAmended(study=command.study, digest=digest, changed=changed, reason=command.reason)]


def registered(protocol: Protocol) -> Study:
    """The study in force; Refused before registration."""
    if protocol.study is None:
        raise Refused("no study is registered yet")
    return protocol.study
