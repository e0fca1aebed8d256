"""Train: read-outs and their losses, optimisers, the loop, and many seeds at once."""

from coursekit.training.evolino import evolino, random_hidden
from coursekit.training.evolution import evolution_strategy, genetic_algorithm, shaped_by_rank
from coursekit.training.fit import Fitted, History, fit
from coursekit.training.free_running import generate, normalised_error, solve_readout
from coursekit.training.generations import Evolved, Generations
from coursekit.training.guessing import Guessed, random_guessing
from coursekit.training.model import Model, init_model, loss_and_gradient, predict
from coursekit.training.optimisers import Adam, Momentum, Sgd, clip_by_norm
from coursekit.training.policy_gradient import Learned, learn_policy, mean_return, policy_gradient
from coursekit.training.readouts import linear, logistic, softmax
from coursekit.training.seeds import over_seeds
from coursekit.training.solved_readouts import by_pseudo_inverse, by_support_vectors

__all__ = [
    "Adam",
    "Evolved",
    "Fitted",
    "Generations",
    "Guessed",
    "History",
    "Learned",
    "Model",
    "Momentum",
    "Sgd",
    "by_pseudo_inverse",
    "by_support_vectors",
    "clip_by_norm",
    "evolino",
    "evolution_strategy",
    "fit",
    "generate",
    "genetic_algorithm",
    "init_model",
    "learn_policy",
    "linear",
    "logistic",
    "loss_and_gradient",
    "mean_return",
    "normalised_error",
    "over_seeds",
    "policy_gradient",
    "predict",
    "random_guessing",
    "random_hidden",
    "shaped_by_rank",
    "softmax",
    "solve_readout",
]
