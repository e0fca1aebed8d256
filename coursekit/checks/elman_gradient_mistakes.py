"""The Elman net's loss, differences, gradient and influence, in the known wrong ways."""

from __future__ import annotations

from typing import Any

import numpy as np

from coursekit.checks import elman_gradient_reference as right
from coursekit.checks.elman_gradient_reference import Array, Values
from coursekit.checks.spec import Catalogue

# Where lesson 02 says it.
NET = "02#the-net-and-its-loss"
DIFFERENCE = "02#the-slope-of-one-weight-measured"
USES = "02#one-weight-used-at-every-step"
USERS = "02#who-uses-h_t"
BPTT = "02#backpropagation-through-time"
RTRL = "02#real-time-recurrent-learning"

LOSS = Catalogue()
DIFFERENCES = Catalogue()
GRADIENT = Catalogue()
INFLUENCE = Catalogue()


# ---- the loss ------------------------------------------------------------------------------


def _loss_of(outputs: Array, targets: Array) -> float:
    return 0.5 * float(((outputs - targets) ** 2).sum())


def _read(params: Values, hs: Array) -> Array:
    return hs @ params["V"].T + params["d"]


@LOSS.add(NET)
def half_left_out(params: Values, xs: Array, targets: Array) -> float:
    """The factor 1/2 is missing: without it every gradient is twice as large."""
    return 2 * right.loss(params, xs, targets)


@LOSS.add(NET)
def mean_for_sum(params: Values, xs: Array, targets: Array) -> float:
    """You take the mean; the loss here is half the *sum* of the squares, over steps and outputs."""
    return 0.5 * float((right.residuals(params, xs, targets) ** 2).mean())


@LOSS.add(NET)
def mean_over_steps(params: Values, xs: Array, targets: Array) -> float:
    """You divide by the number of steps; the loss here adds the steps up."""
    return right.loss(params, xs, targets) / len(xs)


@LOSS.add(NET)
def last_step_only(params: Values, xs: Array, targets: Array) -> float:
    """Only the last step is counted; the loss looks at every step."""
    return 0.5 * float((right.residuals(params, xs, targets)[-1] ** 2).sum())


@LOSS.add(NET)
def not_squared(params: Values, xs: Array, targets: Array) -> float:
    """You add up the distances themselves; square them first."""
    return 0.5 * float(np.abs(right.residuals(params, xs, targets)).sum())


@LOSS.add(NET)
def state_not_handed_on(params: Values, xs: Array, targets: Array) -> float:
    """Every step starts from h = 0: hand the new h on to the next step."""
    hs = np.tanh(xs @ params["W"].T + params["b"])
    return _loss_of(_read(params, hs), targets)


@LOSS.add(NET)
def squash_left_out(params: Values, xs: Array, targets: Array) -> float:
    """The tanh is missing: h is the squashed pre-activation."""
    h, hs = np.zeros(len(params["b"])), []
    for x in xs:
        h = params["W"] @ x + params["U"] @ h + params["b"]
        hs.append(h)
    return _loss_of(_read(params, np.stack(hs)), targets)


@LOSS.add(NET)
def output_squashed(params: Values, xs: Array, targets: Array) -> float:
    """You squash the output; the read-out y = V h + d is linear."""
    return _loss_of(np.tanh(_read(params, right.states(params, xs)[1:])), targets)


@LOSS.add(NET)
def recurrent_transposed(params: Values, xs: Array, targets: Array) -> float:
    """U is transposed: row k of U collects into unit k, so it is U @ h."""
    return right.loss({**params, "U": params["U"].T}, xs, targets)


@LOSS.add(NET)
def bias_left_out(params: Values, xs: Array, targets: Array) -> float:
    """The bias b is missing from the pre-activation."""
    return right.loss({**params, "b": 0 * params["b"]}, xs, targets)


@LOSS.add(NET)
def output_bias_left_out(params: Values, xs: Array, targets: Array) -> float:
    """The bias d is missing from the output."""
    return right.loss({**params, "d": 0 * params["d"]}, xs, targets)


