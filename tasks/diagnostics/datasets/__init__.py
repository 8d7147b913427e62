"""Image-caption data, read from a disk in the COCO captions format or generated in it."""

from tasks.diagnostics.datasets.locate import locate
from tasks.diagnostics.datasets.opening import check, open_data
from tasks.diagnostics.datasets.sample import CaptionedImage, Dataset

__all__ = ["CaptionedImage", "Dataset", "check", "locate", "open_data"]
