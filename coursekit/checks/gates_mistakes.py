"""Gradient by time, carousel, gates and truncated partial in the known wrong ways."""

from __future__ import annotations

import numpy as np

from coursekit.checks import gates_reference as right
from coursekit.checks.gates_reference import Array, sigmoid
from coursekit.checks.spec import Catalogue

# Where the lessons say it.
CONFLICT = "04#two-jobs-for-one-weight"
CHAIN = "03#the-chain-rule-multiplies"
CAROUSEL = "05#what-must-hold-for-many-units"
COST = "05#second-cost-nothing-protects-it"
GATE = "06#who-sets-the-gate"
STORE = "06#store-keep-release"
RULE = "06#the-truncated-rule-from-the-state-to-the-weights"

BY_STEP = Catalogue()
RUN = Catalogue()
INPUT = Catalogue()
OUTPUT = Catalogue()
PARTIAL = Catalogue()
GRADIENT = Catalogue()


# ---- the gradient, step by step ------------------------------------------------------------


def _said(xs: Array, W: float, w: float, V: float) -> float:
    return float(V * W * (w ** np.arange(len(xs))[::-1] * xs).sum())


@BY_STEP.add(CONFLICT)
def pulls_for_parts(xs: Array, target: float, W: float, w: float, V: float) -> Array:
    """The sign is turned round: these are the pulls, minus the gradient."""
    return -right.gradient_by_step(xs, target, W, w, V)


@BY_STEP.add(CHAIN)
def back_counted_from_the_start(xs: Array, target: float, W: float, w: float, V: float) -> Array:
    """The powers of w run the wrong way: the last input passes no step, the first one passes T - 1
    of them.
    """
    return (_said(xs, W, w, V) - target) * V * w ** np.arange(len(xs)) * xs


@BY_STEP.add(CHAIN)
def one_factor_too_many(xs: Array, target: float, W: float, w: float, V: float) -> Array:
    """There is one factor w too many: between step t and step T lie T - t steps."""
    return w * right.gradient_by_step(xs, target, W, w, V)


@BY_STEP.add(CHAIN)
def way_back_left_out(xs: Array, target: float, W: float, w: float, V: float) -> Array:
    """The recurrent weight is missing on the way back: the error of an early step is multiplied by
    w at every step.
    """
    return (_said(xs, W, w, V) - target) * V * xs


@BY_STEP.add(CHAIN)
def multiplied_not_powered(xs: Array, target: float, W: float, w: float, V: float) -> Array:
    """You multiply by w times the number of steps; the chain rule gives w to that power."""
    steps = np.arange(len(xs))[::-1]
    back = np.where(steps > 0, w * steps, 1.0)
    return (_said(xs, W, w, V) - target) * V * back * xs


@BY_STEP.add(CONFLICT)
def read_out_left_out(xs: Array, target: float, W: float, w: float, V: float) -> Array:
    """The read-out weight V is missing: the error comes in through it."""
    return right.gradient_by_step(xs, target, W, w, V) / V


@BY_STEP.add(CONFLICT)
def state_for_input(xs: Array, target: float, W: float, w: float, V: float) -> Array:
    """You multiply by the state h_t; the weight W multiplies the input x_t, so x_t it is."""
    h, hs = 0.0, []
    for x in xs:
        h = w * h + W * x
        hs.append(h)
    back = w ** np.arange(len(xs))[::-1]
    return (V * h - target) * V * back * np.array(hs)


@BY_STEP.add(CONFLICT)
def times_weight(xs: Array, target: float, W: float, w: float, V: float) -> Array:
    """There is a W too many: the derivative of W x with respect to W is x."""
    return W * right.gradient_by_step(xs, target, W, w, V)


@BY_STEP.add(CONFLICT)
def loss_not_halved(xs: Array, target: float, W: float, w: float, V: float) -> Array:
    """There is a factor 2 too many: the loss is half the squared error."""
    return 2 * right.gradient_by_step(xs, target, W, w, V)


@BY_STEP.add(CONFLICT)
def error_left_out(xs: Array, target: float, W: float, w: float, V: float) -> Array:
    """The error y - target is missing: this is the derivative of y, not of the loss."""
    return V * w ** np.arange(len(xs))[::-1] * xs


@BY_STEP.add(CONFLICT)
def parts_summed(xs: Array, target: float, W: float, w: float, V: float) -> float:
    """This is the whole gradient, one number. Leave the sum out: asked is the part of each step."""
    return float(right.gradient_by_step(xs, target, W, w, V).sum())


