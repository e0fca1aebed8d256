"""Loading PyTorch's weights in the known wrong ways."""

from __future__ import annotations

import numpy as np

from coursekit.checks.gru_reference import Values, gru_from_torch, lstm_from_torch
from coursekit.checks.spec import Catalogue

# Where the lessons say it.
MAP = "13#the-map-to-pytorch-and-keras"
WHICH = "13#which-way-does-z-point"
RESET = "13#reset-before-or-after-the-product"

LSTM = Catalogue()
GRU = Catalogue()

NAMES = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")


def _interleaved(arrays: Values, many: int) -> Values:
    """The rows sorted as if the letters took turns, row by row."""
    return {
        name: np.concatenate([array[k::many] for k in range(many)])
        for name, array in arrays.items()
    }


def _turned(params: Values, kind: str) -> Values:
    return {k: w.T if k[0] == kind else w for k, w in params.items()}


@LSTM.add(MAP)
def order_ifog(arrays: Values) -> Values:
    """The third and the fourth block are exchanged: PyTorch stacks i, f, g, o, with the candidate
    before the output gate. Ours are named i, f, o, g.
    """
    return lstm_from_torch(arrays, "ifog")


@LSTM.add(MAP)
def order_figo(arrays: Values) -> Values:
    """The first two blocks are exchanged: PyTorch stacks i, f, g, o, with the input gate first."""
    return lstm_from_torch(arrays, "figo")


@LSTM.add(MAP)
def order_iofg(arrays: Values) -> Values:
    """You cut the rows as i, o, f, g, the order of ONNX; PyTorch stacks i, f, g, o."""
    return lstm_from_torch(arrays, "iofg")


@LSTM.add(MAP)
def order_alphabetic(arrays: Values) -> Values:
    """You cut the rows in the order of the alphabet; PyTorch stacks i, f, g, o."""
    return lstm_from_torch(arrays, "fgio")


@LSTM.add(MAP)
def rows_interleaved(arrays: Values) -> Values:
    """You take every fourth row for a gate; each gate has one block of neighbouring rows."""
    return lstm_from_torch(_interleaved(arrays, 4))


@LSTM.add(MAP)
def bias_hh_left_out(arrays: Values) -> Values:
    """bias_hh is missing. Both biases are added to the same sum, so our b is bias_ih + bias_hh."""
    return lstm_from_torch(arrays, hh=0)


@LSTM.add(MAP)
def bias_ih_left_out(arrays: Values) -> Values:
    """bias_ih is missing. Both biases are added to the same sum, so our b is bias_ih + bias_hh."""
    return lstm_from_torch(arrays, ih=0)


@LSTM.add(MAP)
def bias_ih_twice(arrays: Values) -> Values:
    """bias_ih is counted twice and bias_hh not at all; our b is bias_ih + bias_hh."""
    return lstm_from_torch(arrays, ih=2, hh=0)


@LSTM.add(MAP)
def biases_averaged(arrays: Values) -> Values:
    """You take the mean of the two biases; both are added to the sum, so our b is bias_ih +
    bias_hh.
    """
    return lstm_from_torch(arrays, ih=0.5, hh=0.5)


@LSTM.add(MAP)
def biases_subtracted(arrays: Values) -> Values:
    """bias_hh is subtracted; both biases are added, so our b is bias_ih + bias_hh."""
    return lstm_from_torch(arrays, hh=-1)


@LSTM.add(MAP)
def one_added_to_forget_bias(arrays: Values) -> Values:
    """You add 1 to the forget gate's bias. That is for a fresh net; these weights are loaded as
    they are.
    """
    params = lstm_from_torch(arrays)
    return {**params, "b_f": params["b_f"] + 1}


@LSTM.add(MAP)
def u_transposed(arrays: Values) -> Values:
    """U is transposed. PyTorch stores one row for each unit that is reached, as we do; Keras needs
    a transpose.
    """
    return _turned(lstm_from_torch(arrays), "U")


@LSTM.add(MAP)
def w_transposed(arrays: Values) -> Values:
    """W is transposed. PyTorch stores one row for each unit that is reached, as we do; Keras needs
    a transpose.
    """
    return _turned(lstm_from_torch(arrays), "W")


@LSTM.add(MAP)
def both_transposed(arrays: Values) -> Values:
    """W and U are transposed. PyTorch stores one row for each unit that is reached, as we do; Keras
    needs a transpose.
    """
    return _turned(_turned(lstm_from_torch(arrays), "U"), "W")


@LSTM.add(MAP)
def ih_and_hh_exchanged(arrays: Values) -> Values:
    """weight_ih and weight_hh have changed places: ih leads from the input to the hidden units and
    is our W, hh from hidden to hidden and is our U.
    """
    swap = {"weight_ih_l0": "weight_hh_l0", "weight_hh_l0": "weight_ih_l0"}
    return lstm_from_torch({name: arrays[swap.get(name, name)] for name in NAMES})


