"""The answers of exercise 6: the Reber grammars, and three nets that learn to predict them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from coursekit.checks import reber_mistakes as wrong
from coursekit.checks import reber_reference as right
from coursekit.checks.compare import Finding, compare, short
from coursekit.checks.reber_properties import (
    legal_but_outer,
    verify_embedded,
    verify_generator,
    verify_predictor,
)
from coursekit.checks.spec import Case, Check, OpenQuestion, Part, Seeded
from coursekit.grammars import embedded_reber, reber

EXERCISE = "ex06_reber"
# The modules that answers of this exercise may import from coursekit.
ALLOWED = ("coursekit.cells", "coursekit.gradients", "coursekit.training")
GENERATOR = "it uses the generator it is given"


def _seeds(rng: np.random.Generator, count: int) -> list[int]:
    return [int(seed) for seed in rng.integers(2**31, size=count)]


def _pairs(rng: np.random.Generator, *rest: Any) -> tuple[tuple[Any, ...], ...]:
    return tuple((Seeded(seed), *rest) for seed in _seeds(rng, 12) for _ in range(2))


def _generator_cases(rng: np.random.Generator) -> list[Case]:
    calls = tuple((Seeded(seed),) for seed in _seeds(rng, 800))
    return [
        Case("800 strings", part="strings of the grammar", calls=calls),
        Case("800 strings", part="every way, with equal odds", calls=calls),
        Case("12 pairs of equal generators", part=GENERATOR, calls=_pairs(rng)),
    ]


def _embedded_cases(rng: np.random.Generator) -> list[Case]:
    plain = tuple((Seeded(seed),) for seed in _seeds(rng, 400))
    cases = [
        Case("400 strings", part="strings of the grammar", calls=plain),
        Case("400 strings", part="both outer symbols", calls=plain),
    ]
    for least in (11, 14):
        calls = tuple((Seeded(seed), least) for seed in _seeds(rng, 300))
        cases.append(Case(f"min_length={least}", part="min_length is respected", calls=calls))
    return [
        *cases,
        Case("12 pairs of equal generators", part=GENERATOR, calls=_pairs(rng)),
    ]


def _prefix_cases(grammar: Any, frame: str, rng: np.random.Generator) -> list[Case]:
    strings = grammar.generate(rng, 30) + grammar.generate(rng, 4, min_length=16)
    prefixes = {string[:t] for string in strings for t in range(len(string))}
    complete = strings[:5]
    broken = ["T", "BB", frame + "BTV", frame + "BPS", frame + "BTSE"]
    return [
        Case("prefixes of strings", part="prefixes", calls=tuple((p,) for p in sorted(prefixes))),
        Case("complete strings", part="the ends", calls=tuple((s,) for s in complete)),
        Case("prefixes of no string", part="the ends", calls=tuple((p,) for p in broken)),
    ]


def _compare_symbols(given: Any, expected: Any) -> Finding | None:
    """Strings of symbols in any order; a list of symbols passes too."""
    for mine, theirs in zip(given, expected, strict=True):
        if isinstance(mine, list | tuple) and all(isinstance(part, str) for part in mine):
            mine = "".join(mine)
        if not isinstance(mine, str):
            return Finding(f"returns {short(mine)}, where a string of symbols is expected")
        if sorted(mine) != sorted(theirs):
            return Finding(
                f"one answer is {short(mine)}, with {len(mine)} symbols", f"(expected {theirs!r})"
            )
    return None


def _encode_cases(rng: np.random.Generator) -> list[Case]:
    strings = embedded_reber.generate(rng, 2) + embedded_reber.generate(rng, 1, min_length=14)
    return [Case(f"a string of {len(string)} symbols", (string,)) for string in strings]


def _guess(rng: np.random.Generator, string: str) -> str:
    """A predictor that is sometimes wrong, in every way that a score has to tell apart."""
    guesses = []
    for t in range(len(string) - 1):
        legal = embedded_reber.legal_next(string[: t + 1])
        among = legal if rng.random() < 0.8 else right.ALPHABET
        guesses.append(among[int(rng.integers(len(among)))])
    kind = rng.random()
    guesses[-2] = string[1] if kind < 0.5 else ("TP"[string[1] == "T"] if kind < 0.8 else "X")
    return "".join(guesses)


def _score_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for count in (40, 60):
        strings = embedded_reber.generate(rng, count)
        given = (strings, [_guess(rng, string) for string in strings])
        cases += [
            Case(f"{count} strings", given, part="pooled", keys=("pooled",)),
            Case(f"{count} strings", given, part="long_range", keys=("long_range",)),
        ]
    return cases


def _blind_cases(rng: np.random.Generator) -> list[Case]:
    return [Case(f"{count} strings", (embedded_reber.generate(rng, count),)) for count in (30, 50)]


def _fresh(grammar: Any, parts: Sequence[str], least: int, rng: np.random.Generator) -> list[Case]:
    strings = grammar.generate(rng, 150, min_length=least)
    return [Case("150 fresh strings", (strings,), part=part) for part in parts]


VERDICT = {
    "SRN on RG": True,
    "SRN on ERG": False,
    "LSTM on ERG": True,
    "SRN on ERG, any length": True,
}


def _compare_verdict(given: Any, expected: Any) -> Finding | None:
    finding = compare(given, expected)
    if finding is None or not isinstance(given, dict) or set(expected) - set(given):
        return finding
    off = [name for name in expected if given[name] is not expected[name]]
    return Finding(f"look again at the table for: {', '.join(off)}", finding.detail)


CHECKS = (
    Check(
        name="generate_reber",
        exercise=EXERCISE,
        reference=right.walk,
        parts=(
            Part("strings of the grammar", 2),
            Part("every way, with equal odds", 2),
            Part(GENERATOR, 1),
        ),
        cases=_generator_cases,
        verify=verify_generator,
        mistakes=wrong.GENERATE,
        hints=(
            "Keep the state in a variable, and the arrows that leave each state in a dict:"
            " state -> ((symbol, next state), (symbol, next state)).",
            "At every state choose one arrow with rng.integers(len(arrows)), add its symbol, go to"
            " its state; stop at the end.",
        ),
        lesson="09",
    ),
    Check(
        name="legal_next",
        exercise=EXERCISE,
        reference=right.legal_next,
        parts=(Part("prefixes", 2), Part("the ends", 1)),
        cases=partial(_prefix_cases, reber, ""),
        compare=_compare_symbols,
        mistakes=wrong.LEGAL,
        hints=(
            "Walk the prefix through the automaton, arrow by arrow, as the generator does, but with"
            " the symbol given instead of drawn.",
            "If no arrow of the state carries the next symbol of the prefix, return ''; at the end,"
            " return the symbols of all arrows that leave the state.",
        ),
        lesson="09",
    ),
    Check(
        name="generate_embedded",
        exercise=EXERCISE,
        reference=right.generate_embedded,
        parts=(
            Part("strings of the grammar", 2),
            Part("both outer symbols", 1),
            Part("min_length is respected", 2),
            Part(GENERATOR, 1),
        ),
        cases=_embedded_cases,
        verify=verify_embedded,
        mistakes=wrong.EMBEDDED,
        hints=(
            "Draw the outer symbol once, put it on both sides of a whole Reber string, and frame"
            " all of it with B and E.",
            "Too short? Draw a whole new string, in a loop; never make a string longer by hand.",
        ),
        needs=("generate_reber",),
        lesson="09",
    ),
    Check(
        name="legal_next_embedded",
        exercise=EXERCISE,
        reference=right.legal_next_embedded,
        parts=(Part("prefixes", 2), Part("the ends", 1)),
        cases=partial(_prefix_cases, embedded_reber, "BT"),
        compare=_compare_symbols,
        mistakes=wrong.LEGAL_EMBEDDED,
        hints=(
            "The first two symbols are the frame; what follows, up to the first E, is a plain"
            " Reber string, and legal_next knows it.",
            "Take care of four places: '', 'B', after the inner E (the outer symbol), and after the"
            " outer symbol (E). Everything else is legal_next(prefix[2:]) or ''.",
        ),
        needs=("legal_next",),
        lesson="09",
    ),
    Check(
        name="encode",
        exercise=EXERCISE,
        reference=right.encode,
        points=2,
        cases=_encode_cases,
        mistakes=wrong.ENCODE,
        hints=(
            "np.eye(7)[k] is the row with a one in column k; with a list of k it gives all rows.",
            "A string of n symbols gives n - 1 steps: inputs are the rows [:-1], targets [1:].",
        ),
        lesson="09",
    ),
    Check(
        name="score",
        exercise=EXERCISE,
        reference=right.score,
        parts=(Part("pooled", 2), Part("long_range", 2)),
        cases=_score_cases,
        mistakes=wrong.SCORE,
        hints=(
            "predicted[n][t] is right if it is in legal_next_embedded(strings[n][:t + 1]).",
            "Put the verdicts of all steps of all strings in one list and take its mean; for the"
            " long-range score, compare predicted[n][-2] with strings[n][1].",
        ),
        needs=("legal_next_embedded",),
        lesson="09",
    ),
    Check(
        name="blind_score",
        exercise=EXERCISE,
        reference=right.blind_score,
        points=2,
        cases=_blind_cases,
        mistakes=wrong.BLIND,
        hints=(
            "How many steps are there in all, and at how many of them does the outer symbol matter?"
            " At those, a coin is right half the time.",
        ),
        lesson="09",
    ),
    Check(
        name="predict_srn_rg",
        exercise=EXERCISE,
        reference=right.predict_plain,
        points=2,
        cases=partial(_fresh, reber, ("answer",), 0),
        verify=partial(verify_predictor, legal=right.legal_next, least_legal=0.97),
        mistakes=wrong.PREDICT,
        hints=("Call predict with the net that you trained on Reber strings.",),
        needs=("generate_reber", "encode"),
        lesson="09",
    ),
    Check(
        name="predict_srn_erg",
        exercise=EXERCISE,
        reference=right.predict_blindly,
        points=2,
        cases=partial(_fresh, embedded_reber, ("answer",), 16),
        verify=partial(verify_predictor, legal=legal_but_outer, least_legal=0.93),
        mistakes=wrong.PREDICT,
        hints=("As before, with embedded strings of MIN_LENGTH or more.",),
        needs=("generate_embedded", "encode"),
        lesson="09",
    ),
    Check(
        name="predict_lstm_erg",
        exercise=EXERCISE,
        reference=right.predict_perfectly,
        parts=(Part("the inner grammar", 2), Part("the long-range step", 2)),
        cases=partial(_fresh, embedded_reber, ("the inner grammar", "the long-range step"), 16),
        verify=partial(
            verify_predictor, legal=legal_but_outer, least_legal=0.95, least_long_range=0.9
        ),
        mistakes=wrong.REMEMBER,
        hints=(
            "As before, with the cell lstm. If the long-range score stays near one half, give it"
            " more updates.",
        ),
        needs=("generate_embedded", "encode"),
        lesson="09",
    ),
    Check(
        name="verdict",
        exercise=EXERCISE,
        reference=lambda: VERDICT,
        kind="value",
        points=2,
        compare=_compare_verdict,
        hints=(
            "A net has learned the task if it is right at every kind of step, the rare ones too.",
        ),
        lesson="09",
    ),
)

OPEN = (
    OpenQuestion(
        name="q_pooled_score",
        exercise=EXERCISE,
        question="Why does the pooled score of the SRN on ERG look good although it has no memory?",
        rubric=(
            (1, "says that nearly all steps can be predicted from the last few symbols"),
            (
                1,
                "gives the number: one step in about eleven needs the outer symbol, and a coin is"
                " right there half the time, so about 95.5 % pooled",
            ),
            (1, "compares with the memory-free baseline, not with zero or with one half"),
            (1, "says what to report instead: the long-range step apart"),
        ),
    ),
    OpenQuestion(
        name="q_minimum_length",
        exercise=EXERCISE,
        question="What does the minimum length change in training, and why?",
        rubric=(
            (
                1,
                "in short strings the outer symbols are close (6 apart), and the SRN's gradient"
                " still arrives",
            ),
            (
                1,
                "with them the SRN finds the outer symbol on short strings first, and goes on from"
                " there to longer ones",
            ),
            (
                1,
                "without them the gradient from the long-range step shrinks with every step in"
                " between, and is lost among those of the other steps",
            ),
            (1, "the LSTM's error returns along the cell state, so it needs no short strings"),
        ),
    ),
)
