"""Read-outs: from the cell's output h_t to a prediction y_t, with the loss that goes with it.

Each is a module of plain functions, passed as a value:

- ``init(rng, units, outputs) -> Params``
- ``outputs(params, h) -> y``
- ``loss(params, h, targets, mask=None) -> (value, grad_params, grad_h)``
"""

from coursekit.training.readouts import linear, logistic, softmax
from coursekit.training.readouts.affine import Params

__all__ = ["Params", "linear", "logistic", "softmax"]
