"""Families from elsewhere: installed under an entry point, or named by the dotted path of their class."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from store.errors import BadInput, GonogoError, first_line, unknown
from tasks.diagnostics.families.family import Family

GROUP = "gonogo.families"
"""Group of entry points; the name of each is the key of a family, and its object the class."""

_PARTS = ("packages", "names", "check", "load")


def installed() -> tuple[str, ...]:
    """Keys of the families that installed packages bring, without importing them."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


def from_entry_point(key: str) -> Family | None:
    """The family of an entry point; None when there is no such entry point.

    Raises BadInput when several packages claim the key, and for what cannot be imported or is no family.
    """
    found = list(entry_points(group=GROUP, name=key))
    if not found:
        return None
    if len({point.value for point in found}) > 1:
        claims = ", ".join(sorted(point.value for point in found))
        raise BadInput(f"family {key!r} is claimed by several installed packages ({claims}); uninstall all but one")
    return _family(key, _tried(key, f"importing {found[0].value}", found[0].load))


def from_path(key: str, folder: Path | None) -> Family:
    """The family whose class is at a dotted path, `package.module.Class`, in `folder` or installed.

    The folder is on `sys.path` behind everything else, and only while the module is imported: what a module needs of
    its neighbours it imports at its top. Raises BadInput when there is no such module or class, when importing it
    fails, and when it is no family.
    """
    name, _, attribute = key.rpartition(".")
    if not all(part.isidentifier() for part in key.split(".")):
        raise BadInput(f"family {key!r} is no dotted path; write package.module.Class")
    with _importable(folder):
        module = _tried(key, f"importing {name}", lambda: _module(key, name, folder))
    _check_origin(key, module, folder)
    if not hasattr(module, attribute):
        raise unknown(f"class of module {name}", attribute, [word for word in vars(module) if not word.startswith("_")])
    return _family(key, getattr(module, attribute))


def _module(key: str, name: str, folder: Path | None) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if name != missing and not name.startswith(f"{missing}."):
            raise  # it is there, and needs something that is not
        where = f"in {folder} or among what is installed" if folder else "among what is installed"
        raise BadInput(f"family {key!r}: there is no module {missing!r} {where}; put it there, or install it") from None


@contextmanager
def _importable(folder: Path | None) -> Iterator[None]:
    if folder is None:
        yield
        return
    importlib.invalidate_caches()
    entry = str(folder.resolve())
    if entry in sys.path:  # it is there for other reasons, and stays where it is
        yield
        return
    sys.path.append(entry)
    try:
        yield
    finally:
        sys.path.remove(entry)


def _check_origin(key: str, module: Any, folder: Path | None) -> None:
    """Say so where a module of the same name hid the one in the folder."""
    if folder is None:
        return
    top = folder.resolve() / module.__name__.partition(".")[0]
    file = getattr(module, "__file__", None)
    if (top.with_suffix(".py").is_file() or (top / "__init__.py").is_file()) and (
        file is None or folder.resolve() not in Path(file).resolve().parents
    ):
        raise BadInput(f"family {key!r}: {file} hides the module of that name in {folder}; give yours another name")


def _tried(key: str, doing: str, work: Callable[[], Any]) -> Any:
    """Turn whatever foreign code raises into BadInput, with the first line of what it says."""
    try:
        return work()
    except GonogoError:
        raise
    except Exception as error:
        said = first_line(error)
        raise BadInput(f"family {key!r}: {doing} raises {type(error).__name__}: {said}; mend it") from error


def _family(key: str, found: Any) -> Family:
    if not isinstance(found, type):
        raise BadInput(f"family {key!r} is no class; name the class as well, such as {key}.V2")
    lacking = [part for part in _PARTS if not hasattr(found, part)]
    if lacking:
        raise BadInput(f"family {key!r} is no Family: it lacks {', '.join(lacking)}; see examples/own_model")
    family: Family = _tried(key, "making one", found)
    return family
