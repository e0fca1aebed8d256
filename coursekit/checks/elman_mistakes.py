"""The simple recurrent net in the known wrong ways."""

from __future__ import annotations

import numpy as np

from coursekit.checks import elman_reference as right
from coursekit.checks.elman_reference import Array, Values, net, start
from coursekit.checks.spec import Catalogue

# Where the lesson says it.
CELL = "01#the-simple-recurrent-net"
CONTEXT = "01#the-repair-let-the-net-see-its-own-past"
UNROLLED = "01#unrolled-over-the-cat-sat"
WINDOW = "01#the-equations-of-the-window"

SOFTMAX = Catalogue()
STEP = Catalogue()
RUN = Catalogue()
READOUT = Catalogue()
COUNT = Catalogue()
WINDOW_COUNT = Catalogue()


# ---- softmax -----------------------------------------------------------------------------------


@SOFTMAX.add(CELL)
def softmax_over_everything(z: Array) -> Array:
    """Your probabilities sum to one over the whole array. Each row has its own sum: the last axis,
    with keepdims=True.
    """
    powers = np.exp(z - z.max())
    return powers / powers.sum()


@SOFTMAX.add(CELL)
def softmax_over_the_first_axis(z: Array) -> Array:
    """You sum over the first axis. The outputs are on the last one; the first is time."""
    powers = np.exp(z - z.max(axis=0))
    return powers / powers.sum(axis=0)


@SOFTMAX.add(CELL)
def softmax_that_overflows(z: Array) -> Array:
    """For small numbers this is right, but exp(1000) is more than a float holds. Subtract the
    largest of each row first: the probabilities stay the same.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        powers = np.exp(z)
        return powers / powers.sum(axis=-1, keepdims=True)


@SOFTMAX.add(CELL)
def softmax_negated(z: Array) -> Array:
    """The exponent has the wrong sign: the largest number has to get the largest probability."""
    return right.softmax(-z)


@SOFTMAX.add(CELL)
def softmax_without_sum(z: Array) -> Array:
    """You divide by the largest power; divide by the sum of all, so that they add up to one."""
    return np.exp(z - z.max(axis=-1, keepdims=True))


@SOFTMAX.add(CELL)
def softmax_without_exponent(z: Array) -> Array:
    """The numbers are divided by their sum as they are; without exp they can be negative."""
    return z / z.sum(axis=-1, keepdims=True)


@SOFTMAX.add(CELL)
def sigmoid_for_softmax(z: Array) -> Array:
    """This is the logistic function, entry by entry; its values do not sum to one."""
    return 0.5 * (1 + np.tanh(0.5 * z))


@SOFTMAX.add(CELL)
def log_of_softmax(z: Array) -> Array:
    """You return logarithms of the probabilities; the probabilities themselves are asked for."""
    top = z.max(axis=-1, keepdims=True)
    return np.asarray(z - top - np.log(np.exp(z - top).sum(axis=-1, keepdims=True)))


@SOFTMAX.add(CELL)
def softmax_over_everything_that_overflows(z: Array) -> Array:
    """Two things are missing. Each row has a sum of its own: the last axis, with keepdims=True. And
    exp(1000) is more than a float holds: subtract the largest of each row first.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        powers = np.exp(z)
        return np.asarray(powers / powers.sum())


