"""Parameters in a file: there and back, nothing half-written, nothing that could run."""

import json
import os
import stat
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from coursekit import blocks, cells
from coursekit.cells import conv_lstm, elman, lstm, stack
from coursekit.cells.bridges import load_params, save_params
from coursekit.cells.parameters import named_arrays
from coursekit.training import init_model, softmax

RNG = np.random.default_rng(0)
EXTRA = {conv_lstm: {"kernel": 3, "size": (2, 2)}}
CELLS = [
    getattr(cells, name) for name in cells.__all__ if hasattr(getattr(cells, name), "step_back")
]
STRUCTURES = {
    **{cell.__name__: cell.init(RNG, 3, 2, **EXTRA.get(cell, {})) for cell in CELLS},
    "stack": stack(elman, lstm).init(RNG, 3, 2),
    "model": init_model(RNG, lstm, softmax, inputs=3, units=2, outputs=4),
    "model of a stack": init_model(RNG, stack(lstm, elman), softmax, inputs=3, units=2, outputs=4),
    "blocks": blocks.init(RNG, blocks.Layout(inputs=2, outputs=1, blocks=2)),
    "dict": {"first": elman.init(RNG, 1, 1), "rate": np.array(0.5), "file": np.ones(2)},
    "tuples and lists": ([elman.init(RNG, 1, 1)], (), {"a.b": np.ones(1, np.float32)}),
}


def assert_same(one, other):
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert list(one) == list(other)
        one, other = tuple(one.values()), tuple(other.values())
    if isinstance(one, (tuple, list)):
        assert len(one) == len(other)
        for part, wanted in zip(one, other, strict=True):
            assert_same(part, wanted)
    else:
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", STRUCTURES)
def test_there_and_back(tmp_path, name):
    params, path = STRUCTURES[name], tmp_path / "params.npz"
    save_params(path, params)
    assert_same(load_params(path), params)
    assert_same(load_params(str(path), like=params), params)
    with np.load(path, allow_pickle=False) as file:  # an ordinary .npz
        flat = {name: file[name] for name in file.files if name != "structure"}
    assert list(flat) == [name for name, _ in named_arrays(params)]


@settings(deadline=None, max_examples=30)
@given(
    arrays(
        st.sampled_from([np.float64, np.float32, np.int64]),
        st.lists(st.integers(0, 4), max_size=3).map(tuple),
    )
)
def test_every_number_comes_back_to_the_last_bit(tmp_path_factory, array):
    path = tmp_path_factory.mktemp("params") / "params.npz"
    save_params(path, {"W": array})
    found = load_params(path)["W"]
    assert (found.dtype, found.shape) == (array.dtype, array.shape)
    assert found.tobytes() == array.tobytes()


def test_the_cell_is_named_in_the_file_and_the_same_weights_are_the_same_bytes(tmp_path):
    for name in "ab":
        save_params(tmp_path / name, STRUCTURES["coursekit.cells.lstm"])
    with np.load(tmp_path / "a") as file:
        assert json.loads(str(file["structure"]))[0] == "coursekit.cells.lstm.Params"
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_what_cannot_be_written_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "params.npz"
    params = STRUCTURES["coursekit.cells.lstm"]
    save_params(path, params)
    kept, written = path.read_bytes(), []

    def full(file, array, **named):
        written.append(array)
        if len(written) == 3:
            raise OSError("no space left on device")

    monkeypatch.setattr(np.lib.format, "write_array", full)
    with pytest.raises(OSError, match="no space left"):
        save_params(path, params._replace(b_i=params.b_i + 1))
    assert len(written) == 3
    assert path.read_bytes() == kept
    assert os.listdir(tmp_path) == ["params.npz"]


def test_others_may_read_the_file_as_any_other(tmp_path):
    (tmp_path / "any").write_bytes(b"")
    save_params(tmp_path / "params.npz", STRUCTURES["stack"])
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("any", "params.npz")]
    assert modes[0] == modes[1]


def test_a_file_or_folder_that_is_missing_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.npz does not exist; pass a file that save"):
        load_params(tmp_path / "none.npz")
    with pytest.raises(FileNotFoundError, match=r"the folder .*nowhere does not exist; make it"):
        save_params(tmp_path / "nowhere" / "params.npz", STRUCTURES["stack"])


