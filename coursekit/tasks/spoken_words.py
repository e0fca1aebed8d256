"""Letters to sounds: a small list of common words, each letter with the sound that it stands for.

The task of NetTalk: given a letter and its three neighbours on either side, tell the phoneme of the
letter in the middle, as 21 features of articulation and 5 bits of stress and boundary. The words,
their alignment and the features here are our own and much simplified: one sound a letter, ``-`` for
a letter that is not heard, two sounds that share a letter told as one (x as ks).

Source: Sejnowski and Rosenberg 1987, Parallel networks that learn to pronounce English text; theirs
was a dictionary of 20,000 words.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import numbers

Array = NDArray[np.float64]

#: What a place of the window can hold: 26 letters and 3 marks, of which the words need one.
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz .,"
FEATURES: Final = (
    *("voiced", "nasal", "stop", "fricative", "affricate", "glide", "liquid"),
    *("lips", "teeth", "ridge", "palate", "back of the mouth", "throat"),
    *("vowel", "high", "mid", "low", "front", "central", "rounded", "long"),
)
STRESS: Final = ("stressed", "unstressed", "first letter", "last letter", "silent")

# One symbol a sound; what is articulated and where.
PHONEMES: Final[dict[str, str]] = {
    "p": "stop lips",
    "b": "voiced stop lips",
    "t": "stop ridge",
    "d": "voiced stop ridge",
    "k": "stop back",
    "g": "voiced stop back",
    "m": "voiced nasal lips",
    "n": "voiced nasal ridge",
    "N": "voiced nasal back",  # si(n)g
    "f": "fricative lips teeth",
    "v": "voiced fricative lips teeth",
    "T": "fricative teeth",  # (th)in
    "D": "voiced fricative teeth",  # (th)is
    "s": "fricative ridge",
    "z": "voiced fricative ridge",
    "S": "fricative palate",  # (sh)ip
    "h": "fricative throat",
    "C": "affricate palate",  # (ch)in
    "J": "voiced affricate palate",  # (j)ob
    "X": "stop fricative back",  # bo(x)
    "r": "voiced liquid palate",
    "l": "voiced liquid ridge",
    "w": "voiced glide lips rounded",
    "y": "voiced glide palate",
    "Q": "stop glide back",  # (qu)ick
    "i": "voiced vowel high front",  # s(i)t
    "I": "voiced vowel high front long",  # s(ee)
    "e": "voiced vowel mid front",  # b(e)d
    "A": "voiced vowel mid front long",  # d(ay)
    "a": "voiced vowel low front",  # c(a)t
    "u": "voiced vowel low central",  # c(u)p
    "x": "voiced vowel mid central",  # (a)bout
    "3": "voiced vowel mid central long",  # b(ir)d
    "o": "voiced vowel low rounded",  # h(o)t
    "c": "voiced vowel low rounded long",  # s(aw)
    "O": "voiced vowel mid rounded long",  # g(o)
    "U": "voiced vowel high rounded",  # b(oo)k
    "W": "voiced vowel high rounded long",  # m(oo)n
    "Y": "voiced vowel low front long high",  # m(y)
    "M": "voiced vowel low high rounded",  # c(ow)
    "R": "voiced vowel low central long",  # c(ar)
    "-": "",  # not heard
}

# A word, its sounds letter by letter, and the letter on which the stress lies.
_LISTED: Final = """
about xbM-t 2     after aft-3 0     again xge-n 2     air A-r 0         all cl- 0
and and 0         animal anxmxl 0   answer ans--3 0   any eni 0         apple ap--l 0
arm Rm- 0         art Rt- 0         ask ask 0         baby bAbI 1       back bak- 1
bad bad 1         bag bag 1         ball bcl- 1       bed bed 1         best best 1
big big 1         bird b3-d 1       black blak- 2     blue blW- 2       boat bO-t 1
body bodI 1       book bU-k 1       box boX 1         boy bcy 1         bread br-ed 3
brother bru-D-3 2 bus bus 1         but but 1         call kcl- 1       can kan 1
car kR- 1         cat kat 1         chair C-A-r 2     child C-Yld 2     city sitI 1
clean klI-n 2     clock klok- 2     cold kOld 1       come kum- 1       cook kU-k 1
cow kM- 1         cup kup 1         dark dR-k 1       day dA- 1         dog dog 1
door dc-r 1       down dM-n 1       drink driNk 2     eat I-t 0         egg eg- 0
end end 0         eye Y-- 0         face fAs- 1       farm fR-m 1       fast fast 1
father fa-D-3 1   find fYnd 1       fire fYr- 1       fish fiS- 1       five fYv- 1
food fW-d 1       foot fU-t 1       four fc-r 1       friend fr-end 3   from frum 2
game gAm- 1       girl g3-l 1       give giv- 1       go gO 1           good gU-d 1
green grI-n 2     hand hand 1       happy hap-I 1     hat hat 1         have hav- 1
head h-ed 2       help help 1       here hIr- 1       home hOm- 1       horse hc-s- 1
hot hot 1         house hM-s- 1     ice Ys- 0         jump Jump 1       keep kI-p 1
key kI- 1         kitchen kit-C-n 1 knife -nYf- 2     lake lAk- 1       large lR-J- 1
late lAt- 1       laugh la-f- 1     leg leg 1         letter let--3 1   light lY--t 1
like lYk- 1       little lit--l 1   long loN- 1       look lU-k 1       make mAk- 1
man man 1         milk milk 1       money munI- 1     moon mW-n 1       mother mu-D-3 1
mouth mM-T- 1     music mWzik 1     name nAm- 1       new nW- 1         night nY--t 1
nine nYn- 1       no nO 1           nose nOz- 1       not not 1         number numb-3 1
old Old 0         on on 0           one wun 0         open Opxn 0       orange crinJ- 0
other u-D-3 0     out M-t 0         paper pAp-3 1     park pR-k 1       people pI-p-l 1
phone f-On- 2     pig pig 1         place plAs- 2     plant plant 2     play plA- 2
pot pot 1         queen Q-I-n 2     quick Q-ik- 2     rain rA-n 1       read rI-d 1
red red 1         rich riC- 1       river riv-3 1     road rO-d 1       room rW-m 1
run run 1         school s-kW-l 3   sea sI- 1         seven sevxn 1     she S-I 2
ship S-ip 2       shop S-op 2       show S-O- 2       sing siN- 1       sister sist-3 1
sit sit 1         six siX 1         sleep slI-p 2     small smcl- 2     snow snO- 2
song soN- 1       stand stand 2     star stR- 2       stop stop 2       street strI-t 3
sugar Sug-3 1     sun sun 1         table tAb-l 1     talk tc-k 1       tall tcl- 1
tea tI- 1         ten ten 1         that D-at 2       think T-iNk 2     this D-is 2
three T-rI- 3     time tYm- 1       toe tO- 1         train trA-n 2     tree trI- 2
under und-3 0     very verI 1       walk wc-k 1       warm wc-m 1       wash woS- 1
watch wot-C 1     water wct-3 1     week wI-k 1       wet wet 1         what w-ot 2
white w-Yt- 2     wife wYf- 1       wind wind 1       window windO- 1   winter wint-3 1
woman wUmxn 1     wood wU-d 1       word w3-d 1       work w3-k 1       write -rYt- 2
yellow yel-O- 1   yes yes 1         young yu-N- 1     zoo zW- 1         zero zIrO 1
"""


class Word(NamedTuple):
    """A word with its sounds."""

    letters: str
    phonemes: str  # one a letter
    stress: int  # the letter that carries it


def _read() -> tuple[Word, ...]:
    pieces = _LISTED.split()
    return tuple(
        Word(letters, phonemes, int(stress))
        for letters, phonemes, stress in zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True)
    )


WORDS: Final = _read()


def _vector(phoneme: str) -> Array:
    said = PHONEMES[phoneme].replace("back", "back of the mouth")
    return np.array([float(feature in said) for feature in FEATURES])


PHONEME_VECTORS: Final[dict[str, Array]] = {symbol: _vector(symbol) for symbol in PHONEMES}


def letter_vectors(text: str) -> Array:
    """Letters as one-hot vectors, (letters, 29).

    Raises:
        ValueError: a character that is neither a small letter nor one of the three marks.

    >>> letter_vectors("cab").shape
    (3, 29)
    """
    unknown = sorted(set(text) - set(LETTERS))
    if unknown:
        raise ValueError(
            f"{text!r} has {unknown[0]!r}; pass small letters a to z, space, full stop and comma"
        )
    return np.eye(len(LETTERS))[[LETTERS.index(letter) for letter in text]]


def targets(word: Word) -> Array:
    """What the net should say of each letter, (letters, 26): 21 features and 5 other bits."""
    rows = []
    for place, phoneme in enumerate(word.phonemes):
        stressed = place == word.stress
        bits = (
            stressed,
            not stressed and phoneme in "iIeAauxo3cOUWYMR",
            place == 0,
            place == len(word.letters) - 1,
            phoneme == "-",
        )
        rows.append(np.concatenate([PHONEME_VECTORS[phoneme], np.array(bits, dtype=float)]))
    return np.array(rows)


def nearest_phonemes(outputs: ArrayLike) -> str:
    """The phoneme whose features are nearest to each output, one symbol a row.

    A silent letter is told by its own bit, for it has no features.

    Args:
        outputs: (letters, 26).

    >>> nearest_phonemes(targets(WORDS[0])) == WORDS[0].phonemes
    True
    """
    rows = numbers("outputs", outputs, axes="(letters, 26)")
    if rows.ndim != 2 or rows.shape[1] != len(FEATURES) + len(STRESS):
        raise ValueError(f"outputs has shape {rows.shape}; pass (letters, 26)")
    table = np.array(
        [np.append(vector, symbol == "-") for symbol, vector in PHONEME_VECTORS.items()]
    )
    told = np.column_stack([rows[:, : len(FEATURES)], rows[:, -1]])
    distance = ((told[:, None] - table[None]) ** 2).sum(axis=-1)
    symbols = list(PHONEME_VECTORS)
    return "".join(symbols[place] for place in distance.argmin(axis=1))


def letter_alone_score(words: tuple[Word, ...] = WORDS) -> float:
    """What the best table from letter to phoneme scores, without any neighbour.

    >>> 0.5 < letter_alone_score() < 0.8
    True
    """
    counts: dict[str, dict[str, int]] = {}
    for word in words:
        for letter, phoneme in zip(word.letters, word.phonemes, strict=True):
            seen = counts.setdefault(letter, {})
            seen[phoneme] = seen.get(phoneme, 0) + 1
    right = sum(max(seen.values()) for seen in counts.values())
    return right / sum(len(word.letters) for word in words)