@LOSS.add(NET)
def read_before_the_step(params: Values, xs: Array, targets: Array) -> float:
    """The output is read from h before the step; first take the step, then read."""
    return _loss_of(_read(params, right.states(params, xs)[:-1]), targets)


@LOSS.add(NET)
def softmax_at_the_output(params: Values, xs: Array, targets: Array) -> float:
    """You put the outputs through softmax, as in exercise 1; here the read-out is linear."""
    powers = np.exp(_read(params, right.states(params, xs)[1:]))
    return _loss_of(powers / powers.sum(axis=-1, keepdims=True), targets)


@LOSS.add(NET)
def distance_not_squared(params: Values, xs: Array, targets: Array) -> float:
    """You add up the lengths of the errors; the loss adds up their squares. np.linalg.norm takes a
    root that is not wanted here.
    """
    return 0.5 * float(np.linalg.norm(right.residuals(params, xs, targets), axis=1).sum())


@LOSS.add(NET)
def steps_not_added(params: Values, xs: Array, targets: Array) -> Array:
    """These are the losses of the single steps; the loss of the sequence is one number, their
    sum.
    """
    return 0.5 * np.asarray((right.residuals(params, xs, targets) ** 2).sum(axis=1))


# ---- the differences -----------------------------------------------------------------------


@DIFFERENCES.add(DIFFERENCE)
def one_side_only(params: Values, xs: Array, targets: Array, step: float = 1e-5) -> Values:
    """You move each weight up only: (L(w + s) - L(w)) / s. Move it both ways; the error then falls
    with the square of the step.
    """
    start = right.loss(params, xs, targets)

    def measure(moved: Values, xs: Array, targets: Array) -> float:
        below = any((moved[k] < params[k]).any() for k in params)
        return start if below else right.loss(moved, xs, targets)

    return {k: 2 * g for k, g in right.differences(params, xs, targets, step, measure).items()}


@DIFFERENCES.add(DIFFERENCE)
def not_halved(params: Values, xs: Array, targets: Array, step: float = 1e-5) -> Values:
    """Between the two losses the weight has moved by 2 steps; you divide by one."""
    return {k: 2 * g for k, g in right.differences(params, xs, targets, step).items()}


@DIFFERENCES.add(DIFFERENCE)
def times_half_a_step(params: Values, xs: Array, targets: Array, step: float = 1e-5) -> Values:
    """`/ 2 * step` divides by 2 and then multiplies by the step; write `/ (2 * step)`."""
    return {k: g * step**2 for k, g in right.differences(params, xs, targets, step).items()}


@DIFFERENCES.add(DIFFERENCE)
def difference_turned(params: Values, xs: Array, targets: Array, step: float = 1e-5) -> Values:
    """The sign is turned: take the loss above minus the loss below."""
    return {k: -g for k, g in right.differences(params, xs, targets, step).items()}


@DIFFERENCES.add(DIFFERENCE)
def not_moved_back(params: Values, xs: Array, targets: Array, step: float = 1e-5) -> Values:
    """You do not put a weight back before you move the next one, so the later entries are measured
    at another place.
    """
    moved = {k: v.copy() for k, v in params.items()}
    grads = {k: np.zeros_like(v) for k, v in params.items()}
    for name, array in moved.items():
        for index in np.ndindex(array.shape):
            array[index] += step
            above = right.loss(moved, xs, targets)
            array[index] -= 2 * step
            grads[name][index] = (above - right.loss(moved, xs, targets)) / (2 * step)
    return grads


@DIFFERENCES.add(DIFFERENCE)
def moved_all_at_once(params: Values, xs: Array, targets: Array, step: float = 1e-5) -> Values:
    """You move all entries of an array at once; move one at a time."""
    grads = {}
    for name, array in params.items():
        above = right.loss({**params, name: array + step}, xs, targets)
        below = right.loss({**params, name: array - step}, xs, targets)
        grads[name] = np.full(array.shape, (above - below) / (2 * step))
    return grads


@DIFFERENCES.add(DIFFERENCE)
def step_not_used(params: Values, xs: Array, targets: Array, step: float = 1e-5) -> Values:
    """You move by a step of your own; use the `step` that the function is given."""
    return right.differences(params, xs, targets)


