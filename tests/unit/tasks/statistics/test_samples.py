from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from store.errors import BadInput
from store.kinds.statistics import Source
from tasks.handler import TaskContext
from tasks.statistics.samples import Joined, join_models, layer_arrays, load_samples

Keep = Callable[..., Source]


def load(context: TaskContext, *sources: Source) -> Joined:
    return load_samples(sources, "mcs", context.artifact)


def values(*ids: int) -> NDArray[np.float64]:
    """A value that tells its image."""
    return np.array(ids) / 10


def test_looks_of_a_model_are_joined_and_models_are_joined_on_images(keep: Keep, context: TaskContext) -> None:
    joined = load(
        context,
        keep("b", image_ids=np.array([3, 1, 2, 9]), mcs=-values(3, 1, 2, 9)),
        keep("a", image_ids=np.array([1, 2]), mcs=values(1, 2)),
        keep("a", image_ids=np.array([9, 3]), mcs=values(9, 3)),
    )
    assert joined.image_ids.tolist() == [1, 2, 3, 9]
    assert list(joined.values) == ["a", "b"]
    assert np.array_equal(joined.values["a"], values(1, 2, 3, 9))
    assert np.array_equal(joined.values["b"], -joined.values["a"])


def test_missing_values_are_carried_along(keep: Keep, context: TaskContext) -> None:
    joined = load(context, keep("a", image_ids=np.array([2, 1]), mcs=np.array([np.nan, 0.5])))
    assert joined.values["a"][0] == 0.5
    assert np.isnan(joined.values["a"][1])


def test_an_image_that_two_looks_hold_is_refused(keep: Keep, context: TaskContext) -> None:
    looks = [keep("a", image_ids=np.array(ids), mcs=values(*ids)) for ids in ((1, 2), (2, 3))]
    with pytest.raises(BadInput, match=r"model a: image 2 occurs twice .* 1 images in all"):
        load(context, *looks)


def test_an_image_that_one_look_holds_twice_is_refused(keep: Keep, context: TaskContext) -> None:
    with pytest.raises(BadInput, match="image 7 occurs twice"):
        load(context, keep("a", image_ids=np.array([7, 7]), mcs=values(7, 7)))


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ([1, 2, 3], [1, 2], "image 3 is in the samples of a but not of b, one of 1 such"),
        ([1, 2], [1, 2, 3, 4], "image 3 is in the samples of b but not of a, one of 2 such"),
        ([1, 2], [3, 4], "image 1 is in the samples of a but not of b, one of 4 such"),
    ],
)
def test_models_on_different_images_are_refused(
    keep: Keep, context: TaskContext, first: list[int], second: list[int], said: str
) -> None:
    with pytest.raises(BadInput, match=f"models a and b were not measured on the same images: {said}"):
        load(
            context,
            keep("b", image_ids=np.array(second), mcs=values(*second)),
            keep("a", image_ids=np.array(first), mcs=values(*first)),
        )


def test_a_metric_that_was_not_measured_is_named_beside_those_that_were(keep: Keep, context: TaskContext) -> None:
    with pytest.raises(BadInput, match=r"model a \(task diagnose-a\): no array 'mcs'; there are image_ids, mcs_raw"):
        load(context, keep("a", image_ids=np.array([1]), mcs_raw=values(1)))


