"""The truncated learning rule of 1997 and 2000: forward in time, no history.

What is cut: h_{t-1}, where it enters gates and candidate, is taken as a given number; error
that would flow back through it is dropped. The state line is not cut. So each weight needs one
number that is carried along, the partial of its own unit's state (net_l is the pre-activation):

    dc_t/dw_g = f_t dc_{t-1}/dw_g + i_t g'(net_g) source_t
    dc_t/dw_i = f_t dc_{t-1}/dw_i + g_t sigma'(net_i) source_t
    dc_t/dw_f = f_t dc_{t-1}/dw_f + c_{t-1} sigma'(net_f) source_t      (f_t = 1 in 1997)

and when an error e_t = dL/dh_t arrives:

    delta_o  = e_t tanh(c_t) sigma'(net_o)        to the output gate's weights
    e_c      = e_t o_t tanh'(c_t)                 to the others, times their partial

O(weights) per step, whatever the length of the sequence.

Source: Hochreiter and Schmidhuber 1997, appendix A.1; Gers, Schmidhuber and Cummins 2000.
"""

from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.gradients.arguments import checked_error, checked_params, checked_run
from coursekit.gradients.unroll import Run

Array = NDArray[np.float64]


def truncated(cell: ModuleType, params: Any, run: Run, grad_h: ArrayLike) -> Any:
    """The truncated gradient of a run of ``lstm_1997`` or ``lstm``.

    Args:
        cell: ``lstm_1997`` or ``lstm``.
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
    checked_params(cell, params)
    fields = cell.Trace._fields
    if not {"i", "o", "g"} <= set(fields):
        raise ValueError(
            f"{cell.__name__} has no input gate, output gate and candidate; "
            "the truncated rule is for lstm_1997 and lstm"
        )
    checked_run(cell, params, run)
    grad_h = checked_error(run, grad_h)
    has_forget_gate = "f" in fields
    stored = ("i", "g", "f") if has_forget_gate else ("i", "g")
    partial = {letter: np.zeros(()) for letter in stored}
    gradient = {letter: np.zeros(()) for letter in (*stored, "o")}
    for trace, error in zip(run.traces, grad_h, strict=True):
        source = sources(trace)
        slope = {"g": trace.i * (1 - trace.g**2), "i": trace.g * trace.i * (1 - trace.i)}
        kept: Any = 1.0
        if has_forget_gate:
            slope["f"] = trace.previous.c * trace.f * (1 - trace.f)
            kept = trace.f[..., None]
        for letter in stored:
            partial[letter] = kept * partial[letter] + slope[letter][..., None] * source

        delta_o = error * trace.squashed * trace.o * (1 - trace.o)
        error_c = error * trace.o * (1 - trace.squashed**2)
        gradient["o"] = gradient["o"] + delta_o[..., None] * source
        for letter in stored:
            gradient[letter] = gradient[letter] + error_c[..., None] * partial[letter]
    inputs, units = run.traces[0].x.shape[-1], grad_h.shape[-1]
    parts: dict[str, Array] = {}
    for letter, value in gradient.items():
        total = value.reshape(-1, units, inputs + units + 1).sum(axis=0)
        parts[f"W_{letter}"] = total[:, :inputs]
        parts[f"U_{letter}"] = total[:, inputs:-1]
        parts[f"b_{letter}"] = total[:, -1]
    return cell.Params(**parts)


def sources(trace: Any) -> Array:
    """What a gate or candidate reads: x_t, h_{t-1} and a one for the bias, (..., 1, sources)."""
    one = np.ones((*trace.x.shape[:-1], 1))
    return np.concatenate([trace.x, trace.previous.h, one], axis=-1)[..., None, :]
