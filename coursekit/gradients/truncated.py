"""The truncated learning rule of 1997, 2000 and 2002: forward in time, no history.

What is cut: h_{t-1}, where it enters gates and candidate, is taken as a given number, and so is
the state that a peephole shows to a gate; error that would flow back through them is dropped. The
state line is not cut. So each weight needs one number that is carried along, the partial of its
own unit's state (net_l is the pre-activation, source_t what the weight multiplies):

    dc_t/dw_g = f_t dc_{t-1}/dw_g + i_t g'(net_g) source_t
    dc_t/dw_i = f_t dc_{t-1}/dw_i + g_t sigma'(net_i) source_t
    dc_t/dw_f = f_t dc_{t-1}/dw_f + c_{t-1} sigma'(net_f) source_t      (f_t = 1 in 1997)

and when an error e_t = dL/dh_t arrives:

    delta_o  = e_t tanh(c_t) sigma'(net_o)        to the output gate's weights
    e_c      = e_t o_t tanh'(c_t)                 to the others, times their partial

O(weights) per step, whatever the length of the sequence: ``first_partials``, then at each step
``next_partials``, and ``gradient_now`` where there is an error.

Source: Hochreiter and Schmidhuber 1997, appendix A.1; Gers, Schmidhuber and Cummins 2000; Gers,
Schraudolph and Schmidhuber 2002.
"""

from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.gradients.arguments import checked_error, checked_params, checked_run
from coursekit.gradients.unroll import Run

Array = NDArray[np.float64]
Partials = dict[str, Array]  # for i, g (and f): dc_t / dweights of the unit, (..., units, sources)


def first_partials(cell: ModuleType, params: Any) -> Partials:
    """Before the first step nothing depends on a weight: zeros.

    Args:
        cell: ``lstm_1997``, ``lstm`` or ``peephole_lstm``.
        params: its parameters.

    Raises:
        ValueError: another cell, or parameters that are not its own.
    """
    checked_params(cell, params)
    letters = {"i", "o", "g", "squashed"} <= set(cell.Trace._fields)
    if not letters or not hasattr(params, "W_i") or not hasattr(params, "U_g"):
        raise ValueError(
            f"{cell.__name__} has no input gate, output gate and candidate that read h, "
            "or does not release tanh(c); "
            "the truncated rule is for lstm_1997, lstm and peephole_lstm"
        )
    stored = ("i", "g", "f") if "f" in cell.Trace._fields else ("i", "g")
    return {letter: np.zeros(()) for letter in stored}


def next_partials(params: Any, trace: Any, partials: Partials) -> Partials:
    """Carry the partials over one step: from before ``trace`` to after it."""
    slope = {"g": trace.i * (1 - trace.g**2), "i": trace.g * trace.i * (1 - trace.i)}
    kept: Any = 1.0
    if "f" in partials:
        slope["f"] = trace.previous.c * trace.f * (1 - trace.f)
        kept = trace.f[..., None]
    return {
        letter: kept * partial + slope[letter][..., None] * sources(params, trace, letter)
        for letter, partial in partials.items()
    }


def gradient_now(params: Any, trace: Any, partials: Partials, error: Array) -> Any:
    """What the rule gives for the error of one step.

    Args:
        params: the cell's parameters.
        trace: of the step.
        partials: after the step.
        error: dL/dh_t, (..., units).

    Returns:
        Params, summed over the batch.
    """
    return _summed(params, trace, _told(params, trace, partials, error))


def _told(params: Any, trace: Any, partials: Partials, error: Array) -> Partials:
    """For each letter what one step's error asks for, (..., units, sources)."""
    delta_o = error * trace.squashed * trace.o * (1 - trace.o)
    error_c = error * trace.o * (1 - trace.squashed**2)
    found = {"o": delta_o[..., None] * sources(params, trace, "o")}
    for letter, partial in partials.items():
        found[letter] = error_c[..., None] * partial
    return found


def _summed(params: Any, trace: Any, found: Partials) -> Any:
    """Params: the sum over the batch, each source's column under its own name."""
    inputs, units = trace.x.shape[-1], trace.o.shape[-1]
    parts: dict[str, Array] = {}
    for letter, value in found.items():
        total = value.reshape(-1, units, value.shape[-1]).sum(axis=0)
        parts[f"W_{letter}"] = total[:, :inputs]
        parts[f"U_{letter}"] = total[:, inputs : inputs + units]
        parts[f"b_{letter}"] = total[:, -1]
        if f"p_{letter}" in params._fields:
            parts[f"p_{letter}"] = total[:, -2]
    return type(params)(**parts)


def truncated(cell: ModuleType, params: Any, run: Run, grad_h: ArrayLike) -> Any:
    """The truncated gradient of a run of ``lstm_1997``, ``lstm`` or ``peephole_lstm``.

    Args:
        cell: ``lstm_1997``, ``lstm`` or ``peephole_lstm``.
        params: the parameters of the run.
        run: what ``unroll`` returned.
        grad_h: dL/dh_t from the read-out, (time, ..., units). Nothing else is sent back.

    Returns:
        Params: the sum over steps and batch of what the rule gives.

    Raises:
        ValueError: a cell that has no input gate; a run of another cell or of other parameters;
            grad_h of another shape.

    >>> from coursekit.cells import lstm_1997
    >>> from coursekit.gradients import unroll
    >>> params = lstm_1997.init(np.random.default_rng(0), inputs=3, units=2)
    >>> run = unroll(lstm_1997, params, np.ones((5, 3)))
    >>> truncated(lstm_1997, params, run, np.ones((5, 2))).W_i.shape
    (2, 3)
    """
    partials = first_partials(cell, params)
    checked_run(cell, params, run)
    grad_h = checked_error(run.outputs, grad_h)
    total: Partials = {}
    for trace, error in zip(run.traces, grad_h, strict=True):
        partials = next_partials(params, trace, partials)
        if not error.any() and total:  # mostly there is one error, at the end
            continue
        told = _told(params, trace, partials, error)
        total = {letter: total.get(letter, 0.0) + part for letter, part in told.items()}
    return _summed(params, run.traces[0], total)


def sources(params: Any, trace: Any, letter: str) -> Array:
    """What a gate or candidate reads: x_t, h_{t-1}, with peepholes a state, and a one.

    Returns:
        (..., 1, sources); with a peephole (..., units, sources), for each unit sees its own state.
    """
    one = np.ones((*trace.x.shape[:-1], 1))
    read = [trace.x, trace.previous.h, one]
    if f"p_{letter}" not in params._fields:
        return np.concatenate(read, axis=-1)[..., None, :]
    seen = trace.c if letter == "o" else trace.previous.c
    wide = [np.broadcast_to(part[..., None, :], (*seen.shape, part.shape[-1])) for part in read]
    return np.concatenate([*wide[:2], seen[..., None], wide[2]], axis=-1)