@BY_STEP.add(CONFLICT)
def parts_added_up(xs: Array, target: float, W: float, w: float, V: float) -> Array:
    """These are running sums of the parts; asked is the part of each step by itself."""
    return np.cumsum(right.gradient_by_step(xs, target, W, w, V))


@BY_STEP.add(CONFLICT)
def parts_turned_round(xs: Array, target: float, W: float, w: float, V: float) -> Array:
    """The parts come in the wrong order: you collect them from the last step to the first. Turn the
    list round, [::-1], before you return it.
    """
    return right.gradient_by_step(xs, target, W, w, V)[::-1]


@BY_STEP.add(CONFLICT)
def half_kept(xs: Array, target: float, W: float, w: float, V: float) -> Array:
    """The 1/2 is kept: it cancels the 2 of the square, and dL/dy is y - target."""
    return right.gradient_by_step(xs, target, W, w, V) / 2


@BY_STEP.add(CONFLICT)
def error_at_every_step(xs: Array, target: float, W: float, w: float, V: float) -> Array:
    """You take an error at each step, V h_t - target; the loss looks at the end alone: one error,
    y - target, serves all steps.
    """
    h, said = 0.0, []
    for x in xs:
        h = w * h + W * x
        said.append(V * h)
    return (np.array(said) - target) * V * w ** np.arange(len(xs))[::-1] * xs


@BY_STEP.add(CONFLICT)
def state_kept_whole(xs: Array, target: float, W: float, w: float, V: float) -> Array:
    """The way back is right, but on the way forward w is missing: h_t = w h_{t-1} + W x_t."""
    error = V * W * xs.sum() - target
    return np.asarray(error * V * w ** np.arange(len(xs))[::-1] * xs)


# ---- the carousel --------------------------------------------------------------------------


@RUN.add(CAROUSEL)
def nothing_kept(W: Array, b: Array, xs: Array) -> Array:
    """Nothing is kept: each state is made of its own input alone. Add the state before."""
    return xs @ W.T + b


@RUN.add(CAROUSEL)
def bias_once(W: Array, b: Array, xs: Array) -> Array:
    """The bias is added once; it comes in at every step."""
    return np.cumsum(xs @ W.T, axis=0) + b


@RUN.add(CAROUSEL)
def bias_left_out(W: Array, b: Array, xs: Array) -> Array:
    """The bias is missing; it is added at every step, too."""
    return np.cumsum(xs @ W.T, axis=0)


@RUN.add(CAROUSEL)
def carousel_squashed(W: Array, b: Array, xs: Array) -> Array:
    """The state is squashed at every step; on the carousel f is the identity."""
    c, cs = np.zeros(len(b)), []
    for x in xs:
        c = np.tanh(c + W @ x + b)
        cs.append(c)
    return np.stack(cs)


@RUN.add(CAROUSEL)
def input_squashed(W: Array, b: Array, xs: Array) -> Array:
    """The input is squashed on its way in; this unit is linear throughout."""
    return np.cumsum(np.tanh(xs @ W.T + b), axis=0)


@RUN.add(CAROUSEL)
def states_averaged(W: Array, b: Array, xs: Array) -> Array:
    """You take the mean over the steps so far; the carousel adds and does not divide."""
    return right.carousel_run(W, b, xs) / np.arange(1, len(xs) + 1)[:, None]


@RUN.add(CAROUSEL)
def input_weights_transposed(W: Array, b: Array, xs: Array) -> Array:
    """W is transposed: row k of W holds the weights into unit k, so it is W @ x, or xs @ W.T."""
    return np.cumsum(xs @ W + b, axis=0)


@RUN.add("")
def last_state_only(W: Array, b: Array, xs: Array) -> Array:
    """This is the last state; asked are the states after every step, (time, units)."""
    return right.carousel_run(W, b, xs)[-1]


@RUN.add("")
def states_before(W: Array, b: Array, xs: Array) -> Array:
    """These are the states before each step; asked are those after it."""
    cs = right.carousel_run(W, b, xs)
    return np.concatenate([np.zeros_like(cs[:1]), cs[:-1]])


@RUN.add(CAROUSEL)
def result_squashed(W: Array, b: Array, xs: Array) -> Array:
    """The states are squashed in the end; the carousel has no squash, its state is the sum."""
    return np.tanh(right.carousel_run(W, b, xs))


@RUN.add("")
def same_state_collected(W: Array, b: Array, xs: Array) -> Array:
    """Every entry is the last state: c += ... changes the array that you have collected already.
    Write c = c + ..., or collect c.copy().
    """
    cs = right.carousel_run(W, b, xs)
    return np.broadcast_to(cs[-1], cs.shape).copy()


