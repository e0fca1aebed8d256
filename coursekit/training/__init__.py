"""Train: read-outs and their losses, optimisers, the loop, and many seeds at once."""

from coursekit.training.fit import Fitted, History, fit
from coursekit.training.model import Model, init_model, loss_and_gradient, predict
from coursekit.training.optimisers import Adam, Momentum, Sgd, clip_by_norm
from coursekit.training.readouts import linear, logistic, softmax
from coursekit.training.seeds import over_seeds

__all__ = [
    "Adam",
    "Fitted",
    "History",
    "Model",
    "Momentum",
    "Sgd",
    "clip_by_norm",
    "fit",
    "init_model",
    "linear",
    "logistic",
    "loss_and_gradient",
    "over_seeds",
    "predict",
    "softmax",
]
