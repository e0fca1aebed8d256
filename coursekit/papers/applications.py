"""What recurrent memory was used for: year, task, what it needs of memory, and the source of each.

The one place of these facts: the map in lesson 16 is drawn from here, and a test holds every key
against the bibliography. ``second_hand`` marks what was found told by others only, or where the
source's own words, as far as they were read, do not say that this very net did it.
"""

from typing import Final, NamedTuple


class Application(NamedTuple):
    """One use of recurrent memory."""

    year: int
    task: str
    who: str
    needs: str  # of memory, in a few words
    answer: str  # when an answer is due: one of ANSWERS
    key: str  # of the bibliography
    second_hand: bool = False


#: when a net must answer, the shortest way to sort what follows
ANSWERS: Final = ("at each step", "at the end", "the next step", "an action")

APPLICATIONS: Final = (
    Application(
        *(2001, "grammar learning", "Gers, Schmidhuber"),
        *("count symbols: a and b and c equally often", "the next step"),
        "gers_2001_languages",
    ),
    Application(
        *(2001, "time series", "Gers, Eck, Schmidhuber"),
        *("no more than a window: a window did as well", "the next step"),
        "gers_2001_series",
    ),
    Application(
        *(2002, "rhythm and music", "Eck, Schmidhuber"),
        *("the place in a form that lasts many bars", "the next step"),
        "eck_2002_blues",
    ),
    Application(
        *(2003, "named entities", "Hammerton"),
        *("the whole sentence: it is read twice", "at each step"),
        "hammerton_2003_entities",
    ),
    Application(
        *(2007, "protein homology", "Hochreiter and others"),
        *("a pattern anywhere in a long chain", "at the end"),
        *("hochreiter_2007_protein", True),
    ),
    Application(
        *(2008, "robot control", "Mayer and others"),
        *("same view, other act: where in the knot?", "an action"),
        "mayer_2008_knots",
    ),
    Application(
        *(2009, "handwriting, read", "Graves and others"),
        *("letters before and after; no cuts given", "at each step"),
        "graves_2009_handwriting",
    ),
    Application(
        *(2011, "human action", "Baccouche and others"),
        *("how features change over a video", "at the end"),
        "baccouche_2011_action",
    ),
    Application(
        *(2013, "speech", "Graves, Mohamed, Hinton"),
        *("sounds before and after; no cuts given", "at each step"),
        "graves_2013_speech",
    ),
    Application(
        *(2013, "handwriting, written", "Graves"),
        *("what was written, and where in the text", "the next step"),
        "graves_2013_generating",
    ),
    Application(
        *(2014, "language identification", "Gonzalez-Dominguez and others"),
        *("weak evidence, summed over seconds", "at the end"),
        "gonzalez_2014_language",
    ),
    Application(
        *(2015, "paraphrase", "Cheng, Kartsaklis"),
        *("a sentence as one vector", "at the end"),
        *("cheng_2015_paraphrase", True),
    ),
    Application(
        *(2015, "language generation", "Wen and others"),
        *("what has been said, what is still to say", "the next step"),
        "wen_2015_dialogue",
    ),
    Application(
        *(2015, "lyrics", "Potash, Romanov, Rumshisky"),
        *("rhyme, and the length of line and verse", "the next step"),
        "potash_2015_lyrics",
    ),
    Application(
        *(2016, "number agreement", "Linzen, Dupoux, Goldberg"),
        *("the subject's number, past other nouns", "at the end"),
        "linzen_2016_agreement",
    ),
    Application(
        *(2018, "text compression", "Goyal and others"),
        *("whatever makes the next symbol likely", "the next step"),
        "goyal_2018_compression",
    ),
)

#: in, or on the way to, products of four large companies
PRODUCTS: Final = (
    Application(
        *(2015, "Google: voicemail", "Google"),
        *("sounds and words before", "at each step"),
        "beaufays_2015_voicemail",
    ),
    Application(
        *(2016, "Google: translation", "Google"),
        *("a sentence, then what of it is translated", "the next step"),
        "wu_2016_translation",
    ),
    Application(
        *(2016, "Apple: typing ahead", "Apple"),
        *("the beginning of the message", "the next step"),
        "wired_2016_quicktype",
    ),
    Application(
        *(2016, "Microsoft: phone speech", "Microsoft"),
        *("sounds and words, before and after", "at each step"),
        *("xiong_2016_speech", True),
    ),
    Application(
        *(2016, "Amazon: assistant", "Amazon"),
        *("not told", "at each step"),
        *("schmidhuber_2017_impact", True),
    ),
)
