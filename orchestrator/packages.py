"""Guards our five package names: `agents` and others like it are names that other distributions use too."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

PACKAGES = ("store", "agents", "tasks", "orchestrator", "templates")

HOME = Path(__file__).resolve().parents[1]
"""Where our packages are imported from."""

REMEDY = 'give gonogo an environment of its own, such as: uv tool install "gonogo[diagnostics]"'

REINSTALL = "pip install --force-reinstall gonogo makes it one"


class Installed(NamedTuple):
    """A file as the wheel brought it."""

    path: str
    """Relative to HOME."""
    digest: str
    """`sha256=` and the digest in URL-safe base64, without padding."""
    size: int
    """Bytes."""


def fault(thorough: bool = False) -> str | None:
    """One line about code that is not gonogo's where its own should be, with the remedy; None when all is well.

    Sizes of files are compared with those in the wheel, which takes a few milliseconds; `thorough` compares digests.
    """
    return overwritten(HOME, thorough) or foreign_package()


def foreign_package() -> str | None:
    """One line about the first of our packages that Python would import from elsewhere; None when all are ours."""
    for name in PACKAGES:
        spec = find_spec(name)
        origin = Path(spec.origin).resolve() if spec and spec.origin else None
        if origin != HOME / name / "__init__.py":
            return f"the package {name!r} would be imported from {origin}, which is not gonogo's; {REMEDY}"
    return None


def overwritten(home: Path, thorough: bool = False) -> str | None:
    """One line about files in `home` that are not those of the wheel, and who brought others; None when all are.

    Where no wheel was installed, as in a checkout, there is nothing to compare with.
    """
    records = sorted(home.glob("gonogo-*.dist-info/RECORD"))
    if len(records) > 1:
        both = " and ".join(record.parent.name.removesuffix(".dist-info") for record in records)
        return f"{both} are both installed in {home}, as after an upgrade that was cut short; {REINSTALL}"
    if not records:
        return None
    wrong = [file for file in _recorded(records[0]) if _differs(home, file, thorough)]
    if not wrong:
        return None
    first = f"{wrong[0].path} in {home}"
    more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
    owner = _other_owner(home, {file.path for file in wrong})
    if owner is not None:
        return f"{owner} has overwritten {first}{more}, a file of gonogo; {REMEDY}"
    if not (home / wrong[0].path).exists():
        return f"{first} is missing{more}, as after another package that had a file there was removed; {REMEDY}"
    return f"{first} is not the file that gonogo was installed with{more}; {REMEDY}"


def _recorded(record: Path) -> Iterator[Installed]:
    """Files of our packages as the RECORD of a wheel lists them; what Python compiled has no size there."""
    for line in record.read_text(encoding="utf-8").splitlines():
        path, _, rest = line.partition(",")  # no path of ours has a comma
        digest, _, size = rest.partition(",")
        if size and path.partition("/")[0] in PACKAGES:
            yield Installed(path, digest, int(size))


def _differs(home: Path, file: Installed, thorough: bool) -> bool:
    try:
        if os.stat(f"{home}/{file.path}").st_size != file.size:  # noqa: PTH116  # several times as fast as Path
            return True
        return thorough and _digest(home / file.path) != file.digest
    except OSError:
        return True


def _digest(path: Path) -> str:
    from base64 import urlsafe_b64encode
    from hashlib import sha256

    return "sha256=" + urlsafe_b64encode(sha256(path.read_bytes()).digest()).rstrip(b"=").decode()


def _other_owner(home: Path, paths: set[str]) -> str | None:
    """The distribution that has also installed one of these files."""
    for record in sorted(home.glob("*.dist-info/RECORD")):
        if not record.parent.name.startswith("gonogo-"):
            lines = record.read_text(encoding="utf-8", errors="replace").splitlines()
            if any(line.partition(",")[0] in paths for line in lines):
                return _name(record.parent)
    return None


def _name(folder: Path) -> str:
    """The name of a distribution as it writes it, else as its folder is named."""
    from importlib.metadata import PathDistribution

    return PathDistribution(folder).metadata["Name"] or folder.name.partition("-")[0]
