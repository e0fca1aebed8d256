"""Letters to sounds: every letter has one sound, every sound its own features."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from coursekit.tasks.spoken_words import (
    FEATURES,
    LETTERS,
    PHONEME_VECTORS,
    PHONEMES,
    STRESS,
    WORDS,
    letter_alone_score,
    letter_vectors,
    nearest_phonemes,
    targets,
)

VOWELS = {symbol for symbol, said in PHONEMES.items() if "vowel" in said}


def test_the_list_is_what_it_says():
    assert len(WORDS) >= 200
    assert len({word.letters for word in WORDS}) == len(WORDS)
    assert (len(LETTERS), len(FEATURES), len(STRESS)) == (29, 21, 5)


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.letters)
def test_each_letter_has_a_sound_and_the_stress_lies_on_a_vowel(word):
    assert len(word.letters) == len(word.phonemes)
    assert set(word.phonemes) <= set(PHONEMES)
    assert word.letters == "one" or word.phonemes[word.stress] in VOWELS
    assert targets(word).shape == (len(word.letters), 26)
    assert nearest_phonemes(targets(word)) == word.phonemes


def test_every_sound_is_used_and_told_apart():
    assert {sound for word in WORDS for sound in word.phonemes} == set(PHONEMES)
    assert len({tuple(vector) for vector in PHONEME_VECTORS.values()}) == len(PHONEMES)
    for said in PHONEMES.values():
        for piece in said.split():
            assert piece in FEATURES or piece == "back"


def test_letters_are_one_hot():
    rows = letter_vectors("az .,")
    np.testing.assert_array_equal(rows.sum(axis=1), 1)
    assert [LETTERS[k] for k in rows.argmax(axis=1)] == list("az .,")
    with pytest.raises(ValueError, match="'Cab' has 'C'; pass small letters"):
        letter_vectors("Cab")
    with pytest.raises(ValueError, match=r"outputs has shape \(3,\)"):
        nearest_phonemes(np.ones(3))


def test_a_letter_alone_tells_less_than_two_sounds_of_three():
    tables = defaultdict(Counter)
    for word in WORDS:
        for letter, sound in zip(word.letters, word.phonemes, strict=True):
            tables[letter][sound] += 1
    total = sum(table.total() for table in tables.values())
    best = sum(table.most_common(1)[0][1] for table in tables.values()) / total
    assert letter_alone_score() == pytest.approx(best)
    assert best < 2 / 3