@SOFTMAX.add(CELL)
def softmax_over_the_first_axis_that_overflows(z: Array) -> Array:
    """You sum over the first axis; the outputs are on the last one. And exp(1000) is more than a
    float holds: subtract the largest of each row first.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        powers = np.exp(z)
        return np.asarray(powers / powers.sum(axis=0))


# ---- the step ----------------------------------------------------------------------------------


@STEP.add(CELL)
def step_not_squashed(params: Values, x: Array, h: Array) -> Array:
    """The pre-activation is returned as it is; the hidden layer squashes it by tanh."""
    return net(params, x, h)


@STEP.add(CELL)
def step_by_sigmoid(params: Values, x: Array, h: Array) -> Array:
    """The hidden layer goes through the logistic function; in this net it is tanh, from -1 to 1."""
    return 0.5 * (1 + np.tanh(0.5 * net(params, x, h)))


@STEP.add(CONTEXT)
def context_left_out(params: Values, x: Array, h: Array) -> Array:
    """The term U h is missing: without the context layer this is a net without a memory."""
    return right.step(params, x, 0 * h)


@STEP.add(CELL)
def input_left_out(params: Values, x: Array, h: Array) -> Array:
    """The term W x is missing: the net does not see its input."""
    return right.step(params, 0 * x, h)


@STEP.add(CELL)
def bias_left_out(params: Values, x: Array, h: Array) -> Array:
    """The bias b is missing from the pre-activation."""
    return right.step({**params, "b": 0 * params["b"]}, x, h)


@STEP.add(CELL)
def bias_subtracted(params: Values, x: Array, h: Array) -> Array:
    """The bias is subtracted; it is added."""
    return right.step({**params, "b": -params["b"]}, x, h)


@STEP.add(CELL)
def bias_outside(params: Values, x: Array, h: Array) -> Array:
    """The bias is added after tanh; it belongs inside, to the pre-activation."""
    return right.step({**params, "b": 0 * params["b"]}, x, h) + params["b"]


@STEP.add(CELL)
def recurrent_weights_transposed(params: Values, x: Array, h: Array) -> Array:
    """U is used transposed. For one sequence it is U @ h, for a batch h @ U.T: row k of U holds the
    weights into unit k.
    """
    return right.step({**params, "U": params["U"].T}, x, h)


@STEP.add(CONTEXT)
def state_added(params: Values, x: Array, h: Array) -> Array:
    """The old state is added once more, outside tanh. A simple recurrent net overwrites its state;
    what stays of it comes through U.
    """
    return h + right.step(params, x, h)


@STEP.add(CONTEXT)
def context_entry_by_entry(params: Values, x: Array, h: Array) -> Array:
    """Each unit reads only its own last state, as if U had nothing off its diagonal; U h is a
    matrix product.
    """
    return right.step({**params, "U": np.diag(np.diag(params["U"]))}, x, h)


@STEP.add(CELL)
def two_squashes(params: Values, x: Array, h: Array) -> Array:
    """Input and context are squashed each on its own and then added; add first, squash the sum."""
    none = {**params, "b": 0 * params["b"]}
    return np.tanh(net(params, x, 0 * h)) + np.tanh(net(none, 0 * x, h))


@STEP.add("")
def step_for_one_sequence(params: Values, x: Array, h: Array) -> Array:
    """For one sequence this is right, but it fails on a batch, whose x has one row for each
    sequence. x @ W.T does for both.
    """
    return np.tanh(params["W"] @ x + params["U"] @ h + params["b"])


@STEP.add("")
def step_in_place(params: Values, x: Array, h: Array) -> Array:
    """The values are right, but the call overwrites the h that it was given (h += ... and
    h[:] = ... do that); whoever called it may still need the old state.
    """
    h[...] = right.step(params, x, h)
    return h


# ---- unrolled ----------------------------------------------------------------------------------


@RUN.add(CONTEXT)
def run_without_context(params: Values, xs: Array) -> Array:
    """The state is not handed on: every step starts from h = 0, and nothing is remembered."""
    zero = start(params, xs)
    return np.stack([right.step(params, x, zero) for x in xs])


@RUN.add("")
def run_one_step_late(params: Values, xs: Array) -> Array:
    """You collect h before each step; collect it after."""
    return np.concatenate([start(params, xs)[np.newaxis], right.run(params, xs)[:-1]])


@RUN.add("")
def run_with_initial_state(params: Values, xs: Array) -> Array:
    """You collect the initial state too; the result has one entry for each input, from the first
    step on.
    """
    return np.concatenate([start(params, xs)[np.newaxis], right.run(params, xs)])


@RUN.add("")
def run_last_only(params: Values, xs: Array) -> Array:
    """You return the last h only; the result has one entry for each step."""
    return right.run(params, xs)[-1]


@RUN.add(UNROLLED)
def run_backwards(params: Values, xs: Array) -> Array:
    """You read the sequence from its end; the first input comes first."""
    return right.run(params, xs[::-1])[::-1]


@RUN.add("")
def run_from_ones(params: Values, xs: Array) -> Array:
    """The first state is all ones; before the first input nothing has been seen, so it is zeros."""
    h, hs = start(params, xs) + 1, []
    for x in xs:
        h = right.step(params, x, h)
        hs.append(h)
    return np.stack(hs)


@RUN.add("")
def run_over_the_batch(params: Values, xs: Array) -> Array:
    """For one sequence this is right, but of a batch you walk along the wrong axis: time is the
    first one.
    """
    if xs.ndim == 2:
        return right.run(params, xs)
    return right.run(params, xs.swapaxes(0, 1)).swapaxes(0, 1)


@RUN.add("")
def run_same_array(params: Values, xs: Array) -> Array:
    """Every entry is the last state: you append the same array each time and then change it.
    Make a new h at each step, or append h.copy().
    """
    hs = right.run(params, xs)
    return np.broadcast_to(hs[-1], hs.shape).copy()


@RUN.add("")
def run_for_one_sequence(params: Values, xs: Array) -> Array:
    """For one sequence this is right, but it fails on a batch. Your elman_step
    must take one, and the h that you start from, and what you collect, need a row for each
    sequence.
    """
    if xs.ndim > 2:
        raise ValueError("one sequence only")
    return right.run(params, xs)


@RUN.add("")
def run_for_a_batch(params: Values, xs: Array) -> Array:
    """For a batch this is right. Of a single sequence xs.shape[1] is the number of inputs: the h
    that you start from is then (units,) and not (inputs, units).
    """
    h, hs = np.zeros((xs.shape[1], len(params["b"]))), []
    for x in xs:
        h = right.step(params, x, h)
        hs.append(h)
    return np.stack(hs)


# ---- the read-out ------------------------------------------------------------------------------


@READOUT.add(CELL)
def readout_without_softmax(params: Values, hs: Array) -> Array:
    """V h + d is returned as it is; softmax makes probabilities of it."""
    return np.asarray(hs @ params["V"].T + params["d"])


@READOUT.add(CELL)
def readout_without_bias(params: Values, hs: Array) -> Array:
    """The bias d is missing from the outputs' pre-activation."""
    return right.softmax(hs @ params["V"].T)


