"""The memory of a stranger's process and of all that it starts, watched from outside.

The system limits each process, not all of them together: many small ones could still take all that
the machine has.
"""

from threading import Event, Thread

import psutil

EVERY = 0.25  # seconds between two looks


def resident(process: psutil.Process) -> int:
    """Bytes of memory that a process and all below it hold now; 0 if it is gone.

    What several of them share is counted for each.
    """
    return sum(map(_resident, _family(process)))


def _family(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:  # it ended meanwhile
        return 0


class Watch:
    """Looks at a process from time to time, and kills it and all below when they hold too much.

    Args:
        pid: The process.
        limit: Bytes that it and all below it may hold together.
    """

    def __init__(self, pid: int, limit: int) -> None:
        self.exceeded = False
        self._done = Event()
        try:
            process = psutil.Process(pid)
        except psutil.Error:  # it could not even start; somebody else will notice
            return
        Thread(target=self._look, args=(process, limit), daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._done.set()

    def _look(self, process: psutil.Process, limit: int) -> None:
        while not self._done.wait(EVERY):
            if resident(process) > limit:
                self.exceeded = True
                for one in _family(process):
                    try:
                        one.kill()
                    except psutil.Error:
                        continue
                return
