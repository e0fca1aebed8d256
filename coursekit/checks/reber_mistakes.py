"""The answers of exercise 6 in the known wrong ways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from coursekit.checks import reber_reference as right
from coursekit.checks.reber_reference import ALPHABET, AUTOMATON, Arrows
from coursekit.checks.spec import Catalogue

# Where the lesson says it.
AUTOMATON_PLACE = "09#the-reber-grammar"
SCORE_PLACE = "09#two-scores"

GENERATE = Catalogue()
EMBEDDED = Catalogue()
LEGAL = Catalogue()
LEGAL_EMBEDDED = Catalogue()
ENCODE = Catalogue()
SCORE = Catalogue()
BLIND = Catalogue()
PREDICT = Catalogue()
REMEMBER = Catalogue()


def _only(state: str, arrow: int) -> Arrows:
    return {**AUTOMATON, state: (AUTOMATON[state][arrow],)}


# ---- generate_reber ------------------------------------------------------------------------


@GENERATE.add(AUTOMATON_PLACE)
def no_s_loop(rng: np.random.Generator) -> str:
    """The loop S is missing: after BT, the S may come again and again before the X."""
    return right.walk(rng, _only("1", 1))


@GENERATE.add(AUTOMATON_PLACE)
def no_t_loop(rng: np.random.Generator) -> str:
    """The loop T is missing: below, the T may come again and again before the V."""
    return right.walk(rng, _only("2", 1))


@GENERATE.add(AUTOMATON_PLACE)
def no_way_back(rng: np.random.Generator) -> str:
    """The arrow X from the upper right to the lower left is missing: after BTX may follow X."""
    return right.walk(rng, _only("3", 1))


@GENERATE.add(AUTOMATON_PLACE)
def no_crossing(rng: np.random.Generator) -> str:
    """The arrow P that leads up again is missing: after BPV may follow P."""
    return right.walk(rng, _only("4", 1))


@GENERATE.add(AUTOMATON_PLACE)
def one_way_only(rng: np.random.Generator) -> str:
    """One of two ways is never taken; rng.integers(2) gives 0 and 1, rng.integers(1) only 0."""
    return right.walk(rng, _only("0", 0))


@GENERATE.add(AUTOMATON_PLACE)
def uneven_odds(rng: np.random.Generator) -> str:
    """Where two arrows leave a state, each is taken with probability 1/2; yours are uneven."""
    return right.walk(rng, odds=0.75)


@GENERATE.add(AUTOMATON_PLACE)
def begin_forgotten(rng: np.random.Generator) -> str:
    """The first symbol, B, is missing: the arrow from the start writes one too."""
    return right.walk(rng)[1:]


@GENERATE.add(AUTOMATON_PLACE)
def end_forgotten(rng: np.random.Generator) -> str:
    """The last symbol, E, is missing: the arrow to the end writes one too."""
    return right.walk(rng)[:-1]


@GENERATE.add(AUTOMATON_PLACE)
def not_joined(rng: np.random.Generator) -> Any:
    """You return a list of symbols; join them: "".join(symbols)."""
    return list(right.walk(rng))


@GENERATE.add("")
def other_chance(rng: np.random.Generator) -> str:
    """Chance comes from somewhere else than rng; a generator handed in makes a run repeatable."""
    return right.walk(np.random.default_rng())


@GENERATE.add("")
def same_chance(rng: np.random.Generator) -> str:
    """A generator of your own with a fixed seed gives the same string for ever; use the rng."""
    return right.walk(np.random.default_rng(0))


# ---- generate_embedded ---------------------------------------------------------------------


def _embed(rng: np.random.Generator, least: int = 0) -> tuple[str, str]:
    string = right.generate_embedded(rng, least)
    return string[1], string[2:-2]


@EMBEDDED.add(AUTOMATON_PLACE)
def closing_symbol_drawn_anew(rng: np.random.Generator, min_length: int = 0) -> str:
    """The last but one symbol is drawn anew; it repeats the second. That is the whole point of this
    grammar: nothing in between tells which it was.
    """
    outer, inner = _embed(rng, min_length)
    return f"B{outer}{inner}{'TP'[int(rng.integers(2))]}E"


@EMBEDDED.add(AUTOMATON_PLACE)
def closing_symbol_swapped(rng: np.random.Generator, min_length: int = 0) -> str:
    """The last but one symbol is the other one of T and P; it is the same as the second."""
    outer, inner = _embed(rng, min_length)
    return f"B{outer}{inner}{'P' if outer == 'T' else 'T'}E"


@EMBEDDED.add(AUTOMATON_PLACE, name="end_forgotten")
def outer_end_forgotten(rng: np.random.Generator, min_length: int = 0) -> str:
    """The outer E is missing: the embedded string ends with E, the outer symbol, E."""
    return right.generate_embedded(rng, min_length)[:-1]


@EMBEDDED.add(AUTOMATON_PLACE, name="begin_forgotten")
def outer_begin_forgotten(rng: np.random.Generator, min_length: int = 0) -> str:
    """The outer B is missing: the embedded string begins with B, the outer symbol, B."""
    return right.generate_embedded(rng, min_length)[1:]


@EMBEDDED.add(AUTOMATON_PLACE)
def inner_frame_forgotten(rng: np.random.Generator, min_length: int = 0) -> str:
    """The inner string has lost its own B and E; a complete Reber string stands inside."""
    outer, inner = _embed(rng, min_length)
    return f"B{outer}{inner[1:-1]}{outer}E"


@EMBEDDED.add(AUTOMATON_PLACE)
def not_embedded(rng: np.random.Generator, min_length: int = 0) -> str:
    """These are plain Reber strings; put each into its frame of B, outer symbol, ..., outer symbol,
    E.
    """
    return _embed(rng, min_length)[1]


@EMBEDDED.add(AUTOMATON_PLACE, name="one_way_only")
def one_outer_symbol(rng: np.random.Generator, min_length: int = 0) -> str:
    """The outer symbol is always the same; T and P come with equal odds."""
    return f"BT{_embed(rng, min_length)[1]}TE"


@EMBEDDED.add(AUTOMATON_PLACE)
def min_length_ignored(rng: np.random.Generator, min_length: int = 0) -> str:
    """min_length is not respected: draw again until the string is long enough."""
    return right.generate_embedded(rng)


@EMBEDDED.add(AUTOMATON_PLACE)
def min_length_counts_less(rng: np.random.Generator, min_length: int = 0) -> str:
    """Strings are a little too short: a string of exactly min_length symbols passes, none below."""
    return right.generate_embedded(rng, min_length - 1)


@EMBEDDED.add(AUTOMATON_PLACE)
def min_length_exceeded_by_one(rng: np.random.Generator, min_length: int = 0) -> str:
    """Off by one: a string of exactly min_length symbols is long enough (>=, not >)."""
    return right.generate_embedded(rng, min_length + 1)


@EMBEDDED.add(AUTOMATON_PLACE)
def min_length_of_the_inner_string(rng: np.random.Generator, min_length: int = 0) -> str:
    """min_length is applied to the inner string; it counts all symbols, the frame's four too."""
    return right.generate_embedded(rng, min_length + 4)


