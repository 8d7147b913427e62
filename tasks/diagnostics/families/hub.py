"""Files from the Hugging Face hub, or from its cache on this machine, without long waits when it is out of reach."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from store.errors import BadInput, first_line
from tasks.diagnostics.families.weights import WeightsUnavailable

SMALL_FILES = ("*.json", "*.txt", "*.model")
"""Configurations and tokenizers."""


def snapshot(repo: str, weights: Sequence[Sequence[str]] = ()) -> Path:
    """Folder of a repository's small files and, of the groups of weight files in `weights`, the first that it has.

    The folder's name is the commit. Raises BadInput for a malformed id, and WeightsUnavailable when the repository is
    missing, gated or out of reach. Nothing is retried, so that a machine without a network says so at once.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, IncompleteSnapshotError

    reason = "it holds no weights of a known name"
    for group in weights or ((),):
        try:
            folder = Path(snapshot_download(repo, allow_patterns=[*SMALL_FILES, *group], etag_timeout=5))
        except HFValidationError:
            raise BadInput(f"{repo!r} is no hub id such as owner/name; give one, a path, or `random`") from None
        except IncompleteSnapshotError:
            reason = "the hub is out of reach and the cache on this machine is incomplete"
            continue
        except Exception as error:  # the HTTP client's errors share no root with the hub's
            raise _unavailable(repo, error) from error
        if not group or any(next(folder.glob(pattern), None) for pattern in group):
            return folder
    raise WeightsUnavailable(f"{repo} is unavailable: {reason}", _REMEDY)


_REMEDY = "download it where there is a network and give the folder's path, or take a substitute"


def _unavailable(repo: str, error: Exception) -> WeightsUnavailable:
    from huggingface_hub.errors import GatedRepoError, LocalEntryNotFoundError, RepositoryNotFoundError

    if isinstance(error, GatedRepoError):
        return WeightsUnavailable(f"{repo} is gated", "accept its terms and log in to the hub, or take a substitute")
    if isinstance(error, RepositoryNotFoundError):
        return WeightsUnavailable(f"{repo} is not on the hub, or is private", "check the name, or log in to the hub")
    if isinstance(error, LocalEntryNotFoundError):
        return WeightsUnavailable(f"{repo} is unavailable: the hub is out of reach and it is not in the cache", _REMEDY)
    return WeightsUnavailable(f"{repo} is unavailable ({type(error).__name__}: {first_line(error)})", _REMEDY)
