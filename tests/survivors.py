"""What a test has started and that still runs."""

import psutil


def kernels() -> list[str]:
    """The command lines of the kernels that this process has started and that still run."""
    lines = [" ".join(child.cmdline()) for child in psutil.Process().children(recursive=True)]
    return [line for line in lines if "ipykernel" in line]