@EMBEDDED.add("", name="other_chance")
def embedded_by_other_chance(rng: np.random.Generator, min_length: int = 0) -> str:
    """Chance comes from somewhere else than rng; hand the same rng on to generate_reber."""
    return right.generate_embedded(np.random.default_rng(), min_length)


@EMBEDDED.add("", name="same_chance")
def embedded_by_same_chance(rng: np.random.Generator, min_length: int = 0) -> str:
    """A generator of your own with a fixed seed gives the same string for ever; use the rng."""
    return right.generate_embedded(np.random.default_rng(0), min_length)


@EMBEDDED.add(AUTOMATON_PLACE, name="not_joined")
def embedded_not_joined(rng: np.random.Generator, min_length: int = 0) -> Any:
    """You return a list of symbols; join them: "".join(symbols)."""
    return list(right.generate_embedded(rng, min_length))


# ---- legal_next ----------------------------------------------------------------------------


@LEGAL.add(AUTOMATON_PLACE)
def by_last_symbol(prefix: str) -> str:
    """You look at the last symbol alone. The same symbol stands on several arrows: what may follow
    depends on the state, so walk the whole prefix.
    """
    legal = right.legal_next(prefix)
    follow = {"": "B", "B": "TP", "T": "STXV", "P": "TXSV", "S": "SXE", "X": "TXSV", "V": "PVE"}
    return follow.get(prefix[-1:], "") if legal else ""


@LEGAL.add(AUTOMATON_PLACE)
def one_symbol_only(prefix: str) -> str:
    """You give one symbol where two may follow; return both."""
    return right.legal_next(prefix)[:1]


@LEGAL.add(AUTOMATON_PLACE)
def start_forgotten(prefix: str) -> str:
    """Before the first symbol the answer is B, not nothing."""
    return right.legal_next(prefix) if prefix else ""


