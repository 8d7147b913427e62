"""The device that a model runs on, by the name that a study gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.errors import Unfit, first_line

if TYPE_CHECKING:
    import torch


def find_device(name: str) -> torch.device:
    """The device of a name as `Method.device` allows it, in working order: something was put on it.

    Raises Unfit, with what there is instead, where this machine has no such device or it does not work.
    """
    import torch

    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "auto":
        name = "cuda" if gpus else "cpu"
    kind, _, number = name.partition(":")
    if kind == "cpu":
        return torch.device("cpu")
    if int(number or 0) >= gpus:  # PyTorch itself takes cuda:256 for cuda:0
        raise Unfit(f"device {name}: {_there(gpus)}")
    device = torch.device(kind, int(number)) if number else torch.device(kind)
    try:
        torch.zeros(1, device=device)
    except RuntimeError as error:
        raise Unfit(f"device {name} does not work ({first_line(error)}); give cpu, or mend it") from error
    return device


def _there(gpus: int) -> str:
    import torch

    if not gpus:
        return "there are no GPUs here that PyTorch can use; give auto or cpu"
    names = ", ".join(f"cuda:{index} ({torch.cuda.get_device_name(index)})" for index in range(gpus))
    return f"the GPUs here are {names}; give one of these, auto or cpu"
