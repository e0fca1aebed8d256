"""The answers of exercise 7: two more cells, and the weights of a framework."""

from __future__ import annotations

from typing import Any

import numpy as np

from coursekit.checks import gru_reference as right
from coursekit.checks.gru_mistakes import AFTER, BEFORE
from coursekit.checks.peephole_mistakes import PEEPHOLE
from coursekit.checks.spec import Case, Check, Part
from coursekit.checks.torch_weights_mistakes import GRU, LSTM, NAMES

EXERCISE = "ex07_gru_and_peepholes"
# The modules that answers of this exercise may import from coursekit.

LEFT = "its inputs are left as they were"
BATCH = "a batch of sequences"


def draw_params(
    rng: np.random.Generator, letters: str, inputs: int, units: int, vectors: tuple[str, ...]
) -> right.Values:
    """W, U and b for each letter, and the vectors; large enough that every wrong line shows."""
    params = {}
    for k in letters:
        params[f"W_{k}"] = rng.uniform(-1, 1, (units, inputs))
        params[f"U_{k}"] = rng.uniform(-1, 1, (units, units))
        params[f"b_{k}"] = rng.uniform(-1, 1, units)
    return params | {name: rng.uniform(-1, 1, units) for name in vectors}


def _gru_given(
    rng: np.random.Generator,
    inputs: int,
    units: int,
    batch: tuple[int, ...] = (),
    vectors: tuple[str, ...] = (),
) -> Any:
    return (
        draw_params(rng, "zrg", inputs, units, vectors),
        rng.normal(size=(*batch, inputs)),
        rng.uniform(-0.9, 0.9, (*batch, units)),
    )


def _peephole_given(
    rng: np.random.Generator, inputs: int, units: int, batch: tuple[int, ...] = ()
) -> Any:
    return (
        draw_params(rng, "ifog", inputs, units, ("p_i", "p_f", "p_o")),
        rng.normal(size=(*batch, inputs)),
        rng.uniform(-0.9, 0.9, (*batch, units)),
        1.5 * rng.normal(size=(*batch, units)),
    )


def _cases(one: Any, wide: Any, many: Any, parts: dict[str, tuple[str, ...]]) -> list[Case]:
    cases = [
        Case(size, given, part, keys=keys)
        for size, given in (("3 inputs, 4 units", one), ("2 inputs, 5 units", wide))
        for part, keys in parts.items()
    ]
    label = "6 sequences, 3 inputs, 4 units"
    return [*cases, Case(label, many, BATCH), Case(label, many, LEFT, watch=True)]


GRU_PARTS = {"the gates z and r": ("z", "r"), "the candidate g": ("g",), "the output h": ("h",)}
PEEPHOLE_PARTS = {
    "the gates i and f": ("i", "f"),
    "the candidate g and the state c": ("g", "c"),
    "the output gate o": ("o",),
    "the output h": ("h",),
}


def _gru_cases(rng: np.random.Generator) -> list[Case]:
    given = _gru_given(rng, 3, 4), _gru_given(rng, 2, 5), _gru_given(rng, 3, 4, (6,))
    return _cases(*given, GRU_PARTS)


def _after_cases(rng: np.random.Generator) -> list[Case]:
    own = ("b_hg",)
    one, wide = _gru_given(rng, 3, 4, (), own), _gru_given(rng, 2, 5, (), own)
    parts = {"the candidate g": ("g",), "the output h": ("z", "r", "h")}
    many = _gru_given(rng, 3, 4, (6,), own)
    return [case for case in _cases(one, wide, many, parts) if not case.watch]


def _peephole_cases(rng: np.random.Generator) -> list[Case]:
    given = _peephole_given(rng, 3, 4), _peephole_given(rng, 2, 5), _peephole_given(rng, 3, 4, (6,))
    return _cases(*given, PEEPHOLE_PARTS)


def _torch_given(rng: np.random.Generator, letters: int, inputs: int, units: int) -> Any:
    rows = letters * units
    sizes = ((rows, inputs), (rows, units), (rows,), (rows,))
    return ({name: rng.uniform(-1, 1, size) for name, size in zip(NAMES, sizes, strict=True)},)


def _torch_cases(rng: np.random.Generator, letters: int, parts: dict[str, Any]) -> list[Case]:
    cases = [
        Case(f"{inputs} inputs, {units} units", given, part, keys=keys)
        for inputs, units in ((3, 4), (2, 5))
        for given in (_torch_given(rng, letters, inputs, units),)
        for part, keys in parts.items()
    ]
    label = "4 inputs, 3 units"
    return [*cases, Case(label, _torch_given(rng, letters, 4, 3), LEFT, watch=True)]