@LEGAL.add(AUTOMATON_PLACE)
def impossible_continued(prefix: str) -> str:
    """A prefix that no string begins with has no successors; you answer as though the wrong symbol
    had not been there.
    """
    legal = right.legal_next(prefix)
    while not legal and not prefix.endswith("E"):
        prefix = prefix[:-1]
        legal = right.legal_next(prefix)
    return legal


@LEGAL.add(AUTOMATON_PLACE)
def loops_forgotten(prefix: str) -> str:
    """The loops are missing: S may follow S in the upper left state, T may follow T below."""
    legal = right.legal_next(prefix)
    loop = {"SX": "X", "TV": "V"}
    return loop.get(legal, legal)


@LEGAL_EMBEDDED.add(SCORE_PLACE)
def outer_symbol_forgotten(prefix: str) -> str:
    """After the inner E you allow both T and P; only the symbol that stood second may follow."""
    legal = right.legal_next_embedded(prefix)
    inner_done = len(prefix) > 2 and legal in ("T", "P")
    return "TP" if inner_done else legal


@LEGAL_EMBEDDED.add(SCORE_PLACE)
def outer_symbol_swapped(prefix: str) -> str:
    """After the inner E you allow the other one of T and P; the same as the second follows."""
    legal = right.legal_next_embedded(prefix)
    return {"T": "P", "P": "T"}.get(legal, legal) if len(prefix) > 2 else legal


@LEGAL_EMBEDDED.add(SCORE_PLACE)
def plain_grammar(prefix: str) -> str:
    """These are the successors in the plain grammar; the string is embedded in a frame now."""
    return right.legal_next(prefix)


@LEGAL_EMBEDDED.add(SCORE_PLACE)
def outer_end_left_out(prefix: str) -> str:
    """After the second outer symbol one E is still to come."""
    legal = right.legal_next_embedded(prefix)
    return "" if legal == "E" and right.legal_next_embedded(prefix[:-1]) in ("T", "P") else legal


# ---- encode --------------------------------------------------------------------------------


def _rows(string: str, alphabet: str = ALPHABET) -> Any:
    return np.eye(len(ALPHABET))[[alphabet.index(symbol) for symbol in string]]


@ENCODE.add(SCORE_PLACE)
def targets_not_shifted(string: str) -> Any:
    """The targets equal the inputs; the target of a step is the symbol that comes next."""
    return {"inputs": _rows(string)[:-1], "targets": _rows(string)[:-1]}


@ENCODE.add(SCORE_PLACE)
def last_symbol_kept(string: str) -> Any:
    """The inputs contain the last symbol too, but nothing comes after it to be predicted."""
    return {"inputs": _rows(string), "targets": _rows(string)[1:]}


@ENCODE.add(SCORE_PLACE)
def inputs_and_targets_swapped(string: str) -> Any:
    """Inputs and targets have changed places."""
    return {"inputs": _rows(string)[1:], "targets": _rows(string)[:-1]}


@ENCODE.add(SCORE_PLACE)
def columns_by_alphabet(string: str) -> Any:
    """The columns are in the order of the ABC; here they follow BTSXPVE."""
    rows = _rows(string, "".join(sorted(ALPHABET)))
    return {"inputs": rows[:-1], "targets": rows[1:]}


@ENCODE.add(SCORE_PLACE)
def columns_are_steps(string: str) -> Any:
    """Rows and columns have changed places: one row a step, one column a symbol."""
    return {"inputs": _rows(string)[:-1].T, "targets": _rows(string)[1:].T}


# ---- score ---------------------------------------------------------------------------------

Strings = Sequence[str]


def _pooled(value: float, strings: Strings, predicted: Strings) -> dict[str, float]:
    return {**right.score(strings, predicted), "pooled": float(value)}


def _long_range(hits: Sequence[bool], strings: Strings, predicted: Strings) -> dict[str, float]:
    return {**right.score(strings, predicted), "long_range": float(np.mean(hits))}


@SCORE.add(SCORE_PLACE)
def against_the_drawn_symbol(strings: Strings, predicted: Strings) -> dict[str, float]:
    """You compare with the symbol that came. Two are legal at most steps, and chance chose one; the
    other is as good a prediction.
    """
    hits = [a == b for s, p in zip(strings, predicted, strict=True) for a, b in zip(s[1:], p)]  # noqa: B905
    return _pooled(float(np.mean(hits)), strings, predicted)


@SCORE.add(SCORE_PLACE)
def mean_of_string_means(strings: Strings, predicted: Strings) -> dict[str, float]:
    """You average the score of each string; pooled means that all steps of all strings count
    alike.
    """
    each = [right.score([s], [p])["pooled"] for s, p in zip(strings, predicted, strict=True)]
    return _pooled(float(np.mean(each)), strings, predicted)


