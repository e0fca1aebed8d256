"""Answers judged by their properties: generators of strings, and trained predictors.

The bound on frequencies: of n fair choices, the share of one arrow misses 1/2 by more than
sqrt(log(2 / alarm) / 2n) with a probability of at most `alarm` (Hoeffding 1963, theorem 2). The
first n choices at a state, over all strings, are n fair choices whatever the strings look like.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.checks.compare import Finding, short
from coursekit.checks.reber_reference import ALPHABET, AUTOMATON, legal_next
from coursekit.checks.spec import Case
from coursekit.grammars import embedded_reber, reber

ALARM = 1e-9
COUNTED = 300  # choices looked at in each state
SLACK = float(np.sqrt(np.log(2 / ALARM) / (2 * COUNTED)))


def all_strings(values: Sequence[Any]) -> Finding | None:
    """Every value is a string."""
    for value in values:
        if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
            return Finding(f"returns {short(value)}, a list of symbols", mistake="not_joined")
        if not isinstance(value, str):
            return Finding(f"returns {short(value)}, where a string is expected")
    return None


def choices(strings: Sequence[str]) -> dict[str, list[bool]]:
    """For each state with two arrows: whether the first was taken, in the order of walking."""
    taken: dict[str, list[bool]] = {s: [] for s, arrows in AUTOMATON.items() if len(arrows) == 2}
    for string in strings:
        for t, symbol in enumerate(string):
            state = reber.state_after(string[:t])
            if state in taken:
                taken[state].append(AUTOMATON[state][0][0] == symbol)
    return taken


def one_string_only(strings: Sequence[str]) -> Finding | None:
    """Different generators give one and the same string."""
    if len(set(strings)) > 1:
        return None
    return Finding(
        f"every generator gives the same string, {short(strings[0])}", mistake="same_chance"
    )


def uneven(taken: Sequence[bool], what: str) -> Finding | None:
    """Whether two arrows were taken with equal odds; both at least once."""
    share = float(np.mean(taken[:COUNTED])) if taken else 0.5
    if share in (0.0, 1.0) and len(taken) >= 40:
        return Finding(f"one of the two ways is never taken {what}", mistake="one_way_only")
    if len(taken) >= COUNTED and abs(share - 0.5) > SLACK:
        return Finding(
            f"the two ways {what} come with shares {share:.2f} and {1 - share:.2f}; both should"
            " come equally often",
            mistake="uneven_odds",
        )
    return None


NEVER = {
    ("1", True): "no_s_loop",
    ("2", True): "no_t_loop",
    ("3", True): "no_way_back",
    ("4", True): "no_crossing",
}


def verify_generator(case: Case, value: Any) -> Finding | None:
    """A generator of Reber strings."""
    if case.part == "it uses the generator it is given":
        return _uses_generator(value)
    finding = all_strings(value)
    if finding is not None or case.part == "strings of the grammar":
        return finding or _members(value, reber.is_member, _why_not_reber)
    strings = [string for string in value if reber.is_member(string)]
    if len(strings) < len(value):
        return Finding("the odds can be judged once every string belongs to the grammar")
    finding = one_string_only(strings)
    if finding is not None:
        return finding
    for state, taken in choices(strings).items():
        symbols = " or ".join(arrow[0] for arrow in AUTOMATON[state])
        seen = uneven(taken, f"where {symbols} may follow")
        if seen is not None:
            never_first = (state, not any(taken))
            return Finding(seen.message, mistake=NEVER.get(never_first, seen.mistake))
    return None


def _uses_generator(value: Sequence[Any]) -> Finding | None:
    """Calls come in pairs with equal seeds, and different seeds from pair to pair."""
    firsts, seconds = list(value[0::2]), list(value[1::2])
    if firsts != seconds:
        return Finding(
            "two calls with equal generators give different strings: chance comes from elsewhere",
            mistake="other_chance",
        )
    return one_string_only([str(first) for first in firsts])


def _members(
    strings: Sequence[str], is_member: Callable[[str], bool], why: Callable[[str], str | None]
) -> Finding | None:
    wrong = [string for string in strings if not is_member(string)]
    if not wrong:
        return None
    reasons = {why(string) for string in wrong}
    return Finding(
        f"{len(wrong)} of {len(strings)} strings do not belong to the grammar; one is"
        f" {short(wrong[0])}",
        mistake=reasons.pop() if len(reasons) == 1 else None,
    )


def _why_not_reber(string: str) -> str | None:
    if reber.is_member("B" + string):
        return "begin_forgotten"
    return "end_forgotten" if reber.is_member(string + "E") else None


def verify_embedded(case: Case, value: Any) -> Finding | None:
    """A generator of embedded strings; a shortest length stands in the case's arguments."""
    if case.part == "it uses the generator it is given":
        return _uses_generator(value)
    finding = all_strings(value)
    if finding is not None:
        return finding
    if case.part == "strings of the grammar":
        return _embedded_members(value)
    if case.part == "both outer symbols":
        outer = [string[1:2] == "T" for string in value]
        return one_string_only(value) or uneven(outer, "for the second symbol (T or P)")
    return _long_enough(value, case.calls[0][1])


