"""What PyTorch and Keras computed with their own LSTM and GRU: weights, inputs, outputs.

The files are made by the scripts beside them in ``tests/recorded``; neither framework is needed to
read them.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import coursekit


def recorded(framework: str, net: str) -> dict[str, NDArray[np.float64]]:
    """The arrays of one net, under the framework's own names.

    Args:
        framework: "torch" or "keras".
        net: "lstm" or "gru"; of Keras also "gru_reset_after".

    Returns:
        The weights; ``x``; the states before, ``h`` and for an LSTM ``c``; ``outputs``. PyTorch
        has time first, Keras the batch first.

    Raises:
        ValueError: there is no such file, or no such net in it.

    >>> recorded("torch", "lstm")["weight_ih_l0"].shape
    (16, 3)
    """
    package = Path(coursekit.__file__).resolve().parent
    folders = (package.parent / "tests" / "recorded", package / "_course" / "recorded")
    found = [path for folder in folders if (path := folder / f"{framework}.npz").is_file()]
    if not found:
        raise ValueError(f'framework is {framework!r}; pass "torch" or "keras"')
    with np.load(found[0]) as file:
        names = [name for name in file.files if name.startswith(f"{net}/")]
        if not names:
            nets = sorted({name.partition("/")[0] for name in file.files} - {"versions"})
            raise ValueError(f"net is {net!r}; of {framework} there are {', '.join(nets)}")
        return {name.removeprefix(f"{net}/"): file[name] for name in names}
