"""From text to terms: the one analysis for both engines, for queries and for snippets. Pure.

Lower case, accents folded, a short stop list, Snowball's Indonesian stems (measured: better than none, as good as Sastrawi and far
faster). Codes such as 18.11 and 59/2020 stay whole and are found by their parts too; hyphenated words are split and joined.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from threading import Lock

import snowballstemmer

WORD = re.compile(r"[^\W_]+(?:[./’'-][^\W_]+)*")
PART = re.compile(r"[^\W_]+")
# Longer than any word; PostgreSQL refuses words of more than 2,046 bytes.
LONGEST_WORD = 80


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Short on purpose: a long list (Tala) costs quality. The last line is how the same words are typed on a phone.
STOP = _words(
    """
    yang dan di ke dari untuk pada dengan ini itu adalah dalam oleh sebagai atau juga akan tidak agar bagi para
    the of apa bagaimana bagaimanakah apakah cara kah mengapa kenapa
    yg dgn utk dlm tdk gmn gimana bgmn knp
    """
)

# Snowball loses the letter that a prefix swallowed or takes more than a prefix: "menerapkan" gives "erap", "penilaian" "ilai".
# For the roots that this field lives by, whatever it makes of their regular forms is led back to the root.
ROOTS = _words(
    """
    kelola kembang kendali kenal kerja kirim kolaborasi komunikasi konsultasi koordinasi kumpul kunjung kurang
    nilai pakai periksa rancang rangkum rapat rawat rekam rekrut rencana ringkas rintis rujuk rumus
    tanya temu tentu terap terbit terima tetap tindak tingkat tinjau tiru tolak tugas tulis tutup
    """
)
SWALLOWED = {"k": "ng", "t": "n", "p": "m", "s": "ny"}

_stemmer = snowballstemmer.stemmer("indonesian")
# The stemmer keeps the word it works on in itself: two threads at once would spoil each other's, and `stem` would remember it.
_stemming = Lock()


def _snowball(word: str) -> str:
    with _stemming:
        return _stemmer.stemWord(word)


def _forms(root: str) -> Iterator[str]:
    nasal = SWALLOWED[root[0]] + root[1:] if root[0] in SWALLOWED else root
    for begin in (root, f"di{root}", f"ter{root}", f"ber{root}", f"me{nasal}", f"pe{nasal}"):
        for end in ("", "an", "kan", "i", "nya"):
            yield begin + end


@cache
def _roots() -> dict[str, str]:
    """Stem of a form -> its root."""
    return {_snowball(form): root for root in sorted(ROOTS) for form in _forms(root)}


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The stem of a folded word. Codes and short words stay as they are."""
    if len(word) < 4 or any(letter.isdigit() for letter in word):
        return word
    found = _snowball(word)
    return _roots().get(found, found)


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
