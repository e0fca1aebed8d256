"""Agreement: the sentences follow their rules, read by a parser that was written for the test."""

import re

import numpy as np
import pytest

from coursekit.tasks import Agreement, agreement

NOUN = {word: pair.index(word) for pair in agreement.NOUNS for word in pair}
VERB = {word: pair.index(word) for pair in agreement.VERBS for word in pair}
SENTENCE = re.compile(
    r"(?:near the (\w+) , )?the (\w+)((?: (?:near|of|behind|with) the \w+| that .*)*)"
)
MODIFIER = re.compile(r" (?:(?:near|of|behind|with) the (\w+)|that the (\w+) (\w+))")


def sentences(batch, task):
    for start, end in zip(batch.offsets[:-1], batch.offsets[1:], strict=True):
        yield task.words(batch.symbols[start:end]), int(batch.targets[end - 1, 0])


def parsed(sentence):
    """Number of the subject, and of the nouns between, in order."""
    opening, subject, rest = SENTENCE.fullmatch(sentence).groups()
    assert opening is None or opening in NOUN
    between = MODIFIER.findall(rest)
    assert MODIFIER.sub("", rest) == ""
    for after_preposition, in_clause, verb in between:
        assert after_preposition or NOUN[in_clause] == VERB[verb]
    return NOUN[subject], [NOUN[one or other] for one, other, _ in between]


@pytest.mark.parametrize("most", [0, 1, 3])
def test_sentences_are_of_the_grammar_and_the_subject_decides(most):
    task = Agreement(most=most)
    batch = task.sample(np.random.default_rng(0), 600)
    numbers, between = zip(*((n, parsed(s)) for s, n in sentences(batch, task)), strict=True)
    assert [subject for subject, _ in between] == list(numbers)
    counts = np.array([len(nouns) for _, nouns in between])
    assert set(counts) == set(range(most + 1))
    assert abs(np.mean(numbers) - 0.5) < 0.08 and abs(counts.mean() - most / 2) < 0.2
    (last,) = np.nonzero(batch.mask)
    np.testing.assert_array_equal(last, batch.offsets[1:] - 1)


def test_nouns_between_have_the_subjects_number_as_often_as_said():
    task = Agreement(most=3, same=0.6)
    batch = task.sample(np.random.default_rng(1), 2000)
    alike = [
        n == subject for s, _ in sentences(batch, task) for subject, ns in [parsed(s)] for n in ns
    ]
    assert np.mean(alike) == pytest.approx(0.6, abs=0.03)


@pytest.mark.parametrize("attractors", [0, 1, 5])
def test_attractors_are_as_many_as_asked_and_all_of_the_other_number(attractors):
    task = Agreement()
    batch = task.with_attractors(np.random.default_rng(2), 200, attractors)
    for sentence, number in sentences(batch, task):
        assert parsed(sentence) == (number, [1 - number] * attractors)


@pytest.mark.parametrize(("most", "same"), [(2, 0.75), (3, 0.5), (0, 0.2), (1, 0.0)])
def test_the_last_word_alone_gets_the_memory_free_score(most, same):
    task = Agreement(most, same)
    batch = task.sample(np.random.default_rng(3), 4000)
    last = batch.offsets[1:] - 1
    outputs = np.zeros((int(batch.lengths.max()), 4000, 1))
    told = np.array(agreement.NUMBER)[batch.symbols[last]]
    outputs[batch.lengths - 1, np.arange(4000), 0] = told
    assert task.is_correct(outputs, batch).mean() == pytest.approx(task.memory_free_score, abs=0.03)


def test_the_right_side_of_one_half_is_right():
    task = Agreement()
    batch = task.sample(np.random.default_rng(4), 50)
    targets = batch.padded().targets
    assert task.is_correct(0.4 + 0.2 * targets, batch).all()
    assert not task.is_correct(0.6 - 0.2 * targets, batch).any()
    assert not task.is_correct(np.full_like(targets, np.nan), batch).any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Agreement(most=-1), r"most is -1; pass a whole number, 0 or more"),
        (lambda: Agreement(most="2"), r"most is '2'; pass a whole number"),
        (lambda: Agreement(same=1.2), r"same is 1\.2; pass a probability, from 0 to 1"),
        (lambda: Agreement(same=np.nan), r"same is nan; pass a number"),
        (lambda: Agreement().sample(0, 3), r"rng is 0; pass a generator"),
        (lambda: Agreement().sample(np.random.default_rng(0), 0), r"count is 0; pass a whole"),
        (
            lambda: Agreement().with_attractors(np.random.default_rng(0), 3, -1),
            r"attractors is -1; pass a whole number, 0 or more",
        ),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
