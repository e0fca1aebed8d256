"""Run a notebook from its first cell to its last, in a kernel that ends with it."""

import asyncio
from collections.abc import Callable
from typing import Any

from coursekit.errors import CommandError


def client(notebook: Any, folder: str, **options: Any) -> Any:
    """A client that runs `notebook` in `folder`, with a kernel of this Python.

    Kernels that the user has installed are not looked at. The client owns its kernel: when
    ``execute`` returns or raises, the kernel has ended, whatever a cell was doing.

    Args:
        notebook: An nbformat notebook, which gets its outputs in place.
        folder: Where the cells run.
        options: What ``nbclient.NotebookClient`` takes.

    Raises:
        CommandError: nbclient or ipykernel is missing.
    """
    try:
        import ipykernel  # noqa: F401  (what the kernel runs)
        from jupyter_client import AsyncKernelManager
        from jupyter_client.kernelspec import KernelSpecManager
        from nbclient import NotebookClient
    except ImportError as error:
        raise CommandError(
            f"Running a notebook needs {error.name}; pip install nbclient ipykernel brings it."
        ) from None
    specs = KernelSpecManager(kernel_dirs=[])

    class Here(AsyncKernelManager):
        """Finds no kernel but that of the running Python."""

        def _kernel_spec_manager_default(self) -> KernelSpecManager:
            return specs

    return NotebookClient(
        notebook,
        kernel_name="python3",
        kernel_manager_class=Here,
        extra_arguments=["--IPKernelApp.log_level=40"],  # errors only
        resources={"metadata": {"path": folder}},
        **options,
    )


def to_the_end(
    notebook: Any,
    folder: str,
    limit: float,
    grace: float,
    done: Callable[[], object],
) -> str:
    """Run every cell, whatever the cells before it raised.

    Args:
        notebook: An nbformat notebook, which gets its outputs in place.
        folder: Where the cells run.
        limit: Seconds after which a cell is interrupted; the next one runs all the same.
        grace: Seconds after that, when a cell that goes on is ended with its kernel.
        done: Called after each cell.

    Returns:
        What went wrong with the notebook itself, "" if nothing did.

    Raises:
        CommandError: nbclient or ipykernel is missing.
    """
    watchers: list[asyncio.Task[None]] = []
    stopped = False

    async def watch() -> None:
        nonlocal stopped
        await asyncio.sleep(limit)
        await runner.km.interrupt_kernel()
        await asyncio.sleep(grace)
        stopped = True
        await runner.km.shutdown_kernel(now=True)

    def started(cell: Any, cell_index: int) -> None:
        watchers.append(asyncio.create_task(watch()))

    def ended(cell: Any, cell_index: int, execute_reply: Any) -> None:
        watchers.pop().cancel()
        done()

    async def execute() -> None:
        try:
            await runner.async_execute()
        finally:
            for watcher in watchers:
                watcher.cancel()

    runner = client(
        notebook, folder, allow_errors=True, on_cell_execute=started, on_cell_executed=ended
    )
    from jupyter_core.utils import run_sync
    from nbclient.exceptions import DeadKernelError

    try:
        run_sync(execute)()
    except DeadKernelError:
        if stopped:
            return f"A cell took longer than {limit:g} s and could not be stopped."
        return "The notebook ended its own kernel; look for exit() or a lack of memory."
    return ""