@SCORE.add(SCORE_PLACE)
def one_step_early(strings: Strings, predicted: Strings) -> dict[str, float]:
    """Off by one: predicted[n][t] is the guess after reading t + 1 symbols, so the prefix is
    string[:t + 1].
    """
    hits = [
        symbol in right.legal_next_embedded(s[:t])
        for s, p in zip(strings, predicted, strict=True)
        for t, symbol in enumerate(p)
    ]
    return _pooled(float(np.mean(hits)), strings, predicted)


@SCORE.add(SCORE_PLACE)
def strings_all_right(strings: Strings, predicted: Strings) -> dict[str, float]:
    """You count strings without any mistake; the pooled score counts steps."""
    each = [right.score([s], [p])["pooled"] == 1 for s, p in zip(strings, predicted, strict=True)]
    return _pooled(float(np.mean(each)), strings, predicted)


@SCORE.add(SCORE_PLACE)
def last_step_for_long_range(strings: Strings, predicted: Strings) -> dict[str, float]:
    """You score the last prediction, which is always E; the outer symbol is the one before."""
    return _long_range([p[-1] == "E" for p in predicted], strings, predicted)


@SCORE.add(SCORE_PLACE)
def inner_end_for_long_range(strings: Strings, predicted: Strings) -> dict[str, float]:
    """Off by one: the guess of the outer symbol is predicted[n][-2], made after the inner E."""
    hits = [p[-3] == s[1] for s, p in zip(strings, predicted, strict=True)]
    return _long_range(hits, strings, predicted)


@SCORE.add(SCORE_PLACE)
def any_outer_symbol(strings: Strings, predicted: Strings) -> dict[str, float]:
    """At the long-range step you count T and P alike; only the one that stood second is right."""
    return _long_range([p[-2] in "TP" for p in predicted], strings, predicted)


@BLIND.add(SCORE_PLACE)
def symbols_for_steps(strings: Strings) -> dict[str, float]:
    """You divide by the number of symbols; nothing is predicted after the last, so a string of n
    symbols has n - 1 steps.
    """
    symbols = sum(map(len, strings))
    return {"pooled": 1 - 0.5 * len(strings) / symbols, "long_range": 0.5}


@BLIND.add(SCORE_PLACE)
def always_wrong_there(strings: Strings) -> dict[str, float]:
    """You count the long-range step as wrong in every string; a coin is right in half of them."""
    steps = sum(len(string) - 1 for string in strings)
    return {"pooled": 1 - len(strings) / steps, "long_range": 0.0}


@BLIND.add(SCORE_PLACE)
def mean_over_strings(strings: Strings) -> dict[str, float]:
    """You average over strings; pooled means that all steps of all strings count alike."""
    shares = [1 - 0.5 / (len(string) - 1) for string in strings]
    return {"pooled": float(np.mean(shares)), "long_range": 0.5}


@BLIND.add(SCORE_PLACE)
def chance_at_every_step(strings: Strings) -> dict[str, float]:
    """That is the score of a coin at every step; this predictor knows the grammar, and forgets the
    outer symbol only.
    """
    return {"pooled": 0.5, "long_range": 0.5}


# ---- predictors ----------------------------------------------------------------------------


@PREDICT.add(SCORE_PLACE)
@REMEMBER.add(SCORE_PLACE)
def looks_ahead(strings: Strings) -> list[str]:
    """The net sees the symbol that it should predict: feed it string[:-1], one symbol a step."""
    return [string[1:] for string in strings]


@PREDICT.add(SCORE_PLACE)
@REMEMBER.add(SCORE_PLACE)
def repeats_the_input(strings: Strings) -> list[str]:
    """The net says what it has just read; its targets were probably not shifted by one step."""
    return [string[:-1] for string in strings]


@PREDICT.add(SCORE_PLACE)
@REMEMBER.add(SCORE_PLACE)
def one_prediction_too_many(strings: Strings) -> list[str]:
    """There is one prediction too many: after the last symbol nothing comes."""
    return [string[1:] + "B" for string in strings]


@PREDICT.add(SCORE_PLACE)
@REMEMBER.add(SCORE_PLACE)
def not_trained(strings: Strings) -> list[str]:
    """These look like the guesses of a net that was not trained; run the cell that trains it."""
    return ["B" * (len(string) - 1) for string in strings]


@REMEMBER.add(SCORE_PLACE)
def outer_symbol_not_learned(strings: Strings) -> list[str]:
    """The net knows the inner grammar and has forgotten the outer symbol: train longer, or with
    another seed, and watch the long-range score.
    """
    return right.predict_blindly(strings)