@RUN.add("")
def initial_state_collected(W: Array, b: Array, xs: Array) -> Array:
    """There is one state too many: c_0 is not asked for, only the states after each step."""
    cs = right.carousel_run(W, b, xs)
    return np.concatenate([np.zeros_like(cs[:1]), cs])


# ---- gated input ---------------------------------------------------------------------------


def _kept(step: object, xs: Array, gates: Array) -> Array:
    c, cs = np.zeros_like(xs[0]), []
    for x, i in zip(xs, gates, strict=True):
        c = step(c, x, i)  # type: ignore[operator]
        cs.append(c)
    return np.stack(cs)


@INPUT.add(GATE)
def gate_not_squashed(xs: Array, net_i: Array) -> Array:
    """The gate lacks its logistic function: net is any number, a gate lies between 0 and 1."""
    return np.cumsum(net_i * xs, axis=0)


@INPUT.add(GATE)
def gate_by_tanh(xs: Array, net_i: Array) -> Array:
    """The gate goes through tanh; a gate needs the logistic function, from 0 (shut) to 1 (open)."""
    return np.cumsum(np.tanh(net_i) * xs, axis=0)


@INPUT.add(STORE)
def gate_turned_round(xs: Array, net_i: Array) -> Array:
    """Open and shut have changed places: you use 1 - i."""
    return np.cumsum((1 - sigmoid(net_i)) * xs, axis=0)


@INPUT.add(STORE)
def nothing_stored(xs: Array, net_i: Array) -> Array:
    """This is what comes in at each step; the carousel has to add it to what it keeps."""
    return sigmoid(net_i) * xs


@INPUT.add(STORE)
def gate_on_the_sum(xs: Array, net_i: Array) -> Array:
    """The input gate multiplies the state as well, i (c + x); it belongs to what comes in alone, so
    that a shut gate keeps the memory.
    """
    return _kept(lambda c, x, i: i * (c + x), xs, sigmoid(net_i))


@INPUT.add(STORE)
def gate_on_the_state(xs: Array, net_i: Array) -> Array:
    """The gate multiplies the old state and lets every input in: that is a forget gate. Here it
    multiplies what comes in.
    """
    return _kept(lambda c, x, i: i * c + x, xs, sigmoid(net_i))


@INPUT.add(STORE)
def blend(xs: Array, net_i: Array) -> Array:
    """The old state is weakened by 1 - i when something comes in; a carousel keeps it whole."""
    return _kept(lambda c, x, i: (1 - i) * c + i * x, xs, sigmoid(net_i))


@INPUT.add(STORE)
def gate_added(xs: Array, net_i: Array) -> Array:
    """The gate is added to the input; a gate multiplies."""
    return np.cumsum(sigmoid(net_i) + xs, axis=0)


@INPUT.add(STORE)
def gate_after_the_sum(xs: Array, net_i: Array) -> Array:
    """You add up everything and gate the sum, so the noise is in the memory already. Gate first,
    then add.
    """
    return sigmoid(net_i) * np.cumsum(xs, axis=0)


@INPUT.add(COST)
def ungated(xs: Array, net_i: Array) -> Array:
    """Every input is added whole: the gate has no effect."""
    return np.cumsum(xs, axis=0) + 0 * net_i


@INPUT.add(STORE)
def gate_one_step_late(xs: Array, net_i: Array) -> Array:
    """The gate of the step before is used; gate and input belong to the same step."""
    gates = np.concatenate([np.zeros_like(net_i[:1]), sigmoid(net_i)[:-1]])
    return np.cumsum(gates * xs, axis=0)


@INPUT.add("")
def last_sum_only(xs: Array, net_i: Array) -> Array:
    """This is the last state; asked are the states after every step, (time, units)."""
    return right.gated_input(xs, net_i)[-1]


@INPUT.add("")
def same_sum_collected(xs: Array, net_i: Array) -> Array:
    """Every entry is the last state: c += ... changes the array that you have collected already.
    Write c = c + ..., or collect c.copy().
    """
    cs = right.gated_input(xs, net_i)
    return np.broadcast_to(cs[-1], cs.shape).copy()


@INPUT.add("")
def summed_over_units(xs: Array, net_i: Array) -> Array:
    """You add up over the units; time is the first axis: np.cumsum(..., axis=0)."""
    return np.cumsum(sigmoid(net_i) * xs, axis=1)


