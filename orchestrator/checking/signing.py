"""Signed heads of the log, kept beside it: a log that was cut, or written anew, is unlike the heads that were signed.

The hash chain shows that events follow one another, and whoever holds the database can write all of it anew. A head
that was signed with a key from outside the workspace cannot be made again; if it was signed at a later event than the
log has now, the end of the log was cut.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.artifacts import PARTIAL, write_durably
from orchestrator.workspace import Workspace
from store.canonical import canonical
from store.errors import BadInput, NewerSchema
from store.log.protocol import EventLog

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SCHEMA = "gonogo.head/1"
_ANY_SCHEMA = r"gonogo\.head/[0-9]+"


@dataclass(frozen=True, slots=True)
class SignedHead:
    """The head of a log at a position, with its signature."""

    origin: str
    """Hash of the log's first event: which log this is."""
    position: int
    head: str
    """Hash of the event at that position."""
    key: str
    """Public key, Ed25519, in hex."""
    signature: str
    """Of the other fields but the key, as canonical JSON, in hex."""

    @property
    def intact(self) -> bool:
        """Whether the signature is that of the key."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.key))
            public.verify(bytes.fromhex(self.signature), _signed(self.origin, self.position, self.head))
        except (InvalidSignature, ValueError):
            return False
        return True

    def unlike(self, heads: Mapping[int, str], name: str) -> tuple[int, str] | None:
        """Where a log, given as its head at every position, is not the one that was signed; None where it is.

        `name` is the name of the file or tag that holds the signature.
        """
        if self.position > len(heads):
            return len(heads) + 1, f"event {len(heads) + 1} is missing: {name} was signed at {self.position}"
        if (heads.get(1), heads.get(self.position)) != (self.origin, self.head):
            return self.position, f"the log is not the one that {name} was signed for"
        return None

    def json(self) -> str:
        """The file that holds it."""
        return json.dumps({"schema": SCHEMA, **asdict(self)}, indent=1) + "\n"


@dataclass(frozen=True, slots=True)
class Anchor:
    """A signed head that MLflow keeps."""

    signed: SignedHead
    place: str
    """The workspace that has kept it there, as host and folder."""

    def unlike(self, heads: Mapping[int, str]) -> tuple[int, str] | None:
        """Where a log is not the one that was signed, as `SignedHead.unlike` has it, and what may be done about it."""
        wrong = self.signed.unlike(heads, f"the head that MLflow keeps of {self.place}")
        if wrong is None:
            return None
        remedy = "restore the newer log; a copy of a workspace that goes on elsewhere needs a folder of another name"
        return wrong[0], f"{wrong[1]}; {remedy}"


def sign_head(log: EventLog, workspace: Workspace, key: Ed25519PrivateKey) -> SignedHead | None:
    """Sign the newest head and keep it beside the log; None where it is signed already, or there is no event yet.

    The log remembers which heads were signed, those of before included, so that a lost one is noticed.
    """
    position, signed = log.position(), None
    if not position:
        return None
    if not workspace.head(position).exists():
        signed = sign_at(log, workspace, key, position)
    log.note_signed(_unnoted(log, workspace))
    return signed


def sign_at(log: EventLog, workspace: Workspace, key: Ed25519PrivateKey, position: int) -> SignedHead:
    """Sign the head as it was at a position, and keep it beside the log."""
    origin, head = _hash(log, 1), _hash(log, position)
    signed = SignedHead(origin, position, head, public_key(key), key.sign(_signed(origin, position, head)).hex())
    write_durably(workspace.head(position), signed.json().encode())
    return signed


def lost_heads(log: EventLog, workspace: Workspace, anchor: Anchor | None) -> list[int]:
    """Positions whose head was signed and whose file is gone, or holds none.

    Which there are to be is known to the log's database, and of the newest to MLflow (`anchor`).
    """
    known = log.signed() | ({anchor.signed.position} if anchor is not None else set())
    there = {path for path, signed in signed_heads(workspace) if signed is not None}
    return [position for position in sorted(known) if workspace.head(position) not in there]


def _unnoted(log: EventLog, workspace: Workspace) -> frozenset[int]:
    """Positions whose signed head lies in its file, and is of this log, though the log does not remember it."""
    known = {workspace.head(position) for position in log.signed()}
    return frozenset(
        signed.position
        for path, signed in signed_heads(workspace, without=known)
        if signed is not None and path == workspace.head(signed.position) and _is_of(signed, log)
    )


def _is_of(signed: SignedHead, log: EventLog) -> bool:
    at_most = signed.position <= log.position()
    return at_most and (signed.origin, signed.head) == (_hash(log, 1), _hash(log, signed.position))


def _hash(log: EventLog, position: int) -> str:
    return next(iter(log.rows(position - 1, position))).hash


def signed_heads(workspace: Workspace, without: Collection[Path] = ()) -> Iterator[tuple[Path, SignedHead | None]]:
    """Every file of a signed head, by position, but those `without`; None where one is not what was written.

    OSError where one cannot be read, which says nothing of what was written.
    """
    for path in head_files(workspace):
        if path not in without:
            yield path, parsed_head(path.read_bytes())


def _entries(workspace: Workspace) -> list[Path]:
    """All that lies among the signed heads, sorted; OSError where that cannot be seen."""
    try:
        return sorted(workspace.heads.iterdir())  # glob would hide that it cannot be read
    except (FileNotFoundError, NotADirectoryError):
        return []


def strays(workspace: Workspace) -> list[Path]:
    """What lies among the signed heads, and was written by others."""
    return [path for path in _entries(workspace) if not _is_named_as_head(path) and not path.name.startswith(PARTIAL)]


def head_files(workspace: Workspace) -> list[Path]:
    """The files of signed heads, by position, whatever they hold; OSError where they cannot be seen."""
    return [path for path in _entries(workspace) if _is_named_as_head(path)]


def _is_named_as_head(path: Path) -> bool:
    return path.suffix == ".json" and path.stem.isdecimal() and path.is_file()


def parsed_head(text: str | bytes) -> SignedHead | None:
    """A signed head from its file; None where it is not of that form, or the signature is not that of its key.

    Raises NewerSchema for one that a newer version of gonogo signed.
    """
    try:
        data = json.loads(text)
        schema = data["schema"]
        if schema != SCHEMA and re.fullmatch(_ANY_SCHEMA, schema):
            raise NewerSchema(f"a head of the log is signed as {schema}, newer than this version knows; upgrade gonogo")
        found = SignedHead(**{key: data[key] for key in SignedHead.__slots__})
        return found if schema == SCHEMA and type(found.position) is int and found.intact else None
    except (ValueError, KeyError, TypeError):
        return None


def own_key(path: Path) -> Ed25519PrivateKey | None:
    """The key in a file; None where there is none. Raises BadInput when the file holds no Ed25519 key in PEM."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise BadInput(f"signing key {path} cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadInput(f"{path} holds no Ed25519 key without a password; name another file in GONOGO_KEY, or remove it")
    return key


def make_key(path: Path) -> Ed25519PrivateKey:
    """A new key in a file that only its owner can read. Of two processes that make one, the first one's counts.

    Raises OSError when the file cannot be written.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = Ed25519PrivateKey.generate()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    try:
        os.link(draft, path)
    except FileExistsError:
        key = own_key(path) or key
    finally:
        draft.unlink()
    return key


def public_key(key: Ed25519PrivateKey) -> str:
    """The public half, in hex."""
    return key.public_key().public_bytes_raw().hex()


def _signed(origin: str, position: int, head: str) -> bytes:
    return canonical([SCHEMA, origin, position, head]).encode()