@DIFFERENCES.add("")
def params_changed(params: Values, xs: Array, targets: Array, step: float = 1e-5) -> Values:
    """The slopes are right, but afterwards `params` is not what it was: keep the old number and put
    it back, or work on copies. Adding and subtracting the step leaves a rounding error behind.
    """
    grads = right.differences(params, xs, targets, step)
    for array in params.values():
        array += step / 1024
    return grads


@DIFFERENCES.add(DIFFERENCE)
def params_not_moved_back(params: Values, xs: Array, targets: Array, step: float = 1e-5) -> Values:
    """You do not put a weight back before you move the next one: the later entries are measured at
    another place, and `params` is changed when you are done. Keep the old number, and put it back.
    """
    grads = not_moved_back(params, xs, targets, step)
    for array in params.values():
        array -= step
    return grads


@DIFFERENCES.add(DIFFERENCE)
def arrays_shared(params: Values, xs: Array, targets: Array, step: float = 1e-5) -> Values:
    """dict(params) and params.copy() copy the dict and share the arrays: you move up in `params`
    itself, and your step down ends where you began. Copy every array.
    """
    grads = {k: np.zeros_like(v) for k, v in params.items()}
    for name, array in params.items():
        for index in np.ndindex(array.shape):
            array[index] += step
            above = right.loss(params, xs, targets)
            array[index] -= step
            grads[name][index] = (above - right.loss(params, xs, targets)) / (2 * step)
    for array in params.values():
        array += step / 1024  # up and down again leaves a rounding error in `params`
    return grads


@DIFFERENCES.add(DIFFERENCE)
def rows_moved(params: Values, xs: Array, targets: Array, step: float = 1e-5) -> Values:
    """range(len(array)) goes through the rows of W, U and V, and you move a whole row at once; move
    one entry at a time. np.ndindex(array.shape) goes through the entries.
    """
    grads = right.differences(params, xs, targets, step)
    for name in ("W", "U", "V"):
        for row in range(len(params[name])):
            move = np.zeros_like(params[name])
            move[row] = step
            above = right.loss({**params, name: params[name] + move}, xs, targets)
            below = right.loss({**params, name: params[name] - move}, xs, targets)
            grads[name][row] = (above - below) / (2 * step)
    return grads


# ---- backpropagation through time ----------------------------------------------------------


def _with(params: Values, xs: Array, targets: Array, **changed: Any) -> Values:
    return right.gradient(params, xs, targets, **changed)


def _parts(params: Values, xs: Array, targets: Array) -> tuple[Array, Array, Array, Values]:
    hs, errors = right.states(params, xs), right.residuals(params, xs, targets)
    ds = right.deltas(params, hs, errors @ params["V"])
    return hs, errors, ds, right.collect(hs, xs, errors, ds)


@GRADIENT.add(USERS)
def temporal_term_dropped(params: Values, xs: Array, targets: Array) -> Values:
    """No error travels back in time: add U.T @ delta of the next step to what the loss says."""
    return _with(params, xs, targets, back=lambda params, delta: 0 * delta)


@GRADIENT.add(USERS)
def back_through_u(params: Values, xs: Array, targets: Array) -> Values:
    """The error goes back through U; forwards it was U @ h, so backwards it is U.T @ delta."""
    return _with(params, xs, targets, back=lambda params, delta: params["U"] @ delta)


@GRADIENT.add(USERS)
def weights_left_out_of_way_back(params: Values, xs: Array, targets: Array) -> Values:
    """The delta of the next step is added as it is; it comes back through U.T."""
    return _with(params, xs, targets, back=lambda params, delta: delta)


@GRADIENT.add(USERS)
def slope_left_out(params: Values, xs: Array, targets: Array) -> Values:
    """The slope of tanh is missing: delta is the error at h times 1 - h**2."""
    return _with(params, xs, targets, slope=lambda h: np.ones_like(h))


@GRADIENT.add(USERS)
def slope_of_the_value(params: Values, xs: Array, targets: Array) -> Values:
    """You squash h once more: with h = tanh(net) the slope is 1 - h**2, without another tanh."""
    return _with(params, xs, targets, slope=lambda h: 1 - np.tanh(h) ** 2)


