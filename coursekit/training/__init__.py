"""Train: read-outs and their losses, optimisers, the loop, and many seeds at once."""

from coursekit.training.evolution import evolution_strategy, genetic_algorithm, shaped_by_rank
from coursekit.training.fit import Fitted, History, fit
from coursekit.training.generations import Evolved, Generations
from coursekit.training.guessing import Guessed, random_guessing
from coursekit.training.model import Model, init_model, loss_and_gradient, predict
from coursekit.training.optimisers import Adam, Momentum, Sgd, clip_by_norm
from coursekit.training.readouts import linear, logistic, softmax
from coursekit.training.seeds import over_seeds

__all__ = [
    "Adam",
    "Evolved",
    "Fitted",
    "Generations",
    "Guessed",
    "History",
    "Model",
    "Momentum",
    "Sgd",
    "clip_by_norm",
    "evolution_strategy",
    "fit",
    "genetic_algorithm",
    "init_model",
    "linear",
    "logistic",
    "loss_and_gradient",
    "over_seeds",
    "predict",
    "random_guessing",
    "shaped_by_rank",
    "softmax",
]
