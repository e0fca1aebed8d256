"""The rivals of LSTM in the 1997 tables: what other recurrent nets need for experiments 1 and 2a.

The printed numbers of weights say how the nets are wired, and that they have no biases:

    experiment 1    RTRL, 3 or 12 hidden units:  n (7 + n) with n = hidden + 7 outputs = 170, 494
                    Elman, 15 hidden units:      15 (7 + 15) + 15 7 = 435
    experiment 2a   one hidden unit, lag p:      (p + 1) + 1 + (p + 1)(p + 2) = 36, 144, 10404

Rows that are left out: recurrent cascade correlation (experiment 1), whose net grows by its own
rules, and the neural sequence chunker (experiment 2a).

Source: Hochreiter and Schmidhuber 1997, experiments 1 and 2a. Those of experiment 1 are cited
there from other papers (Smith and Zipser 1989; Cleeremans, Servan-Schreiber and McClelland 1989).
"""

from typing import Final

from coursekit.kernels.recurrent import RecurrentNet
from coursekit.papers.row import Row
from coursekit.papers.stopping import FewWrong, RightInARow
from coursekit.tasks import LongLag
from coursekit.tasks.reber_sets import ReberSets

GAVE_UP: Final = 5_000_000

NO_BIAS = "no biases: so the printed numbers of weights come out"
SPREAD = "initial weights within 0.2, as for LSTM in the same experiment"
STEPWISE = "weights move at every step"
ONCE = "weights move once a sequence"
SETS = "the sets, targets and test are those of the LSTM rows"


def _grammar(
    name: str, net: RecurrentNet, trials: int, printed: int, success: float | None, *choices: str
) -> Row:
    # Where the paper's source gave up, so do we; else as for LSTM.
    cap = printed if success == 0 else 5 * printed
    return Row(
        name=name,
        experiment="1",
        network=net,
        task=ReberSets(),
        rule=FewWrong(512, 1),
        trials=trials,
        cap=cap,
        printed_sequences=printed,
        printed_success=success,
        steps=11.0,
        step_time={3: 2.2, 12: 15.0, 15: 1.0}[net.hidden],
        chunk=1000,
        check_size=512,
        choices=(
            f"a trial that needs more than {cap:,} strings counts as failed",
            f"{trials} trials: the paper does not say how many there were",
            *(NO_BIAS, SPREAD, STEPWISE, SETS, *choices),
            "both sets are checked after every 1,000 strings",
        ),
    )


def _whole(hidden: int, rate: float, printed: int) -> Row:
    return _grammar(
        f"1_rtrl_{hidden}",
        RecurrentNet(7, 7, hidden, "nothing", rule="rtrl", rate=rate),
        *(10, printed, None),
        "every unit, outputs too, feeds every unit a step later; no teacher forcing",
        "short strings are not favoured; Smith and Zipser did favour them",
    )


def _lag(rule: str, p: int, rate: float, solved: int, printed: int, cap: int, *choices: str) -> Row:
    """``solved`` of the 18 trials: the paper prints the share, in whole per cent."""
    return Row(
        name=f"2a_{rule}_p{p}_rate{rate:g}",
        experiment="2a",
        network=RecurrentNet(p + 1, p + 1, 1, "hidden and inputs", rule=rule, rate=rate),
        task=LongLag(p),
        rule=RightInARow(10000),
        trials=18,
        cap=cap,
        printed_sequences=printed,
        printed_success=solved / 18,
        steps=float(p),
        step_time=2.6 if p == 100 else 0.35,
        chunk={4: 5000, 10: 500, 100: 100}[p],  # as many as fit in the cache
        choices=(
            f"a trial that needs more than {cap:,} sequences counts as failed",
            *(NO_BIAS, SPREAD, ONCE if rule == "bptt" else STEPWISE, SAME_STEP, *choices),
            "the ten thousand right sequences at the end are not counted",
        ),
    )


SAME_STEP = "outputs read what the hidden unit says at the same step"
RANGE = "the paper gives rates from 1 to 10: one row for each end"
SHORTER = "the paper gave up after 5,000,000 sequences, we earlier"

ROWS: Final = (
    _whole(3, 0.05, 173_000),
    _whole(12, 0.1, 25_000),
    _grammar(
        "1_elman_15",
        RecurrentNet(7, 7, 15, "hidden", rule="elman", rate=0.1),
        *(30, 200_000, 0.0),
        "rate 0.1: the paper gives none",
    ),
    _lag("rtrl", 4, 1.0, 14, 1_043_000, GAVE_UP),
    _lag("rtrl", 4, 4.0, 10, 892_000, GAVE_UP),
    _lag("rtrl", 4, 10.0, 4, 254_000, GAVE_UP),
    _lag("rtrl", 10, 1.0, 0, GAVE_UP, 2_500_000, RANGE, SHORTER),
    _lag("rtrl", 10, 10.0, 0, GAVE_UP, 2_500_000, RANGE, SHORTER),
    _lag("rtrl", 100, 1.0, 0, GAVE_UP, 30_000, RANGE, SHORTER),
    _lag("rtrl", 100, 10.0, 0, GAVE_UP, 30_000, RANGE, SHORTER),
    _lag("bptt", 100, 1.0, 0, GAVE_UP, 30_000, RANGE, SHORTER),
    _lag("bptt", 100, 10.0, 0, GAVE_UP, 30_000, RANGE, SHORTER),
)
