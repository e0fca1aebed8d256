"""Weights of PyTorch and Keras: there and back, and what is wrong is listed."""

import sys

import numpy as np
import pytest

from coursekit.cells import elman, gru, gru_reset_after, lstm
from coursekit.cells.bridges import from_keras, from_torch, to_keras, to_torch


def drawn(cell):
    rng = np.random.default_rng(0)
    return cell.Params(*(rng.normal(size=a.shape) for a in cell.init(rng, 3, 2)))


def assert_equal(one, other):
    assert type(one) is type(other)
    for name in one._fields:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


@pytest.mark.parametrize("cell", [lstm, gru_reset_after], ids=lambda cell: cell.__name__)
def test_there_and_back_by_torch(cell):
    params = drawn(cell)
    assert_equal(from_torch(to_torch(params)), params)
    assert_equal(from_torch(to_torch(params, layer=3), layer=3), params)


@pytest.mark.parametrize("cell", [lstm, gru, gru_reset_after], ids=lambda cell: cell.__name__)
def test_there_and_back_by_keras(cell):
    params = drawn(cell)
    assert_equal(from_keras(to_keras(params)), params)
    assert_equal(from_keras(list(to_keras(params).values())), params)


def test_layouts_are_the_published_ones():
    params = drawn(lstm)
    torch, keras = to_torch(params), to_keras(params)
    assert list(torch) == ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]
    np.testing.assert_array_equal(torch["weight_ih_l0"][4:6], params.W_g)  # i, f, g, o
    np.testing.assert_array_equal(torch["weight_hh_l0"][6:], params.U_o)
    assert not torch["bias_hh_l0"].any()
    np.testing.assert_array_equal(keras["kernel"][:, 2:4].T, params.W_f)
    assert keras["bias"].shape == (8,)
    unit = drawn(gru_reset_after)
    np.testing.assert_array_equal(to_torch(unit)["weight_ih_l0"][:2], unit.W_r)  # r, z, n
    np.testing.assert_array_equal(to_keras(unit)["kernel"][:, :2].T, unit.W_z)  # z, r, h
    np.testing.assert_array_equal(to_keras(unit)["bias"][1, 4:], unit.b_hg)


def test_two_biases_become_one_and_float32_becomes_float64():
    arrays = {name: array.astype(np.float32) for name, array in to_torch(drawn(lstm)).items()}
    arrays["bias_hh_l0"] = np.ones(8, np.float32)
    params = from_torch(arrays)
    assert {array.dtype for array in params} == {np.dtype("float64")}
    np.testing.assert_array_equal(params.b_i, arrays["bias_ih_l0"][:2].astype(float) + 1)


def test_a_net_without_biases_has_zeros():
    arrays = to_torch(drawn(lstm))
    params = from_torch({name: a for name, a in arrays.items() if "bias" not in name})
    assert not params.b_f.any()
    whole = to_keras(drawn(gru_reset_after))
    del whole["bias"]
    assert not from_keras(whole).b_hg.any()


def test_a_layer_of_a_deeper_net_is_found_by_its_number():
    one, two = drawn(lstm), drawn(lstm)._replace(W_i=np.ones((2, 3)))
    arrays = to_torch(one) | to_torch(two, layer=1)
    assert_equal(from_torch(arrays), one)
    assert_equal(from_torch(arrays, layer=1), two)