def _names(kinds: str, letters: str) -> tuple[str, ...]:
    return tuple(f"{w}_{k}" for k in letters for w in kinds)


LSTM_PARTS = {"the matrices W and U": _names("WU", "ifog"), "the biases": _names("b", "ifog")}
TORCH_GRU_PARTS = {
    "the update gate z": _names("WUb", "z"),
    "the reset gate r": _names("WUb", "r"),
    "the candidate g": ("W_g", "U_g", "b_g", "b_hg"),
}

CHECKS = (
    Check(
        name="gru_step",
        exercise=EXERCISE,
        reference=right.gru_step,
        parts=(
            Part("the gates z and r", 2),
            Part("the candidate g", 2),
            Part("the output h", 2),
            Part(BATCH, 1),
            Part(LEFT, 1),
        ),
        cases=_gru_cases,
        mistakes=BEFORE,
        hints=(
            "First the two gates: a weighted sum of x and h and a bias, through the sigmoid.",
            "The candidate is a plain recurrent step, but in place of h it reads r * h: that"
            " product comes first, then the matrix U_g.",
            "The new h is a mixture, entry by entry: the share z of the candidate, the share 1 - z"
            " of the old h. The dict needs the keys z, r, g and h.",
        ),
        lesson="13#the-gru",
    ),
    Check(
        name="peephole_step",
        exercise=EXERCISE,
        reference=right.peephole_step,
        parts=(
            Part("the gates i and f", 2),
            Part("the candidate g and the state c", 1),
            Part("the output gate o", 2),
            Part("the output h", 1),
            Part(BATCH, 1),
            Part(LEFT, 1),
        ),
        cases=_peephole_cases,
        mistakes=PEEPHOLE,
        hints=(
            "Start from the step of lesson 07 and add one term to the sums of i, f and o. The"
            " candidate stays as it is.",
            "The term is an entry-by-entry product, p_k * c, inside the sigmoid; p_k has shape"
            " (units,) and broadcasts over a batch by itself.",
            "i and f are needed for the new c, so they can see the old one only. o is needed last:"
            " compute the new c first, and let o see it.",
        ),
        lesson="13#peepholes-the-gates-see-the-state",
    ),
    Check(
        name="lstm_from_torch",
        exercise=EXERCISE,
        reference=right.lstm_from_torch,
        parts=(Part("the matrices W and U", 3), Part("the biases", 2), Part(LEFT, 1)),
        cases=lambda rng: _torch_cases(rng, 4, LSTM_PARTS),
        mistakes=LSTM,
        hints=(
            "weight_hh_l0 has shape (4 units, units): its second axis tells how many units there"
            " are.",
            "np.split(array, 4) cuts an array into four blocks of rows, from top to bottom: they"
            " are i, f, g, o.",
            "weight_ih gives the W, weight_hh the U. Both biases enter the same sum: cut"
            " bias_ih + bias_hh.",
        ),
        lesson="13#the-map-to-pytorch-and-keras",
    ),
    Check(
        name="gru_after_step",
        exercise=EXERCISE,
        reference=right.gru_after_step,
        parts=(Part("the candidate g", 2), Part("the output h", 1), Part(BATCH, 1)),
        cases=_after_cases,
        mistakes=AFTER,
        hints=(
            "Gates and mixture are those of gru_step; only the line of the candidate changes.",
            "Compute what comes from the past first, U_g h + b_hg. Multiply it by r, entry by"
            " entry. Then add W_g x + b_g, and squash.",
        ),
        lesson="13#reset-before-or-after-the-product",
    ),
    Check(
        name="gru_from_torch",
        exercise=EXERCISE,
        reference=right.gru_from_torch,
        parts=(
            Part("the update gate z", 2),
            Part("the reset gate r", 1),
            Part("the candidate g", 3),
            Part(LEFT, 1),
        ),
        cases=lambda rng: _torch_cases(rng, 3, TORCH_GRU_PARTS),
        mistakes=GRU,
        hints=(
            "Cut every array into three blocks of rows: r, z, g.",
            "The gates add both biases to one sum. The candidate does not: r stands between them,"
            " so its block of bias_ih is b_g and its block of bias_hh is b_hg.",
            "PyTorch's z keeps the old h, ours takes the new: ours is 1 - z. And"
            " 1 - sigma(net) = sigma(-net).",
            "So W_z, U_z and b_z are minus their blocks. Write new arrays: a slice is a view.",
        ),
        lesson="13#the-map-to-pytorch-and-keras",
    ),
)
