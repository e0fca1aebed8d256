"""Parameters in a file: there and back, and nothing half-written."""

import os

import numpy as np
import pytest

from coursekit.cells import elman, lstm, stack
from coursekit.cells.parameters import named_arrays
from coursekit.cells.storage import load_params, save_params
from coursekit.training import init_model, softmax


def models():
    rng = np.random.default_rng(0)
    yield lstm.init(rng, 3, 2)
    yield stack(elman, lstm).init(rng, 3, 2)
    yield init_model(rng, lstm, softmax, inputs=3, units=2, outputs=4)
    yield {"first": elman.init(rng, 1, 1), "rate": np.array(0.5)}


@pytest.mark.parametrize("number", range(4))
def test_there_and_back(tmp_path, number):
    params = list(models())[number]
    path = tmp_path / "params.npz"
    save_params(path, params)
    again = load_params(path, like=params)
    assert type(again) is type(params)
    for (name, one), (other_name, other) in zip(
        named_arrays(again), named_arrays(params), strict=True
    ):
        assert name == other_name
        np.testing.assert_array_equal(one, other)
    with np.load(path, allow_pickle=False) as file:
        assert set(file.files) == {name for name, _ in named_arrays(params)}


def test_what_cannot_be_written_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "params.npz"
    params = next(models())
    save_params(path, params)
    kept = path.read_bytes()

    def full(*arguments, **named):
        raise OSError("no space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="no space left"):
        save_params(path, params._replace(b_i=params.b_i + 1))
    assert path.read_bytes() == kept
    assert os.listdir(tmp_path) == ["params.npz"]


def test_what_does_not_fit_is_named(tmp_path):
    params = next(models())
    path = tmp_path / "params.npz"
    with pytest.raises(FileNotFoundError):
        load_params(path, like=params)
    path.write_bytes(b"not a file of arrays")
    with pytest.raises(ValueError, match="cannot be read as parameters"):
        load_params(path, like=params)
    np.savez(path, W=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match="cannot be read as parameters"):
        load_params(path, like=params)
    save_params(path, elman.init(np.random.default_rng(0), 3, 2))
    with pytest.raises(ValueError, match="missing: W_i, .*; extra: W, U, b"):
        load_params(path, like=params)
    save_params(path, params._replace(b_o=np.ones(5)))
    with pytest.raises(ValueError, match=r"b_o has shape \(5,\), expected \(2,\)"):
        load_params(path, like=params)
    for nothing in (np.ones(3), (), {"name": "lstm"}):
        with pytest.raises(ValueError, match="without named arrays"):
            save_params(path, nothing)