@GRADIENT.add(USERS)
def slope_of_the_logistic(params: Values, xs: Array, targets: Array) -> Values:
    """h (1 - h) is the slope of the logistic; for tanh it is 1 - h**2."""
    return _with(params, xs, targets, slope=lambda h: h * (1 - h))


@GRADIENT.add(USERS)
def slope_on_the_loss_only(params: Values, xs: Array, targets: Array) -> Values:
    """Only the spatial term is multiplied by the slope; both terms pass the tanh of their step."""
    hs, errors, _, _ = _parts(params, xs, targets)
    ds, delta = [], np.zeros(len(params["b"]))
    for h, error in zip(hs[:0:-1], (errors @ params["V"])[::-1], strict=True):
        delta = error * (1 - h**2) + params["U"].T @ delta
        ds.append(delta)
    return right.collect(hs, xs, errors, np.stack(ds[::-1]))


@GRADIENT.add(USERS)
def error_sent_in_place_of_delta(params: Values, xs: Array, targets: Array) -> Values:
    """What goes back through U.T is delta, the error after the slope; you send the error at h."""
    hs, errors, _, _ = _parts(params, xs, targets)
    ds, error = [], np.zeros(len(params["b"]))
    for h, spoken in zip(hs[:0:-1], (errors @ params["V"])[::-1], strict=True):
        error = spoken + params["U"].T @ error
        ds.append(error * (1 - h**2))
    return right.collect(hs, xs, errors, np.stack(ds[::-1]))


@GRADIENT.add(BPTT)
def new_state_at_u(params: Values, xs: Array, targets: Array) -> Values:
    """The gradient of U multiplies delta_t with h_t; U was applied to h_{t-1}."""
    hs, _, ds, grads = _parts(params, xs, targets)
    return {**grads, "U": ds.T @ hs[1:]}


@GRADIENT.add(BPTT)
def old_state_at_v(params: Values, xs: Array, targets: Array) -> Values:
    """The gradient of V uses h before the step; the output was read from h after it."""
    hs, errors, _, grads = _parts(params, xs, targets)
    return {**grads, "V": errors.T @ hs[:-1]}


@GRADIENT.add(BPTT)
def outer_product_turned(params: Values, xs: Array, targets: Array) -> Values:
    """The gradient of U is transposed: row k belongs to unit k, so delta stands for the rows and
    h_{t-1} for the columns. (U is square, so no shape complains.)
    """
    grads = right.gradient(params, xs, targets)
    return {**grads, "U": grads["U"].T}


@GRADIENT.add(USERS)
def read_out_left_out(params: Values, xs: Array, targets: Array) -> Values:
    """No error reaches the net from the last step's output: that step has a spatial term too."""
    hs, errors, _, grads = _parts(params, xs, targets)
    from_loss = errors @ params["V"]
    from_loss[-1] = 0
    ds = right.deltas(params, hs, from_loss)
    return {**right.collect(hs, xs, errors, ds), "V": grads["V"], "d": grads["d"]}


@GRADIENT.add(USERS)
def last_error_only(params: Values, xs: Array, targets: Array) -> Values:
    """Only the last step's error goes into the net; the loss speaks at every step."""
    hs, errors, _, _ = _parts(params, xs, targets)
    from_loss = errors @ params["V"]
    from_loss[:-1] = 0
    return right.collect(hs, xs, errors, right.deltas(params, hs, from_loss))


@GRADIENT.add(USERS)
def walked_forwards(params: Values, xs: Array, targets: Array) -> Values:
    """You walk from the first step to the last; errors travel the other way: start at the end."""
    hs, errors, _, _ = _parts(params, xs, targets)
    ds, delta = [], np.zeros(len(params["b"]))
    for h, error in zip(hs[1:], errors @ params["V"], strict=True):
        delta = (error + params["U"].T @ delta) * (1 - h**2)
        ds.append(delta)
    return right.collect(hs, xs, errors, np.stack(ds))