@READOUT.add(CELL)
def readout_over_time(params: Values, hs: Array) -> Array:
    """Your probabilities sum to one over time; at each step they sum to one over the outputs."""
    return softmax_over_the_first_axis(hs @ params["V"].T + params["d"])


@READOUT.add(CELL)
def readout_over_everything(params: Values, hs: Array) -> Array:
    """All steps together sum to one; each step has its own distribution."""
    return softmax_over_everything(hs @ params["V"].T + params["d"])


@READOUT.add(CELL)
def readout_of_squashed_state(params: Values, hs: Array) -> Array:
    """You squash h once more; it left the step squashed already."""
    return right.readout(params, np.tanh(hs))


@READOUT.add(CELL)
def readout_by_sigmoid(params: Values, hs: Array) -> Array:
    """The outputs go through the logistic function; one symbol out of several asks for softmax."""
    return sigmoid_for_softmax(hs @ params["V"].T + params["d"])


@READOUT.add(CELL)
def readout_as_choice(params: Values, hs: Array) -> Array:
    """You return the likeliest symbol; the whole distribution is asked for."""
    return right.readout(params, hs).argmax(axis=-1)


@READOUT.add("")
def readout_last_only(params: Values, hs: Array) -> Array:
    """You read out the last state only; the result has one row for each step."""
    return right.readout(params, hs)[-1]


