"""Weights of other frameworks, as dictionaries of arrays, with no framework installed.

| here          | PyTorch nn.LSTM, nn.GRU             | Keras LSTM, GRU                            |
|---------------|-------------------------------------|--------------------------------------------|
| W_*, U_*      | weight_ih_l0, weight_hh_l0, stacked | kernel, recurrent_kernel, transposed       |
| b_*           | bias_ih_l0 + bias_hh_l0             | bias (two rows with reset_after)           |
| order of LSTM | i, f, g, o                          | i, f, c (our g), o                         |
| order of GRU  | r, z, n (our g)                     | z, r, h (our g)                            |

Parameters also go into a file and come back: ``save_params``, ``load_params``.

PyTorch's GRU and Keras' with reset_after are ``gru_reset_after``. Keras' without it is ``gru``, but
there z keeps the old: it is the logistic of minus our net, so W_z, U_z and b_z change sign.

Source: the manuals of torch.nn.LSTM and torch.nn.GRU (2.x), and of keras.layers.LSTM and GRU (3.x).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import numbers, whole_number
from coursekit.cells import gru, gru_reset_after, lstm
from coursekit.cells.storage import load_params, save_params

Array = NDArray[np.float64]

__all__ = ["from_keras", "from_torch", "load_params", "save_params", "to_keras", "to_torch"]

TORCH_ORDER = {4: "ifgo", 3: "rzg"}  # by the number of letters
KERAS_ORDER = {4: "ifgo", 3: "zrg"}
TORCH_NAMES = ("weight_ih_l{}", "weight_hh_l{}", "bias_ih_l{}", "bias_hh_l{}")
KERAS_NAMES = ("kernel", "recurrent_kernel", "bias")


def from_torch(arrays: Mapping[str, Any], layer: int = 0) -> lstm.Params | gru_reset_after.Params:
    """The weights of one layer of ``torch.nn.LSTM`` or ``torch.nn.GRU``.

    Args:
        arrays: names to arrays, or to tensors on the CPU, such as ``net.state_dict()``:
            weight_ih_l0 (letters units, inputs), weight_hh_l0 (letters units, units), and both
            biases (letters units,), or neither (``bias=False``).
        layer: which one, of a net with several.

    Returns:
        ``lstm.Params`` for four letters, ``gru_reset_after.Params`` for three; float64.

    Raises:
        ValueError: names that are missing or left over, or shapes that do not fit.

    >>> from_torch({"weight_ih_l0": np.ones((8, 3)), "weight_hh_l0": np.ones((8, 2))}).W_f.shape
    (2, 3)
    """
    whole_number("layer", layer)
    arrays = _mapping(arrays)
    weight_ih, weight_hh, bias_ih, bias_hh = (name.format(layer) for name in TORCH_NAMES)
    needed = [weight_ih, weight_hh]
    if bias_ih in arrays or bias_hh in arrays:
        needed += [bias_ih, bias_hh]
    _check_names(arrays, needed, ignored=_of_other_layers(arrays, layer))
    W, U = _matrix(weight_ih, arrays[weight_ih]), _matrix(weight_hh, arrays[weight_hh])
    letters = _letters(weight_hh, U.shape, units=U.shape[1], rows=U.shape[0])
    _check_shape(weight_ih, W, (len(U), W.shape[1]))
    b, b_h = np.zeros(len(U)), np.zeros(len(U))
    if len(needed) == 4:
        b, b_h = (_array(name, arrays[name], "(letters units,)") for name in needed[2:])
        _check_shape(bias_ih, b, (len(U),))
        _check_shape(bias_hh, b_h, (len(U),))
    return _params(TORCH_ORDER[letters], W, U, b, b_h)


def to_torch(params: lstm.Params | gru_reset_after.Params, layer: int = 0) -> dict[str, Array]:
    """The same weights in PyTorch's names and layout; our one bias goes into bias_ih.

    Raises:
        ValueError: parameters of a cell that PyTorch does not have (``gru`` included: its reset
            gate acts before the product).

    >>> params = lstm.init(np.random.default_rng(0), inputs=3, units=2)
    >>> {name: array.shape for name, array in to_torch(params).items()}["weight_ih_l0"]
    (8, 3)
    """
    whole_number("layer", layer)
    if not isinstance(params, (lstm.Params, gru_reset_after.Params)):
        raise ValueError(
            f"params is a {type(params).__module__}.{type(params).__name__}; PyTorch has the cells "
            "lstm and gru_reset_after"
        )
    order = TORCH_ORDER[4 if isinstance(params, lstm.Params) else 3]
    W, U, b = (_stacked(params, kind, order) for kind in "WUb")
    b_h = np.zeros_like(b)
    if isinstance(params, gru_reset_after.Params):
        b_h[-len(params.b_hg) :] = params.b_hg
    return {
        name.format(layer): array for name, array in zip(TORCH_NAMES, (W, U, b, b_h), strict=True)
    }


def from_keras(
    arrays: Mapping[str, Any] | Sequence[Any],
) -> lstm.Params | gru.Params | gru_reset_after.Params:
    """The weights of ``keras.layers.LSTM`` or ``keras.layers.GRU``.

    Args:
        arrays: kernel (inputs, letters units), recurrent_kernel (units, letters units) and bias,
            by name, or in this order, as ``layer.get_weights()`` gives them. Without a bias
            (``use_bias=False``) a GRU is taken to have reset_after, Keras' default.

    Returns:
        ``lstm.Params``; for three letters ``gru_reset_after.Params`` if the bias has two rows,
        ``gru.Params`` if it has one.

    Raises:
        ValueError: names that are missing or left over, or shapes that do not fit.

    >>> from_keras([np.ones((3, 6)), np.ones((2, 6)), np.ones((2, 6))]).b_hg
    array([1., 1.])
    """
    if isinstance(arrays, (list, tuple)):
        if len(arrays) not in (2, 3):
            raise ValueError(
                f"arrays is a list of {len(arrays)}; pass kernel, recurrent_kernel and bias "
                "(a bidirectional layer has twice as many, and is no cell of this course)"
            )
        arrays = dict(zip(KERAS_NAMES, arrays, strict=False))
    arrays = _mapping(arrays)
    _check_names(arrays, [name for name in KERAS_NAMES if name != "bias" or name in arrays])
    W, U = (_matrix(name, arrays[name]).T for name in KERAS_NAMES[:2])
    letters = _letters("recurrent_kernel", U.T.shape, units=U.shape[1], rows=len(U))
    _check_shape("kernel", W.T, (W.shape[1], len(U)))
    if "bias" not in arrays:
        return _params(KERAS_ORDER[letters], W, U, np.zeros(len(U)), np.zeros(len(U)))
    bias = _array("bias", arrays["bias"], "(letters units,)")
    if letters == 3 and bias.ndim == 2:
        _check_shape("bias", bias, (2, len(U)))
        return _params(KERAS_ORDER[3], W, U, bias[0], bias[1])
    _check_shape("bias", bias, (len(U),))
    if letters == 4:
        return _params(KERAS_ORDER[4], W, U, bias, np.zeros(len(U)))
    after = _params(KERAS_ORDER[3], W, U, bias, np.zeros(len(U)))._asdict()
    mirrored = {name: -array if name.endswith("_z") else array for name, array in after.items()}
    return gru.Params(**{name: mirrored[name] for name in gru.Params._fields})


def to_keras(params: lstm.Params | gru.Params | gru_reset_after.Params) -> dict[str, Array]:
    """The same weights in Keras' names and layout, in the order of ``set_weights``.

    Raises:
        ValueError: parameters of a cell that Keras does not have.

    >>> params = gru.init(np.random.default_rng(0), inputs=3, units=2)
    >>> to_keras(params)["kernel"].shape
    (3, 6)
    """
    if not isinstance(params, (lstm.Params, gru.Params, gru_reset_after.Params)):
        raise ValueError(
            f"params is a {type(params).__module__}.{type(params).__name__}; Keras has the cells "
            "lstm, gru (reset_after=False) and gru_reset_after"
        )
    order = KERAS_ORDER[4 if isinstance(params, lstm.Params) else 3]
    W, U, b = (_stacked(params, kind, order) for kind in "WUb")
    if isinstance(params, gru.Params):
        for array in (W, U, b):
            array[: len(params.b_z)] *= -1  # z stands first
    if isinstance(params, gru_reset_after.Params):
        b_h = np.zeros_like(b)
        b_h[-len(params.b_hg) :] = params.b_hg
        b = np.stack([b, b_h])
    return dict(zip(KERAS_NAMES, (W.T.copy(), U.T.copy(), b), strict=True))


def _mapping(arrays: Any) -> Mapping[str, Any]:
    if not isinstance(arrays, Mapping):
        raise ValueError(f"arrays is a {type(arrays).__name__}; pass a dict of names to arrays")
    return arrays


def _of_other_layers(arrays: Mapping[str, Any], layer: int) -> list[str]:
    """PyTorch's names that end in another number than this layer's."""
    kinds = "|".join(name.removesuffix("_l{}") for name in TORCH_NAMES)
    found = {name: re.fullmatch(rf"({kinds})_l(\d+)", str(name)) for name in arrays}
    return [name for name, match in found.items() if match and int(match[2]) != layer]


def _check_names(
    arrays: Mapping[str, Any], needed: list[str], ignored: Collection[str] = ()
) -> None:
    """Nothing missing and nothing left over, or an error that lists both."""
    missing = [name for name in needed if name not in arrays]
    extra = [str(name) for name in arrays if name not in needed and name not in ignored]
    if not missing and not extra:
        return
    told = [f"missing: {', '.join(missing)}"] * bool(missing)
    told += [f"extra: {', '.join(extra)}"] * bool(extra)
    if missing and ignored:
        told += [f"of other layers: {', '.join(ignored)}"]
    hint = ""
    if any("_reverse" in name for name in extra):
        hint = " (a bidirectional net is no cell of this course)"
    elif any("weight_hr" in name for name in extra):
        hint = " (an LSTM with projections is no cell of this course)"
    elif any(re.split(r"[./]", name.removesuffix(":0"))[-1] in needed for name in extra):
        hint = " (leave out what stands before and after the layer's own names)"
    raise ValueError(f"arrays must hold {', '.join(needed)}; {'; '.join(told)}{hint}")


def _matrix(name: str, value: Any) -> Array:
    array = _array(name, value, "two axes")
    if array.ndim != 2:
        raise ValueError(f"{name} has shape {array.shape}; pass a matrix")
    return array


def _array(name: str, value: Any, axes: str) -> Array:
    """Anything that NumPy can make an array of, a parameter that is being trained too."""
    try:
        value = np.asarray(value.detach() if hasattr(value, "detach") else value)
    except (TypeError, RuntimeError) as error:  # a tensor on a GPU, or of a type NumPy has not
        raise ValueError(
            f"{name} is no array ({error}); pass NumPy arrays or tensors on the CPU, of float32 "
            "or float64"
        ) from None
    except ValueError:
        raise ValueError(f"{name} has rows of different lengths; pass an array, {axes}") from None
    return numbers(name, value, axes=axes)


def _letters(name: str, shape: tuple[int, ...], *, units: int, rows: int) -> int:
    letters, rest = divmod(rows, max(units, 1))
    if rest or letters not in (3, 4):
        raise ValueError(
            f"{name} has shape {shape}; an LSTM has 4 times as many rows as units there, a GRU 3 "
            "(in Keras' layout columns)"
        )
    return letters


def _check_shape(name: str, array: Any, shape: tuple[int, ...]) -> None:
    """An array of this shape, or a clear error."""
    if np.shape(array) != shape:
        raise ValueError(f"{name} has shape {np.shape(array)}, expected {shape}")


def _params(order: str, W: Array, U: Array, b: Array, b_h: Array) -> Any:
    """Cut stacked arrays into letters; the GRU's second candidate bias stays apart."""
    units = len(U) // len(order)
    parts = {}
    for place, letter in enumerate(order):
        rows = slice(place * units, (place + 1) * units)
        parts[f"W_{letter}"], parts[f"U_{letter}"] = W[rows].copy(), U[rows].copy()
        own = letter == "g" and len(order) == 3
        parts[f"b_{letter}"] = b[rows].copy() if own else b[rows] + b_h[rows]
    if len(order) == 4:
        return lstm.Params(**parts)
    return gru_reset_after.Params(**parts, b_hg=b_h[-units:].copy())


def _stacked(params: Any, kind: str, order: str) -> Array:
    return np.concatenate([getattr(params, f"{kind}_{letter}") for letter in order])
