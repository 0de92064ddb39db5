"""From text to terms: the one analysis for both engines, for queries and for snippets. Pure.

Lower case, accents folded, a short stop list, Snowball's Indonesian stems (measured: better than none, as good as Sastrawi and far
faster). Codes such as 18.11 and 59/2020 stay whole and are found by their parts too; hyphenated words are split and joined.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from threading import Lock

import snowballstemmer

WORD = re.compile(r"[^\W_]+(?:[./’'-][^\W_]+)*")
PART = re.compile(r"[^\W_]+")
# Longer than any word; PostgreSQL refuses words of more than 2,046 bytes.
LONGEST_WORD = 80


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Short on purpose: a long list (Tala) costs quality.
STOP = _words(
    """
    yang dan di ke dari untuk pada dengan ini itu adalah dalam oleh sebagai atau juga akan tidak agar bagi para
    the of apa bagaimana bagaimanakah apakah cara kah
    """
)

# Snowball takes "per" off "perencanaan" and leaves "encana": roots of the field that begin with r keep it.
R_ROOTS = _words(
    """
    rencana rumus rekam rawat rancang rangkum rekrut ringkas rintis rapat ramal rubah rujuk rapi
    """
)

_stemmer = snowballstemmer.stemmer("indonesian")
# The stemmer keeps the word it works on in itself: two threads at once would spoil each other's, and `stem` would remember it.
_stemming = Lock()


def _snowball(word: str) -> str:
    with _stemming:
        return _stemmer.stemWord(word)


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The stem of a folded word. Codes and short words stay as they are."""
    if len(word) < 4 or any(letter.isdigit() for letter in word):
        return word
    if word.startswith("per") and (root := _snowball(word[2:])) in R_ROOTS:
        return root
    return _snowball(word)


def fold(text: str) -> str:
    """Lower case without accents, of the same length wherever a letter has one folded form."""
    if text.isascii():
        return text.lower()
    return "".join(_fold_letter(letter) for letter in text)


@lru_cache(maxsize=10_000)
def _fold_letter(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter)[0].lower()
    return base if len(base) == 1 else letter


def terms(text: str) -> list[str]:
    """The stems of a text in their order, without stop words."""
    return [stem(word) for word in words(text) if word not in STOP]


def words(text: str) -> Iterator[str]:
    """The folded words of a text; a compound gives its parts, and itself joined or whole."""
    for match in WORD.finditer(fold(text)):
        yield from _split(match[0])


def _split(token: str) -> Iterator[str]:
    token = token[:LONGEST_WORD]
    parts = PART.findall(token)
    yield from parts
    if len(parts) > 1:
        if "-" in token and "/" not in token and "." not in token:
            yield "".join(parts)
        elif any(part.isdigit() for part in parts):
            yield token


def spans(text: str, asked: frozenset[str]) -> list[tuple[int, int, frozenset[str]]]:
    """Where the words stand that give one of the stems asked for, with those stems: for marking whole words."""
    folded = fold(text)
    if len(folded) != len(text):
        folded = text.lower() if len(text.lower()) == len(text) else text
    # A text repeats its words: each is looked at once.
    given = {token: stems for token in set(WORD.findall(folded)) if (stems := _stems(token) & asked)}
    return [(match.start(), match.end(), given[match[0]]) for match in WORD.finditer(folded) if match[0] in given] if given else []


@lru_cache(maxsize=100_000)
def _stems(token: str) -> frozenset[str]:
    return frozenset(stem(word) for word in _split(token))