def changed(arrays, **changes):
    arrays = dict(arrays)
    for name, value in changes.items():
        if value is None:
            del arrays[name]
        else:
            arrays[name] = value
    return arrays


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weight_hh_l0": None}, "missing: weight_hh_l0"),
        ({"bias_hh_l0": None}, "missing: bias_hh_l0"),
        ({"weight_ih_l0": None, "head": np.ones(1)}, "missing: weight_ih_l0; extra: head"),
        ({"weight_ih_l0_reverse": np.ones(1)}, "extra: weight_ih_l0_reverse .a bidirectional net"),
        ({"weight_hr_l0": np.ones(1)}, "extra: weight_hr_l0 .*projections"),
        ({"net.weight_hh_l0": np.ones(1)}, "leave out what stands before"),
        (
            {"weight_hh_l0": np.ones((8, 3))},
            r"weight_hh_l0 has shape \(8, 3\); an LSTM has 4 times",
        ),
        ({"weight_ih_l0": np.ones((6, 3))}, r"weight_ih_l0 has shape \(6, 3\), expected \(8, 3\)"),
        ({"weight_ih_l0": "ones"}, "weight_ih_l0 has dtype"),
        ({"weight_ih_l0": [[1.0], [1.0, 2.0]]}, "weight_ih_l0 has rows of different lengths"),
        ({"weight_ih_l1_reverse": np.ones(1)}, "extra: weight_ih_l1_reverse .a bidirectional"),
        ({"weight_ih_l0": np.ones(8)}, r"weight_ih_l0 has shape \(8,\); pass a matrix"),
        ({"bias_ih_l0": np.ones(6)}, r"bias_ih_l0 has shape \(6,\), expected \(8,\)"),
        ({"bias_ih_l0": np.full(8, np.nan)}, "bias_ih_l0 holds nan"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_listed(changes, message):
    with pytest.raises(ValueError, match=message):
        from_torch(changed(to_torch(drawn(lstm)), **changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"recurrent_kernel": None}, "missing: recurrent_kernel"),
        ({"gamma": np.ones(1)}, "extra: gamma"),
        ({"bias": np.ones((2, 8))}, r"bias has shape \(2, 8\), expected \(8,\)"),
        ({"kernel": np.ones((3, 6))}, r"kernel has shape \(3, 6\), expected \(3, 8\)"),
    ],
    ids=str,
)
def test_what_does_not_fit_keras_is_listed(changes, message):
    with pytest.raises(ValueError, match=message):
        from_keras(changed(to_keras(drawn(lstm)), **changes))


def test_cells_that_a_framework_does_not_have_are_refused():
    with pytest.raises(ValueError, match="elman.Params; PyTorch has the cells lstm and gru_reset"):
        to_torch(drawn(elman))
    with pytest.raises(ValueError, match="PyTorch has the cells"):
        to_torch(drawn(gru))
    with pytest.raises(ValueError, match="Keras has the cells"):
        to_keras(drawn(elman))
    with pytest.raises(ValueError, match="a list of 1; pass kernel"):
        from_keras([np.ones(3)])
    with pytest.raises(ValueError, match="a list of 6; .*a bidirectional layer has twice as many"):
        from_keras([*to_keras(drawn(lstm)).values()] * 2)
    with pytest.raises(ValueError, match="layer is -1"):
        from_torch(to_torch(drawn(lstm)), layer=-1)


def test_what_is_no_dict_is_refused():
    for wrong in (None, 5, np.ones((2, 2)), "weights"):
        with pytest.raises(ValueError, match="pass a dict of names to arrays"):
            from_torch(wrong)
        with pytest.raises(ValueError, match="pass a dict of names to arrays"):
            from_keras(wrong)


def test_a_layer_that_is_not_there_is_said_beside_those_that_are():
    with pytest.raises(ValueError) as caught:
        from_torch(to_torch(drawn(lstm)), layer=1)
    told = str(caught.value)
    assert "missing: weight_ih_l1, weight_hh_l1; of other layers: weight_ih_l0" in told
    assert "extra" not in told


@pytest.mark.parametrize("prefix", ["lstm/lstm_cell/", "lstm."])
def test_names_with_a_prefix_get_the_advice(prefix):
    arrays = {f"{prefix}{name}:0": array for name, array in to_keras(drawn(lstm)).items()}
    with pytest.raises(ValueError, match="leave out what stands before and after"):
        from_keras(arrays)


class Tensor:
    """What a tensor of PyTorch does: no array while it is trained, or on another device."""

    def __init__(self, array, trained=False, device="cpu"):
        self.array, self.trained, self.device = array, trained, device

    def detach(self):
        return Tensor(self.array, device=self.device)

    def __array__(self, dtype=None, copy=None):
        if self.trained:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad")
        if self.device != "cpu":
            raise TypeError(f"can't convert {self.device} device type tensor to numpy")
        return self.array


def test_tensors_are_taken_as_they_are_from_a_net():
    params = drawn(gru_reset_after)
    arrays = to_torch(params)
    trained = {name: Tensor(array, trained=True) for name, array in arrays.items()}
    assert_equal(from_torch(trained), params)
    elsewhere = {name: Tensor(array, device="cuda") for name, array in arrays.items()}
    with pytest.raises(ValueError, match="weight_ih_l0 is no array .*pass NumPy arrays or tensors"):
        from_torch(elsewhere)


def test_what_comes_back_shares_nothing_with_what_was_given():
    params = drawn(gru_reset_after)
    arrays, lists = to_torch(params), to_keras(params)
    for given, read in ((arrays, from_torch), (lists, from_keras)):
        found = read(given)
        for array in given.values():
            array += 1
        assert_equal(found, params)


def test_no_framework_is_imported():
    assert not {"torch", "keras", "tensorflow"} & set(sys.modules)
