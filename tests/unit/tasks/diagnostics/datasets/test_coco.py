"""Reading COCO captions: the right samples in the right order, and one clear line for everything that is wrong."""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.errors import BadInput
from store.models import DataRef
from tasks.diagnostics.datasets import check, open_data

MakeCoco = Callable[..., tuple[Path, Path]]


def ref(images: Path, annotations: Path, **changes: Any) -> DataRef:
    return DataRef(
        **{
            "source": "coco",
            "images": str(images),
            "annotations": str(annotations),
            "n": 2,
            "captions_per_image": 2,
            **changes,
        }
    )


def refused(data: DataRef, workspace: Path) -> str:
    """The one line with which data is refused."""
    with pytest.raises(BadInput) as caught:
        check(data, workspace)
    message = str(caught.value)
    assert "\n" not in message
    assert ";" in message, "a remedy follows the fault"
    return message


def test_images_come_in_ascending_order_of_id_and_captions_in_that_of_annotation_id(make_coco: MakeCoco) -> None:
    def shuffle(document: dict[str, Any]) -> None:
        document["images"].reverse()
        document["annotations"].reverse()

    images, annotations = make_coco(n=3, captions=3, change=shuffle)
    samples = open_data(ref(images, annotations, n=3), images).samples
    assert [sample.image_id for sample in samples] == [10, 11, 12]
    assert samples[1].captions == ("caption 0 of image 11", "caption 1 of image 11")
    assert samples[1].path == images / "11.jpg"


def test_a_later_look_starts_where_the_earlier_one_ended(make_coco: MakeCoco) -> None:
    images, annotations = make_coco(n=5)
    looks = [open_data(ref(images, annotations, first=first), images).samples for first in (0, 2)]
    assert [sample.image_id for look in looks for sample in look] == [10, 11, 12, 13]


def test_relative_paths_start_at_the_workspace(make_coco: MakeCoco) -> None:
    images, _ = make_coco()
    data = DataRef(source="coco", images="images", annotations="captions_val.json", n=1, captions_per_image=1)
    assert open_data(data, images.parent).samples[0].path.is_file()


def test_a_folder_alone_is_enough_where_it_is_unambiguous(make_coco: MakeCoco) -> None:
    images, _ = make_coco()
    assert len(open_data(DataRef(source="coco", images=".", n=2, captions_per_image=1), images.parent)) == 2


def test_the_digest_tells_images_and_captions_apart(make_coco: MakeCoco) -> None:
    images, annotations = make_coco()
    first = check(ref(images, annotations), images)
    assert check(ref(images, annotations), images) == first
    images, annotations = make_coco(change=lambda d: d["annotations"][0].update(caption="another"))
    other = check(ref(images, annotations), images)
    (images / "10.jpg").write_bytes((images / "11.jpg").read_bytes())
    assert len({first, other, check(ref(images, annotations), images)}) == 3


SPOILED: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "no images key": (lambda d: d.pop("images"), "`images` is missing or not a list"),
    "no annotations key": (lambda d: d.pop("annotations"), "`annotations` is missing or not a list"),
    "images no list": (lambda d: d.update(images={}), "`images` is missing or not a list"),
    "image no object": (lambda d: d["images"].insert(1, 3), r"images[1] is not an object"),
    "image without id": (lambda d: d["images"][0].pop("id"), "images[0]: `id`"),
    "id no number": (lambda d: d["images"][0].update(id="10"), "images[0]: `id`"),
    "id a boolean": (lambda d: d["images"][0].update(id=True), "images[0]: `id`"),
    "id too large": (lambda d: d["images"][0].update(id=2**63), "images[0]: `id`"),
    "id negative": (lambda d: d["images"][0].update(id=-1), "images[0]: `id`"),
    "file name no text": (lambda d: d["images"][0].update(file_name=7), "images[0]: `file_name`"),
    "caption no text": (lambda d: d["annotations"][2].update(caption=None), "annotations[2]: `caption`"),
    "annotation without image": (lambda d: d["annotations"][0].pop("image_id"), "annotations[0]: `image_id`"),
    "unknown image": (lambda d: d["annotations"][0].update(image_id=99), "image_id 99 is not among `images`"),
    "image twice": (lambda d: d["images"].append(dict(d["images"][0])), "id 10 occurs twice"),
    "too few captions": (lambda d: d["annotations"].pop(0), "image 10 has 1 captions, but 2 are needed"),
    "blank caption": (lambda d: d["annotations"][1].update(caption=" \n"), "image 10 has a blank caption"),
    "lone surrogate": (lambda d: d["annotations"][1].update(caption="\ud800"), "not Unicode"),
    "escape": (lambda d: d["images"][0].update(file_name="../10.jpg"), "leads out of the images folder"),
    "absolute": (lambda d: d["images"][0].update(file_name="/etc/passwd"), "leads out of the images folder"),
    "other platform": (lambda d: d["images"][0].update(file_name="C:\\10.jpg"), "leads out of the images folder"),
    "null byte": (lambda d: d["images"][0].update(file_name="10\0.jpg"), "leads out of the images folder"),
    "missing image": (lambda d: d["images"][0].update(file_name="none.jpg"), "none.jpg: image 10 is missing"),
    "endless name": (lambda d: d["images"][0].update(file_name="x" * 5000), "image 10 is missing"),
}