@INPUT.add(GATE)
def open_or_shut(xs: Array, net_i: Array) -> Array:
    """Your gate is either open or shut; the logistic function makes it a number between 0 and 1."""
    return np.cumsum((net_i > 0) * xs, axis=0)


@INPUT.add(STORE)
def candidate_squashed(xs: Array, net_i: Array) -> Array:
    """You squash what comes in, as the whole cell of 1997 does. Here it comes in as it is."""
    return np.cumsum(sigmoid(net_i) * np.tanh(xs), axis=0)


# ---- gated output --------------------------------------------------------------------------


@OUTPUT.add(GATE)
def output_gate_not_squashed(cs: Array, net_o: Array) -> Array:
    """The gate lacks its logistic function: net is any number, a gate lies between 0 and 1."""
    return net_o * cs


@OUTPUT.add(GATE)
def output_gate_by_tanh(cs: Array, net_o: Array) -> Array:
    """The gate goes through tanh; a gate needs the logistic function, from 0 (shut) to 1 (open)."""
    return np.tanh(net_o) * cs


@OUTPUT.add(STORE)
def output_gate_turned_round(cs: Array, net_o: Array) -> Array:
    """Open and shut have changed places: you use 1 - o."""
    return (1 - sigmoid(net_o)) * cs


@OUTPUT.add(STORE)
def state_squashed_on_the_way(cs: Array, net_o: Array) -> Array:
    """You squash the state on the way out, as the whole cell of 1997 does. Here the number itself
    is released.
    """
    return sigmoid(net_o) * np.tanh(cs)


@OUTPUT.add(STORE)
def released_added_up(cs: Array, net_o: Array) -> Array:
    """You add up what is released; the state is a sum already."""
    return np.cumsum(sigmoid(net_o) * cs, axis=0)


@OUTPUT.add(STORE)
def output_gate_added(cs: Array, net_o: Array) -> Array:
    """The gate is added to the state; a gate multiplies."""
    return sigmoid(net_o) + cs


@OUTPUT.add(STORE)
def state_of_the_step_before(cs: Array, net_o: Array) -> Array:
    """The state of the step before is released; gate and state belong to the same step."""
    return sigmoid(net_o) * np.concatenate([np.zeros_like(cs[:1]), cs[:-1]])


@OUTPUT.add(GATE)
def output_open_or_shut(cs: Array, net_o: Array) -> Array:
    """Your gate is either open or shut; the logistic function makes it a number between 0 and 1."""
    return (net_o > 0) * cs


@OUTPUT.add(STORE)
def gate_alone(cs: Array, net_o: Array) -> Array:
    """This is the gate itself; what goes out is the gate times the state."""
    return sigmoid(net_o)


# ---- the truncated partial -----------------------------------------------------------------


def _summed(sources: Array, factor: Array) -> Array:
    return np.cumsum(right.added(sources, factor), axis=0)


@PARTIAL.add(RULE)
def partial_of_the_candidate(sources: Array, i: Array, g: Array) -> Array:
    """This is the partial of the candidate's weights, i (1 - g**2); for the input gate the two
    change roles: g i (1 - i).
    """
    return _summed(sources, i * (1 - g**2))


@PARTIAL.add(RULE)
def candidate_left_out(sources: Array, i: Array, g: Array) -> Array:
    """The candidate g is missing: the gate multiplies it, so its error is multiplied by it."""
    return _summed(sources, i * (1 - i))


@PARTIAL.add(RULE)
def gate_slope_left_out(sources: Array, i: Array, g: Array) -> Array:
    """The slope of the gate, i (1 - i), is missing."""
    return _summed(sources, g)


@PARTIAL.add(RULE)
def half_a_slope(sources: Array, i: Array, g: Array) -> Array:
    """Half of the slope is missing: it is i (1 - i), and you have i alone."""
    return _summed(sources, g * i)


@PARTIAL.add(RULE)
def other_half_of_the_slope(sources: Array, i: Array, g: Array) -> Array:
    """Half of the slope is missing: it is i (1 - i), and you have 1 - i alone."""
    return _summed(sources, g * (1 - i))


@PARTIAL.add(RULE)
def slope_of_tanh(sources: Array, i: Array, g: Array) -> Array:
    """1 - i**2 is the slope of tanh; a gate is squashed by the logistic function: i (1 - i)."""
    return _summed(sources, g * (1 - i**2))


@PARTIAL.add(RULE)
def both_slopes(sources: Array, i: Array, g: Array) -> Array:
    """There is the candidate's slope in it too; for the gate's weights the candidate counts by its
    value.
    """
    return _summed(sources, g * i * (1 - i) * (1 - g**2))