@GRADIENT.add(USES)
def one_use_only(params: Values, xs: Array, targets: Array) -> Values:
    """Only the first step's share is left at the end: add up the shares of all steps (+=)."""
    hs, errors, ds, _ = _parts(params, xs, targets)
    return right.collect(hs[:2], xs[:1], errors[:1], ds[:1])


@GRADIENT.add(USES)
def averaged_over_steps(params: Values, xs: Array, targets: Array) -> Values:
    """The shares of the steps are averaged; a weight that is used at every step adds them up."""
    return {k: g / len(xs) for k, g in right.gradient(params, xs, targets).items()}


@GRADIENT.add(NET)
def twice_too_large(params: Values, xs: Array, targets: Array) -> Values:
    """Everything is twice too large: the 1/2 of the loss cancels the 2 of the square."""
    return {k: 2 * g for k, g in right.gradient(params, xs, targets).items()}


@GRADIENT.add(DIFFERENCE)
def sign_turned(params: Values, xs: Array, targets: Array) -> Values:
    """Every gradient has the wrong sign: the error is y - target. The minus comes later, with the
    learning rate.
    """
    return {k: -g for k, g in right.gradient(params, xs, targets).items()}


@GRADIENT.add(BPTT)
def bias_left_behind(params: Values, xs: Array, targets: Array) -> Values:
    """The gradient of b is that of one step only; the bias is used at every step."""
    _, _, ds, grads = _parts(params, xs, targets)
    return {**grads, "b": ds[0]}


@GRADIENT.add(NET)
def half_kept(params: Values, xs: Array, targets: Array) -> Values:
    """Everything is half as large as it should be: the 2 of the square cancels the 1/2 of the loss,
    so the error is y - target without a factor.
    """
    return {k: g / 2 for k, g in right.gradient(params, xs, targets).items()}


@GRADIENT.add(BPTT)
def last_state_before_the_first(params: Values, xs: Array, targets: Array) -> Values:
    """At the first step your hs[t - 1] is hs[-1], which Python takes for the *last* state. Before
    the first step the state is zero: put the zeros of h_0 in front of hs.
    """
    hs, _, ds, grads = _parts(params, xs, targets)
    return {**grads, "U": ds.T @ np.vstack([hs[-1:], hs[1:-1]])}


@GRADIENT.add(USES)
def shares_overwritten(params: Values, xs: Array, targets: Array) -> Values:
    """Of W, U and b only the first step's share is left at the end: add up the shares of all steps
    (+=).
    """
    hs, errors, ds, grads = _parts(params, xs, targets)
    first = right.collect(hs[:2], xs[:1], errors[:1], ds[:1])
    return {**grads, **{name: first[name] for name in ("W", "U", "b")}}


# ---- real-time recurrent learning ----------------------------------------------------------


def _influence(
    params: Values, x: Array, h: Array, influence: Values, **changed: Any
) -> tuple[Array, Array, Values]:
    new = np.tanh(params["W"] @ x + params["U"] @ h + params["b"])
    return new, 1 - new**2, {k: np.asarray(v) for k, v in influence.items()}


def _carry(matrix: Array, influence: Values) -> Values:
    return {k: np.tensordot(matrix, v, axes=1) for k, v in influence.items()}


def _added(new: Array, carried: Values, own: Values) -> Values:
    return {"h": new, **{k: carried[k] + own[k] for k in own}}


@INFLUENCE.add(RTRL)
def influence_not_carried(params: Values, x: Array, h: Array, influence: Values) -> Values:
    """What earlier uses of a weight did is dropped: the old influence comes along through U."""
    new, slope, _ = _influence(params, x, h, influence)
    return {"h": new, **right.own_use(x, h, slope)}


@INFLUENCE.add(RTRL)
def own_use_left_out(params: Values, x: Array, h: Array, influence: Values) -> Values:
    """This step's own use of the weights is missing: into unit k, the weight from a source acts as
    much as the source is large.
    """
    new, slope, old = _influence(params, x, h, influence)
    return {"h": new, **_carry(slope[:, None] * params["U"], old)}


