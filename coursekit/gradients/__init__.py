"""How error travels: backwards through time, forward in time, and measured from outside."""

from coursekit.gradients.jacobian import state_jacobian
from coursekit.gradients.numerical import GradientReport, check_gradient, numerical_gradient
from coursekit.gradients.through_time import Gradients, bptt, gradient_by_time
from coursekit.gradients.truncated import truncated
from coursekit.gradients.unroll import Run, unroll

__all__ = [
    "GradientReport",
    "Gradients",
    "Run",
    "bptt",
    "check_gradient",
    "gradient_by_time",
    "numerical_gradient",
    "state_jacobian",
    "truncated",
    "unroll",
]