@PARTIAL.add(RULE)
def gate_once_more(sources: Array, i: Array, g: Array) -> Array:
    """There is one factor i too many."""
    return _summed(sources, g * i * i * (1 - i))


@PARTIAL.add(RULE)
def partial_not_carried(sources: Array, i: Array, g: Array) -> Array:
    """Each step's own part is right, but the partial of the step before has to be added: the state
    keeps what it got.
    """
    return right.added(sources, g * i * (1 - i))


@PARTIAL.add(RULE)
def partial_gated_too(sources: Array, i: Array, g: Array) -> Array:
    """The partial of the step before is multiplied by the input gate; on the carousel its factor is
    one.
    """
    parts, carried, found = right.added(sources, g * i * (1 - i)), 0.0, []
    for part, gate in zip(parts, i, strict=True):
        carried = gate[:, None] * carried + part
        found.append(carried)
    return np.stack(found)


@PARTIAL.add(RULE)
def partial_before_the_step(sources: Array, i: Array, g: Array) -> Array:
    """These are the partials before each step; asked are those after it."""
    found = right.input_gate_partial(sources, i, g)
    return np.concatenate([np.zeros_like(found[:1]), found[:-1]])


@PARTIAL.add("")
def axes_swapped(sources: Array, i: Array, g: Array) -> Array:
    """Units and sources have changed places: like W_i, the partial is (units, sources)."""
    return right.input_gate_partial(sources, i, g).transpose(0, 2, 1)


@PARTIAL.add("")
def last_partial_only(sources: Array, i: Array, g: Array) -> Array:
    """This is the last partial; asked is the one after every step, (time, units, sources)."""
    return right.input_gate_partial(sources, i, g)[-1]


@PARTIAL.add(RULE)
def gate_squashed_again(sources: Array, i: Array, g: Array) -> Array:
    """You squash i once more: it is the gate's value already, so its slope is i (1 - i)."""
    value = sigmoid(i)
    return _summed(sources, g * value * (1 - value))


@PARTIAL.add("")
def same_partial_collected(sources: Array, i: Array, g: Array) -> Array:
    """Every entry is the last partial: += changes the array that you have collected already. Write
    partial = partial + ..., or collect partial.copy().
    """
    partials = right.input_gate_partial(sources, i, g)
    return np.broadcast_to(partials[-1], partials.shape).copy()


# ---- the gradient --------------------------------------------------------------------------


@GRADIENT.add(RULE)
def last_error_only(partials: Array, errors: Array) -> Array:
    """Only the last error is used; every step may have one."""
    return errors[-1][:, None] * partials[-1]


@GRADIENT.add(RULE)
def last_partial_for_all(partials: Array, errors: Array) -> Array:
    """Each error meets the last partial; it belongs to the partial of its own step, for what comes
    later it cannot have been caused by.
    """
    return errors.sum(axis=0)[:, None] * partials[-1]


@GRADIENT.add(RULE)
def own_step_only(partials: Array, errors: Array) -> Array:
    """Each error meets what came in at its own step only; the partial holds all that came in
    before, and that is what a memory is for.
    """
    parts = np.diff(partials, axis=0, prepend=0 * partials[:1])
    return right.input_gate_gradient(parts, errors)


@GRADIENT.add(RULE)
def errors_carried_back(partials: Array, errors: Array) -> Array:
    """You add up the errors of later steps, as one does going backwards; the partials have done
    that already, going forwards.
    """
    return right.input_gate_gradient(partials, np.cumsum(errors[::-1], axis=0)[::-1])


@GRADIENT.add(RULE)
def mean_over_time(partials: Array, errors: Array) -> Array:
    """This is the mean over the steps; the gradient is their sum."""
    return right.input_gate_gradient(partials, errors) / len(errors)


@GRADIENT.add(RULE)
def units_mixed(partials: Array, errors: Array) -> Array:
    """The errors of all units are added up; unit j has its own error and its own partial."""
    return right.input_gate_gradient(
        partials, np.repeat(errors.sum(1)[:, None], errors.shape[1], 1)
    )


@GRADIENT.add(RULE)
def descent_for_gradient(partials: Array, errors: Array) -> Array:
    """The sign is turned round: asked is the gradient, not the step that descends it."""
    return -right.input_gate_gradient(partials, errors)


@GRADIENT.add("")
def not_summed(partials: Array, errors: Array) -> Array:
    """The sum over the steps is missing: the result has the shape of W_i, (units, sources)."""
    return errors[:, :, None] * partials
