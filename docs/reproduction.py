"""Write docs/reproduction.md and its picture from results/: `python docs/reproduction.py`."""

from pathlib import Path

from coursekit.figures.tables import alt_text, run
from coursekit.papers.beside import departures
from coursekit.papers.hochreiter1997 import CHOSEN, PRINTED
from coursekit.papers.report import log_of_search, table
from coursekit.papers.row import Row
from coursekit.papers.selection import as_printed, chosen
from coursekit.papers.stream_report import stream_table
from coursekit.papers.stream_row import StreamRow

DOCS = Path(__file__).resolve().parent
RESULTS = DOCS.parent / "results"
PICTURE = "reproduction.svg"
HEAD = """# The tables of 1997 and 2000, run again

Written by `python docs/reproduction.py` from the trials in `results/`; a test proves it fresh.
Every number of ours comes from a line of a file there: a trial with its seed, its sequences and
its errors. A row counts as reproduced when our median lies within a factor of two of the printed
mean and no fewer trials learned. Where none learned in the paper, it counts when none of ours did
within the cap that the row names. Medians stand beside means because these counts have long
tails; the paper prints means alone.

## Hochreiter and Schmidhuber 1997
"""
AGAINST = """
### What was chosen, and what speaks against it

Where a net of ours has another number of weights than the paper prints, the choice does not fill a
gap: it goes against the paper. Such a row shows what kind of net gives these numbers, not that the
authors had it. The search took the seeds with which the final rows begin, so of a row that was
searched the later trials weigh more; lesson 17 counts them apart.

"""
SEARCH = """
## What was tried

The rows as they are printed, and with one choice (or a few) made otherwise: {trials} trials each,
given up after three times the printed number. The table above uses the choices that it names.

"""
STREAMS = """
## Gers, Schmidhuber and Cummins 2000

"""


def page() -> str:
    """The whole page."""
    every = chosen("hochreiter1997", None, None)
    rows = [row for row in every if isinstance(row, Row)]
    streams = [row for row in chosen("gers2000", None, None) if isinstance(row, StreamRow)]
    printed = as_printed("hochreiter1997", every)
    return "".join(
        (
            HEAD,
            f"\n![{alt_text(rows, 'hochreiter1997', RESULTS)}]({PICTURE})\n\n",
            table("hochreiter1997", rows, RESULTS),
            AGAINST,
            f"{departures(PRINTED, rows, CHOSEN)}\n",
            SEARCH.format(trials=8),
            log_of_search("hochreiter1997", printed, RESULTS / "search"),
            STREAMS,
            stream_table("gers2000", streams, RESULTS),
        )
    )


if __name__ == "__main__":
    (DOCS / "reproduction.md").write_text(page(), encoding="utf-8")
    run("hochreiter1997", None, None, folder=RESULTS, file=DOCS / PICTURE)