@LSTM.add("")
def lstm_arrays_overwritten(arrays: Values) -> Values:
    """The values are right, but the call overwrites the bias_ih that it was given (+= does that):
    load twice, and bias_hh is counted twice.
    """
    params = lstm_from_torch(arrays)
    arrays["bias_ih_l0"] += arrays["bias_hh_l0"]
    return params


@GRU.add(WHICH)
def z_not_turned_round(arrays: Values) -> Values:
    """z is loaded as it is. PyTorch's z keeps the old and ours takes the new, so ours is 1 - z: the
    sigmoid of minus the sum. W_z, U_z and b_z change sign.
    """
    return gru_from_torch(arrays, turn="")


@GRU.add(WHICH)
def bias_of_z_not_turned(arrays: Values) -> Values:
    """W_z and U_z have changed sign, b_z has not; the whole sum of z is negated."""
    params = gru_from_torch(arrays)
    return {**params, "b_z": -params["b_z"]}


@GRU.add(WHICH)
def only_bias_of_z_turned(arrays: Values) -> Values:
    """b_z has changed sign, W_z and U_z have not; the whole sum of z is negated."""
    params = gru_from_torch(arrays)
    return {**params, "W_z": -params["W_z"], "U_z": -params["U_z"]}


@GRU.add(WHICH)
def one_minus_weights(arrays: Values) -> Values:
    """You take 1 minus the weights. It is the gate that becomes 1 - z; its sum, and with it each of
    its weights, changes sign.
    """
    params = gru_from_torch(arrays)
    return {k: 1 + w if k[-1] == "z" else w for k, w in params.items()}


@GRU.add(WHICH)
def r_turned_round_too(arrays: Values) -> Values:
    """The reset gate has changed sign as well; only z means the opposite in PyTorch."""
    return gru_from_torch(arrays, turn="zr")


@GRU.add(WHICH)
def r_turned_in_place_of_z(arrays: Values) -> Values:
    """The reset gate has changed sign and z has not; it is z that means the opposite in PyTorch."""
    return gru_from_torch(arrays, turn="r")


@GRU.add(MAP)
def order_zrg(arrays: Values) -> Values:
    """The first two blocks are exchanged: PyTorch stacks r, z, g; z, r, g is the order of Keras."""
    return gru_from_torch(arrays, "zrg")


@GRU.add(MAP)
def order_zrg_not_turned(arrays: Values) -> Values:
    """Two things: PyTorch stacks r, z, g (z, r, g is the order of Keras), and its z keeps the old,
    so that W_z, U_z and b_z change sign.
    """
    return gru_from_torch(arrays, "zrg", turn="")


@GRU.add(MAP)
def order_rgz(arrays: Values) -> Values:
    """The last two blocks are exchanged: PyTorch stacks r, z, g, with the candidate last."""
    return gru_from_torch(arrays, "rgz")


@GRU.add(MAP)
def gru_rows_interleaved(arrays: Values) -> Values:
    """You take every third row for a letter; each letter has one block of neighbouring rows."""
    return gru_from_torch(_interleaved(arrays, 3))


@GRU.add(RESET)
def biases_of_g_added(arrays: Values) -> Values:
    """The candidate's two biases are added up in b_g, and b_hg is left at zero. The reset gate
    multiplies one of them and not the other, so they stay apart.
    """
    params = gru_from_torch(arrays)
    zero = np.zeros_like(params["b_hg"])
    return {**params, "b_g": params["b_g"] + params["b_hg"], "b_hg": zero}


@GRU.add(RESET)
def second_bias_of_g_twice(arrays: Values) -> Values:
    """The candidate's second bias is counted twice: in b_g, as part of a sum, and in b_hg. b_g is
    the block of bias_ih alone.
    """
    params = gru_from_torch(arrays)
    return {**params, "b_g": params["b_g"] + params["b_hg"]}


@GRU.add(RESET)
def biases_of_g_swapped(arrays: Values) -> Values:
    """b_g and b_hg have changed places: b_g comes from bias_ih, beside W_g x; b_hg from bias_hh,
    beside U_g h.
    """
    params = gru_from_torch(arrays)
    return {**params, "b_g": params["b_hg"], "b_hg": params["b_g"]}


@GRU.add(MAP)
def gates_without_bias_hh(arrays: Values) -> Values:
    """In the gates z and r bias_hh is missing; there both biases are added to the same sum."""
    return gru_from_torch(arrays, hh=0)


@GRU.add(MAP)
def gru_u_transposed(arrays: Values) -> Values:
    """U is transposed. PyTorch stores one row for each unit that is reached, as we do; Keras needs
    a transpose.
    """
    return _turned(gru_from_torch(arrays), "U")


@GRU.add("")
def gru_arrays_overwritten(arrays: Values) -> Values:
    """The values are right, but the call changes the signs in the arrays that it was given: a slice
    is a view, and *= -1 reaches through it. Load twice, and z is turned back.
    """
    params = gru_from_torch(arrays)
    for name in NAMES:
        third = len(arrays[name]) // 3
        arrays[name][third : 2 * third] *= -1
    return params