@pytest.mark.parametrize("keep", [0, 1, 100, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_short_is_refused(tmp_path, keep):
    path = tmp_path / "params.npz"
    save_params(path, STRUCTURES["model"])
    whole = path.read_bytes()
    path.write_bytes(whole[: keep if isinstance(keep, int) else int(keep * len(whole))])
    with pytest.raises(ValueError, match=r"params\.npz cannot be read .*damaged or of something"):
        load_params(path)


def test_a_bit_that_flipped_is_found(tmp_path):
    path = tmp_path / "params.npz"
    save_params(path, STRUCTURES["model"])
    whole = bytearray(path.read_bytes())
    at = whole.index(STRUCTURES["model"].cell.W_i.tobytes())
    whole[at] ^= 1
    path.write_bytes(whole)
    with pytest.raises(ValueError, match="cannot be read as parameters"):
        load_params(path)


class Trap:
    """An object that makes a folder when it is unpickled."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (self.folder,)


@pytest.mark.parametrize("kind", ["text", "array", "objects"])
def test_files_of_something_else_are_refused_and_run_nothing(tmp_path, kind):
    path, made = tmp_path / "params.npz", tmp_path / "made"
    if kind == "text":
        path.write_bytes(b"not a file of arrays")
    elif kind == "array":
        with open(path, "wb") as file:
            np.save(file, np.ones(3))
    else:
        trap = np.array([Trap(str(made))], dtype=object)
        np.savez(path, W=trap, structure=np.array("null"))
    with pytest.raises(ValueError, match="cannot be read as parameters"):
        load_params(path)
    assert not made.exists()


def test_arrays_that_someone_else_saved_are_refused(tmp_path):
    path = tmp_path / "params.npz"
    np.savez(path, W=np.ones(3), b=np.ones(1))
    with pytest.raises(ValueError, match="holds W, b, but no text 'structure'; pass a file that"):
        load_params(path)
    np.savez(path, W=np.ones(3), structure=np.ones(1))
    with pytest.raises(ValueError, match="no text 'structure'"):
        load_params(path)


@pytest.mark.parametrize(
    "told",
    [
        '["os.system", {"W": null}]',
        '["coursekit.cli.main", {"W": null}]',
        '["coursekit.grading.worker.Params", {"W": null}]',
        '["coursekit.cells.lstm.init", {"W": null}]',
        '["coursekit.cells.nothing.Params", {"W": null}]',
        '["coursekit.cells.lstm.Params", {"W": null}]',
        '["coursekit.cells.elman.Params", {"W": null}]',
        '["coursekit.cells..elman.Params", {"W": null}]',
        '["dict", {"V": null}]',
        '["dict", {}]',
        '["dict"]',
        "null",
        "5",
        "[",
        "[" * 100_000,
    ],
    ids=lambda told: told[:40],
)
def test_a_structure_that_is_no_structure_is_refused(tmp_path, told):
    path = tmp_path / "params.npz"
    np.savez(path, W=np.ones(3), structure=np.array(told))
    with pytest.raises(ValueError, match="describes what this version of coursekit cannot make"):
        load_params(path)


def test_what_was_asked_for_is_held_against_the_file(tmp_path):
    params, path = STRUCTURES["coursekit.cells.lstm"], tmp_path / "params.npz"
    save_params(path, elman.init(RNG, 3, 2))
    with pytest.raises(ValueError, match="missing: W_i, .*; extra: W, U, b"):
        load_params(path, like=params)
    save_params(path, params._replace(b_o=np.ones(5)))
    with pytest.raises(ValueError, match=r"b_o has shape \(5,\), expected \(2,\)"):
        load_params(path, like=params)
    save_params(path, params._asdict())
    with pytest.raises(ValueError, match=r"holds a builtins\.dict, but like is a .*lstm\.Params"):
        load_params(path, like=params)


class Foreign(NamedTuple):
    """Parameters of someone else's."""

    W: np.ndarray


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (np.ones(3), "params is a ndarray; pass the Params of a cell"),
        (None, "params is None; pass an array of numbers"),
        ((), r"params is \(\), which holds no arrays"),
        ({"name": "lstm"}, "params.name is 'lstm'; pass an array of numbers"),
        ({"W": np.array([object()])}, "params.W is array"),
        ({5: np.ones(1)}, "params has the key 5; pass a dict whose keys are strings"),
        ({"structure": np.ones(1)}, "two places for 'structure' in the file"),
        ({"a.b": np.ones(1), "a": {"b": np.ones(1)}}, "two places for 'a.b'"),
        (Foreign(np.ones(1)), "is no structure of coursekit"),
    ],
    ids=["array", "None", "empty", "text", "objects", "number", "reserved", "twice", "foreign"],
)
def test_what_cannot_be_kept_is_said_before_anything_is_written(tmp_path, wrong, message):
    with pytest.raises(ValueError, match=message):
        save_params(tmp_path / "params.npz", wrong)
    assert not os.listdir(tmp_path)