@INFLUENCE.add(RTRL)
def slope_missing_from_carried(params: Values, x: Array, h: Array, influence: Values) -> Values:
    """The old influence passes the tanh of this step as well: multiply both parts by the slope."""
    new, slope, old = _influence(params, x, h, influence)
    return _added(new, _carry(params["U"], old), right.own_use(x, h, slope))


@INFLUENCE.add(RTRL)
def slope_missing_from_own(params: Values, x: Array, h: Array, influence: Values) -> Values:
    """This step's own use passes the tanh as well: multiply both parts by the slope."""
    new, slope, old = _influence(params, x, h, influence)
    own = right.own_use(x, h, np.ones_like(slope))
    return _added(new, _carry(slope[:, None] * params["U"], old), own)


@INFLUENCE.add(RTRL)
def slope_missing_from_both(params: Values, x: Array, h: Array, influence: Values) -> Values:
    """The slope of tanh, 1 - h**2 with the new h, is missing."""
    new, slope, old = _influence(params, x, h, influence)
    return _added(new, _carry(params["U"], old), right.own_use(x, h, np.ones_like(slope)))


@INFLUENCE.add(RTRL)
def slope_of_the_old_state(params: Values, x: Array, h: Array, influence: Values) -> Values:
    """The slope is that of the *new* h; you use the h before the step."""
    new, _, old = _influence(params, x, h, influence)
    slope = 1 - h**2
    return _added(new, _carry(slope[:, None] * params["U"], old), right.own_use(x, h, slope))


@INFLUENCE.add(RTRL)
def influence_through_transposed_u(params: Values, x: Array, h: Array, influence: Values) -> Values:
    """Going *forwards* the influence passes U, not U.T: h_{t-1} does so too."""
    new, slope, old = _influence(params, x, h, influence)
    return _added(new, _carry(slope[:, None] * params["U"].T, old), right.own_use(x, h, slope))


@INFLUENCE.add(RTRL)
def new_state_as_source(params: Values, x: Array, h: Array, influence: Values) -> Values:
    """The weights U multiply the h before the step; you use the new one as their source."""
    new, slope, old = _influence(params, x, h, influence)
    return _added(new, _carry(slope[:, None] * params["U"], old), right.own_use(x, new, slope))


@INFLUENCE.add(RTRL)
def own_use_on_every_unit(params: Values, x: Array, h: Array, influence: Values) -> Values:
    """A weight into unit k acts directly on unit k alone; you let it act on all units."""
    new, slope, old = _influence(params, x, h, influence)
    every = np.repeat(slope[:, None], len(slope), axis=1)
    own = {"W": every[:, :, None] * x, "U": every[:, :, None] * h, "b": every}
    return _added(new, _carry(slope[:, None] * params["U"], old), own)


@INFLUENCE.add(RTRL)
def influence_without_u(params: Values, x: Array, h: Array, influence: Values) -> Values:
    """The old influence is added as it is; what earlier uses did comes along through U."""
    new, slope, old = _influence(params, x, h, influence)
    return _added(new, _carry(np.diag(slope), old), right.own_use(x, h, slope))


@INFLUENCE.add(RTRL)
def influence_over_the_wrong_axis(params: Values, x: Array, h: Array, influence: Values) -> Values:
    """`U @ influence` is right for b. An array of three axes is to @ a stack of matrices: it sums
    over the second axis. Sum over the first one: np.tensordot(U, influence["W"], axes=1).
    """
    new, slope, old = _influence(params, x, h, influence)
    carried = {k: params["U"] @ v for k, v in old.items()}
    scaled = {k: slope.reshape(-1, *[1] * (v.ndim - 1)) * v for k, v in carried.items()}
    return _added(new, scaled, right.own_use(x, h, slope))


@INFLUENCE.add(RTRL)
def slope_on_the_columns_of_b(params: Values, x: Array, h: Array, influence: Values) -> Values:
    """W and U are right. In b your slopes multiply the columns, and they belong to the rows, to the
    unit that is influenced: give them a second axis, slope[:, None].
    """
    new, slope, old = _influence(params, x, h, influence)
    good = _added(new, _carry(slope[:, None] * params["U"], old), right.own_use(x, h, slope))
    return {**good, "b": slope * (params["U"] @ old["b"] + np.eye(len(h)))}
