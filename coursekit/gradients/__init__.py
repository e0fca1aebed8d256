"""How error travels: backwards through time, forward in time, and measured from outside."""

from coursekit.gradients.cost import multiplications, peak_bytes
from coursekit.gradients.jacobian import state_jacobian
from coursekit.gradients.layers import Terms, spatial_and_temporal
from coursekit.gradients.norms import gradient_norms
from coursekit.gradients.numerical import GradientReport, check_gradient, numerical_gradient
from coursekit.gradients.rtrl import rtrl
from coursekit.gradients.through_time import Gradients, bptt, gradient_by_time
from coursekit.gradients.tree import Tree
from coursekit.gradients.trees import TreeRun, bptt_tree, unroll_tree
from coursekit.gradients.truncated import (
    first_partials,
    gradient_now,
    next_partials,
    truncated,
)
from coursekit.gradients.unroll import Run, unroll

__all__ = [
    "GradientReport",
    "Gradients",
    "Run",
    "Terms",
    "Tree",
    "TreeRun",
    "bptt",
    "bptt_tree",
    "check_gradient",
    "first_partials",
    "gradient_by_time",
    "gradient_norms",
    "gradient_now",
    "multiplications",
    "next_partials",
    "numerical_gradient",
    "peak_bytes",
    "rtrl",
    "spatial_and_temporal",
    "state_jacobian",
    "truncated",
    "unroll",
    "unroll_tree",
]
