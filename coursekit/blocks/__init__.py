"""The network of the papers: memory blocks, wired and biased as each experiment had them.

``cells.lstm_1997`` and ``cells.lstm`` are what became of it. The network itself differs in what is
easy to overlook and hard to do without: several cells behind one set of gates, gates whose outputs
recur, squashing functions of other ranges, outputs that read the new cell outputs. It stands here
with the truncated rule that trained it.
"""

from coursekit.blocks.layout import Layout, weight_count
from coursekit.blocks.network import (
    Params,
    State,
    Trace,
    init,
    initial_state,
    run,
    step,
    trained,
)
from coursekit.blocks.published import PUBLISHED, Published
from coursekit.blocks.rule import (
    Partials,
    first_partials,
    gradient_now,
    next_partials,
    train_sequence,
    truncated_gradient,
)
from coursekit.blocks.through_time import full_gradient
from coursekit.blocks.trainer import ReadableTrainer

__all__ = [
    "PUBLISHED",
    "Layout",
    "Params",
    "Partials",
    "Published",
    "ReadableTrainer",
    "State",
    "Trace",
    "first_partials",
    "full_gradient",
    "gradient_now",
    "init",
    "initial_state",
    "next_partials",
    "run",
    "step",
    "train_sequence",
    "trained",
    "truncated_gradient",
    "weight_count",
]