@pytest.mark.parametrize(
    ("ids", "mcs", "said"),
    [
        (np.array([1.0, 2.0]), values(1, 2), "'image_ids' must hold integers"),
        (np.array([[1, 2]]), values(1, 2), "'image_ids' must hold integers"),
        (np.array([1, 2]), values(1, 2, 3), "'mcs' must hold one float for each of the 2 image_ids"),
        (np.array([1, 2]), np.array([1, 2]), "'mcs' must hold one float"),
        (np.array([1, 2]), np.ones((2, 3)), "'mcs' must hold one float"),
    ],
)
def test_arrays_that_do_not_belong_together_are_refused(
    keep: Keep, context: TaskContext, ids: NDArray[np.float64], mcs: NDArray[np.float64], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        load(context, keep("a", image_ids=ids, mcs=mcs))


def test_pickled_objects_are_never_loaded(keep: Keep, context: TaskContext) -> None:
    with pytest.raises(BadInput, match="plain arrays"):
        load(context, keep("a", image_ids=np.array([1]), mcs=np.array([{"not": "a number"}], dtype=object)))


def write_array(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.arange(3.0))


@pytest.mark.parametrize(
    "write", [write_array, lambda path: path.write_bytes(b""), lambda path: path.write_bytes(b"PK\x03\x04 cut short")]
)
def test_what_is_no_npz_archive_is_refused(
    context: TaskContext, tmp_path: Path, write: Callable[[Path], object]
) -> None:
    source = Source(model_id="a", task_id="t", run_id="0" * 32, digest="0" * 64)
    write(tmp_path / source.digest)
    with pytest.raises(BadInput, match=r"samples of model a .* npz archive"):
        load(context, source)


def test_a_model_without_images_is_refused(keep: Keep, context: TaskContext) -> None:
    with pytest.raises(BadInput, match=r"samples of model a \(task diagnose-a\): 'image_ids' is empty"):
        load(context, keep("a", image_ids=np.array([], dtype=np.int64), mcs=np.array([])))
    with pytest.raises(BadInput, match="model a: its samples hold no image"):
        join_models({"a": (np.array([], dtype=np.int64), np.array([]))})


def test_ids_beyond_signed_integers_are_refused_and_do_not_become_others(keep: Keep, context: TaskContext) -> None:
    with pytest.raises(BadInput, match="'image_ids' holds 9223372036854775813, which is beyond"):
        load(context, keep("a", image_ids=np.array([2**63 + 5], dtype=np.uint64), mcs=values(1)))
    assert load(context, keep("a", image_ids=np.array([5], dtype=np.uint64), mcs=values(1))).image_ids.dtype == np.int64


def test_a_value_that_its_metric_cannot_have_is_refused_with_its_image(keep: Keep, context: TaskContext) -> None:
    ids = np.array([7, 8])
    with pytest.raises(BadInput, match=r"'mcs_norm' of image 8 is 5.8, and lies between 0 and 1"):
        load_samples([keep("a", image_ids=ids, mcs_norm=np.array([0.4, 5.8]))], "mcs_norm", context.artifact)
    by_a_hair = np.array([np.nan, 1 + 1e-7])
    assert load_samples([keep("b", image_ids=ids, mcs_norm=by_a_hair)], "mcs_norm", context.artifact).values["b"][1] > 1


def test_a_loss_whose_null_was_not_kept_is_refused(keep: Keep, context: TaskContext) -> None:
    name, ids, loss = "vision_entropy_loss", np.array([1, 2]), np.array([0.4, 0.5])
    whole = keep("a", image_ids=ids, **{name: loss, f"null/{name}": np.array([[0.8, 0.9], [0.7, 0.8]])})
    assert list(load_samples([whole], name, context.artifact).references) == ["a"]
    for sources in (
        [keep("a", image_ids=ids, **{name: loss})],
        [whole, keep("b", image_ids=ids, **{name: loss})],
        [whole, keep("a", image_ids=ids + 2, **{name: loss})],
    ):
        with pytest.raises(BadInput, match="no array 'null/vision_entropy_loss', so that the error of the null"):
            load_samples(sources, name, context.artifact)


def test_no_sources_are_refused(context: TaskContext) -> None:
    with pytest.raises(BadInput, match="no samples"):
        load(context)


def test_layers_are_read_in_their_order_and_joined_as_images_are(keep: Keep, context: TaskContext) -> None:
    def look(*ids: int) -> Source:
        layers = {f"layer/{number:02d}/mcs_norm": values(*ids) + number for number in (0, 1, 10, 100)}
        return keep("a", image_ids=np.array(ids), mcs_norm=values(*ids), **layers)

    found = load_samples([look(9, 3), look(1)], "mcs_norm", context.artifact).layers["a"]
    np.testing.assert_array_equal(found, [values(1, 3, 9) + number for number in (0, 1, 10, 100)])


def test_looks_of_other_layers_make_no_layers(keep: Keep, context: TaskContext) -> None:
    whole = keep("a", image_ids=np.array([1]), mcs_norm=values(1), **{"layer/00/mcs_norm": values(1)})
    old = keep("a", image_ids=np.array([2]), mcs_norm=values(2))
    assert load_samples([whole, old], "mcs_norm", context.artifact).layers == {}


@pytest.mark.parametrize(
    ("metric", "names"),
    [
        ("mcs_raw", ["layer/00/mcs_raw", "layer/01/mcs_raw"]),
        ("vision_entropy", ["layer/vision/00/entropy"]),
        ("vision_entropy_norm", ["layer/vision/00/entropy_norm"]),
        ("vision_entropy_loss", ["layer/vision/00/entropy_norm"]),
        ("text_entropy_loss", []),
    ],
)
def test_the_layers_of_a_metric_are_those_of_its_tower(metric: str, names: list[str]) -> None:
    there = [
        "layer/01/mcs_raw", "layer/00/mcs_raw", "layer/00/mcs_norm", "layer/vision/00/entropy",
        "layer/vision/00/entropy_norm", "band/vision/early/entropy_norm", "site/layer/0/entropy_norm",
    ]  # fmt: skip
    assert layer_arrays(metric, there) == names


def test_a_layer_of_another_shape_is_refused(keep: Keep, context: TaskContext) -> None:
    source = keep("a", image_ids=np.array([1, 2]), mcs_norm=values(1, 2), **{"layer/00/mcs_norm": values(1)})
    with pytest.raises(BadInput, match="'mcs_norm' by layer must hold one float for each"):
        load_samples([source], "mcs_norm", context.artifact)


def test_an_infinite_value_is_refused_by_image(keep: Keep, context: TaskContext) -> None:
    source = keep("a", image_ids=np.array([4, 7]), mcs=np.array([0.5, np.inf]))
    with pytest.raises(BadInput, match=r"model a .*: 'mcs' of image 7 is infinite"):
        load(context, source)
