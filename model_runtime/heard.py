"""How far what was heard is from what was said: letters, words, digits, and whether a word was heard at all.

Knows texts in Japanese and English; knows no sound and no model.
"""

import re
import unicodedata
from collections.abc import Sequence

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_DIGIT_WORDS = {**{word: str(number) for number, word in enumerate(DIGITS)}, "oh": "0"}
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_KATAKANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_SMALL_MARKS = "ー々〆"


def plain(text: str) -> str:
    """The text as it is compared: NFKC, lower case, no punctuation, single spaces; none at all in Japanese."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(c if c.isalnum() or c in _SMALL_MARKS or unicodedata.category(c) == "Mn" else " " for c in folded)
    # An apostrophe parts no word, and neither does the dot of a number: both sides lose them alike.
    return "".join(kept.split()) if _JAPANESE.search(kept) else " ".join(kept.split())


def kana(text: str) -> str:
    """Katakana as hiragana: which of the two was meant cannot be heard."""
    return plain(text).translate(_KATAKANA)


def words(text: str) -> list[str]:
    """Words, digits as figures; one word in Japanese, which parts none."""
    return [_DIGIT_WORDS.get(word, word) for word in plain(text).split()]


def digits(text: str) -> str:
    """The digits of a text in their order, spoken or written."""
    return "".join(c for word in words(text) for c in word if c in "0123456789")


def distance(one: Sequence[object], other: Sequence[object]) -> int:
    """Levenshtein: the fewest insertions, deletions and substitutions."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]


def letter_errors(heard: str, transcript: str, reading: str = "") -> tuple[int, int]:
    """Wrong letters and letters in all.

    Against the transcript or its reading in kana, whichever is nearer: a word alone can be written either way.
    """
    pairs = [(plain(heard), plain(transcript))]
    if reading:
        pairs.append((kana(heard), kana(reading)))
    scored = [(distance(a, b), len(b)) for a, b in pairs if b]
    return min(scored, key=lambda score: score[0] / score[1]) if scored else (0, 0)


def word_errors(heard: str, transcript: str) -> tuple[int, int]:
    """Wrong words and words in all; English and its like only, (0, 0) in Japanese."""
    said = words(transcript)
    if not said or _JAPANESE.search(transcript):
        return 0, 0
    return distance(words(heard), said), len(said)


def digit_errors(heard: str, transcript: str) -> tuple[int, int]:
    """Wrong digits and digits in all."""
    said = digits(transcript)
    return (distance(digits(heard), said), len(said)) if said else (0, 0)


def holds(heard: str, expected: str) -> bool:
    """Whether one of the words, parted by `|`, was heard; kana of either kind, spaces and case do not matter."""
    found = kana(heard)
    padded, squeezed = f" {found} ", found.replace(" ", "")
    for word in filter(None, map(kana, expected.split("|"))):
        if (word.replace(" ", "") in squeezed) if _JAPANESE.search(word) else f" {word} " in padded:
            return True
    return False