@pytest.mark.parametrize("fault", SPOILED)
def test_a_spoiled_document_is_refused(fault: str, make_coco: MakeCoco) -> None:
    change, said = SPOILED[fault]
    images, annotations = make_coco(change=change)
    message = refused(ref(images, annotations), images)
    assert said in message
    assert "captions_val.json" in message or "images" in message


def test_a_fault_in_captions_that_are_not_used_is_no_fault(make_coco: MakeCoco) -> None:
    images, annotations = make_coco(change=lambda d: d["annotations"][-1].update(caption=""))
    assert len(open_data(ref(images, annotations), images)) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b"\xff\xfe\xfa", "is not JSON"),
        (b"[1, 2]", "is not a JSON object"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"images": [{"id": 1' + b"0" * 5000 + b"}]}", "is not JSON"),
    ],
    ids=["empty", "cut short", "no text", "a list", "200 000 deep", "an endless number"],
)
def test_a_file_that_is_no_captions_document_is_refused(text: bytes, said: str, make_coco: MakeCoco) -> None:
    images, annotations = make_coco()
    annotations.write_bytes(text)
    assert said in refused(ref(images, annotations), images)


def test_missing_files_and_folders_are_named(make_coco: MakeCoco, tmp_path: Path) -> None:
    images, annotations = make_coco()
    assert "none.json: there is no such captions file" in refused(ref(images, tmp_path / "none.json"), images)
    assert "cannot be read" in refused(ref(images, tmp_path), images)
    assert "there is no such folder of images" in refused(ref(tmp_path / "none", annotations), images)
    assert "images is not set" in refused(DataRef(source="coco", n=1), images)


def test_asking_for_more_images_than_there_are_is_refused(make_coco: MakeCoco) -> None:
    images, annotations = make_coco(n=3)
    assert "holds 3 images, but 4 are needed" in refused(ref(images, annotations, first=2), images)


def claiming(side: int) -> bytes:
    """A PNG of a few bytes that claims to be so wide and so high."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda data: data[: len(data) // 2], "is damaged"),
        (lambda _: b"", "is not an image of a known format"),
        (lambda _: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "is not an image of a known format"),
        (lambda _: claiming(60_000), "too large"),
        (lambda _: claiming(10_000), "has 10000 x 10000 pixels, over 80000000; scale it down"),
        (lambda _: b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "image 11 is"),
    ],
    ids=["cut short", "empty", "a program", "a bomb", "100 megapixels", "a bare signature"],
)
def test_an_image_that_cannot_be_decoded_is_refused_by_id(
    spoil: Callable[[bytes], bytes], said: str, make_coco: MakeCoco, recwarn: pytest.WarningsRecorder
) -> None:
    images, annotations = make_coco()
    path = images / "11.jpg"
    path.write_bytes(spoil(path.read_bytes()))
    message = refused(ref(images, annotations), images)
    assert said in message
    assert "11.jpg: image 11" in message
    assert recwarn.list == [], "one line is said, and no more"


def test_every_colour_mode_becomes_rgb(make_coco: MakeCoco) -> None:
    from PIL import Image

    from tasks.diagnostics.datasets.images import read_image

    images, annotations = make_coco()
    for mode in ("L", "LA", "P", "RGBA", "1", "I;16", "CMYK"):
        data = io.BytesIO()
        Image.new(mode, (8, 8)).save(data, "TIFF" if mode in ("CMYK", "I;16") else "PNG")
        (images / "10.jpg").write_bytes(data.getvalue())
        image, _ = read_image(open_data(ref(images, annotations), images).samples[0])
        assert image.mode == "RGB"


def test_generated_shapes_lie_in_the_workspace_unless_a_place_is_named(tmp_path: Path) -> None:
    default = open_data(DataRef(source="shapes", first=1, n=2, seed=3), tmp_path).samples
    assert default[0].path == tmp_path / "data/shapes-3/images/000001.png"
    named = open_data(DataRef(source="shapes", n=1, images="mine", seed=3), tmp_path).samples
    assert named[0].path == tmp_path / "mine/images/000000.png"
    again = open_data(
        DataRef(source="shapes", n=4, images="mine/images", annotations="mine/captions_shapes.json", seed=3), tmp_path
    ).samples
    assert again[0] == named[0]
    assert json.loads((tmp_path / "mine/captions_shapes.json").read_text())["info"]["seed"] == 3