@READOUT.add("")
def readout_for_one_sequence(params: Values, hs: Array) -> Array:
    """For one sequence this is right, but it fails on a batch. V @ h takes a single state;
    hs @ V.T takes any number of axes before the last one.
    """
    if hs.ndim > 2:
        raise ValueError("one sequence only")
    return right.readout(params, hs)


@READOUT.add(CELL)
def readout_bias_outside(params: Values, hs: Array) -> Array:
    """The bias d is added after softmax; it belongs inside, or the outputs are no probabilities."""
    return readout_without_bias(params, hs) + params["d"]


# ---- counting ----------------------------------------------------------------------------------


@COUNT.add(CELL)
def count_without_biases(inputs: int, units: int, outputs: int) -> int:
    """The biases are missing: b has one number for each unit, d one for each output."""
    return right.count(inputs, units, outputs) - units - outputs


@COUNT.add(CELL)
def count_without_hidden_bias(inputs: int, units: int, outputs: int) -> int:
    """The bias b of the hidden layer is missing."""
    return right.count(inputs, units, outputs) - units


@COUNT.add(CELL)
def count_without_output_bias(inputs: int, units: int, outputs: int) -> int:
    """The bias d of the read-out is missing."""
    return right.count(inputs, units, outputs) - outputs


@COUNT.add(CONTEXT)
def count_without_context(inputs: int, units: int, outputs: int) -> int:
    """U is missing: every unit reads every unit of the context layer."""
    return right.count(inputs, units, outputs) - units**2


@COUNT.add(CONTEXT)
def count_context_one_to_one(inputs: int, units: int, outputs: int) -> int:
    """You count one recurrent weight for each unit. The copy into the context layer is one to one
    and has no weights; from there, every unit reads every unit.
    """
    return right.count(inputs, units, outputs) - units**2 + units


@COUNT.add(CELL)
def count_without_readout(inputs: int, units: int, outputs: int) -> int:
    """The read-out is missing: V and d are parameters too."""
    return units * (inputs + units + 1)


@COUNT.add(CONTEXT)
def count_too_many_for_each_unit(inputs: int, units: int, outputs: int) -> int:
    """You count one number too many for each unit: a unit has one bias, and the copy into the
    context layer has nothing to learn.
    """
    return right.count(inputs, units, outputs) + units


@COUNT.add(CELL)
def count_outputs_from_input(inputs: int, units: int, outputs: int) -> int:
    """V reads the hidden layer, not the input: it has one column for each unit."""
    return right.count(inputs, units, outputs) + outputs * (inputs - units)


@WINDOW_COUNT.add(WINDOW)
def window_of_one_step(width: int, inputs: int, units: int, outputs: int) -> int:
    """You count the weights of one step; each place of the window has weights of its own."""
    return right.window_count(1, inputs, units, outputs)


@WINDOW_COUNT.add(WINDOW)
def window_without_biases(width: int, inputs: int, units: int, outputs: int) -> int:
    """The biases are missing: one for each unit, one for each output."""
    return right.window_count(width, inputs, units, outputs) - units - outputs


@WINDOW_COUNT.add(WINDOW)
def window_with_context(width: int, inputs: int, units: int, outputs: int) -> int:
    """You count recurrent weights; a net with a window has none."""
    return right.window_count(width, inputs, units, outputs) + units**2


@WINDOW_COUNT.add(WINDOW)
def window_times_everything(width: int, inputs: int, units: int, outputs: int) -> int:
    """You count all weights once for each place; only the first layer sees the window."""
    return width * right.window_count(1, inputs, units, outputs)


@WINDOW_COUNT.add(WINDOW)
def window_without_readout(width: int, inputs: int, units: int, outputs: int) -> int:
    """The read-out is missing: V and d are parameters too."""
    return units * (width * inputs + 1)


@WINDOW_COUNT.add(WINDOW)
def window_bias_at_each_place(width: int, inputs: int, units: int, outputs: int) -> int:
    """You count the bias of a unit once for each place of the window; a unit has one bias."""
    return right.window_count(width, inputs, units, outputs) + (width - 1) * units