def _embedded_members(strings: Sequence[str]) -> Finding | None:
    finding = _members(strings, embedded_reber.is_member, _why_not_embedded)
    if finding is None or finding.mistake != "closing_symbol_swapped":
        return finding
    right = sum(map(embedded_reber.is_member, strings))
    drawn = right > 0.1 * len(strings)
    return Finding(finding.message, mistake="closing_symbol_drawn_anew") if drawn else finding


def _swap(string: str) -> str:
    other = {"T": "P", "P": "T"}
    return string[:-2] + other.get(string[-2:-1], "") + string[-1:]


def _why_not_embedded(string: str) -> str | None:
    member = embedded_reber.is_member
    if member(string + "E"):
        return "end_forgotten"
    if member("B" + string):
        return "begin_forgotten"
    if member(_swap(string)):
        return "closing_symbol_swapped"
    if member(string[:2] + "B" + string[2:-2] + "E" + string[-2:]):
        return "inner_frame_forgotten"
    return "not_embedded" if reber.is_member(string) else None


def _long_enough(strings: Sequence[str], least: int) -> Finding | None:
    shortest = min(len(string) for string in strings)
    if shortest < least:
        rare = shortest <= embedded_reber.minimum_length
        ignored = "min_length_ignored" if rare else "min_length_counts_less"
        return Finding(
            f"asked for at least {least} symbols, the shortest string has {shortest}",
            mistake=ignored,
        )
    if shortest == least:
        return None
    named = {1: "min_length_exceeded_by_one", 4: "min_length_of_the_inner_string"}
    return Finding(
        f"asked for at least {least} symbols, none of {len(strings)} strings has {least}; the"
        f" shortest has {shortest}",
        mistake=named.get(shortest - least),
    )


# ---- predictors ----------------------------------------------------------------------------


def _shares(
    strings: Sequence[str], predicted: Sequence[str], legal: Callable[[str], str]
) -> tuple[float, float, float]:
    """Shares of steps with a legal symbol, with the very symbol that comes, with the last one."""
    pairs = [
        (symbol in legal(string[: t + 1]), symbol == string[t + 1], symbol == string[t])
        for string, guess in zip(strings, predicted, strict=True)
        for t, symbol in enumerate(guess)
    ]
    a, b, c = np.mean(pairs, axis=0)
    return float(a), float(b), float(c)


def _shape(strings: Sequence[str], predicted: Any) -> Finding | None:
    if not isinstance(predicted, list | tuple) or len(predicted) != len(strings):
        return Finding(f"returns {short(predicted)}; expected {len(strings)} strings in a list")
    for string, guess in zip(strings, predicted, strict=True):
        if not isinstance(guess, str) or set(guess) - set(ALPHABET):
            return Finding(f"one prediction is {short(guess)}, which is no string of BTSXPVE")
        if len(guess) == len(string):
            return Finding(
                f"a string of {len(string)} symbols got {len(guess)} predictions, expected"
                f" {len(string) - 1}",
                mistake="one_prediction_too_many",
            )
        if len(guess) != len(string) - 1:
            return Finding(
                f"a string of {len(string)} symbols got {len(guess)} predictions, expected"
                f" {len(string) - 1}: one after each symbol but the last"
            )
    return None


def verify_predictor(
    case: Case,
    predicted: Any,
    *,
    legal: Callable[[str], str],
    least_legal: float,
    least_long_range: float | None = None,
) -> Finding | None:
    """Predictions on fresh strings: legal at nearly every step, and at the long-range step."""
    strings = case.arguments[0]
    finding = _shape(strings, predicted)
    if finding is not None:
        return finding
    share, ahead, repeated = _shares(strings, predicted, legal)
    if ahead > 0.9:
        return Finding(
            f"{ahead:.0%} of the predictions are the very symbol that comes, although chance"
            " decides at half of the steps",
            mistake="looks_ahead",
        )
    if repeated > 0.9:
        return Finding("the predictions repeat the symbol just read", mistake="repeats_the_input")
    if case.part == "the long-range step" and least_long_range is not None:
        right = float(np.mean([g[-2] == s[1] for s, g in zip(strings, predicted, strict=True)]))
        if right < least_long_range:
            return Finding(
                f"at the long-range step {right:.0%} are right on {len(strings)} fresh strings,"
                f" expected {least_long_range:.0%} or more",
                mistake="outer_symbol_not_learned" if share > 0.9 else None,
            )
        return None
    if share < least_legal:
        return Finding(
            f"{share:.1%} of the predictions are legal on {len(strings)} fresh strings, expected"
            f" {least_legal:.0%} or more",
            mistake="not_trained" if share < 0.6 else None,
        )
    return None


def legal_but_outer(prefix: str) -> str:
    """Legal successors for one who forgot the outer symbol: T and P are as good."""
    legal = embedded_reber.legal_next(prefix)
    inner = legal_next(prefix[2:])
    return "TP" if not inner and legal in ("T", "P") else legal
