"""Names of people as Indonesian offices write them: titles before and behind, shortened names, particles. Pure."""

import re

# Titles that stand before a name, as they are written without their dots.
TITLES = frozenset(
    (
        "dr", "dra", "drs", "drg", "drh", "ir", "ars", "apt", "ns", "bd", "prof", "phd", "h", "hj", "haji", "hajah", "hajjah", "kh", "ky",
        "ust", "ustad", "ustadz", "ustaz", "ustazah", "tgk", "raden", "rd", "rr", "ra", "rm", "ak", "bpk", "bapak", "ibu", "sdr", "sdri",
        "yth", "brigjen", "kolonel", "kol", "letkol", "mayor", "kapten", "kompol", "akp", "akbp", "kombes",
    )
)  # fmt: skip
# What stands before a given name in Bali, Buton and Bugis; alone it calls nobody.
PARTICLES = frozenset(("i", "ni", "la", "wa", "ode"))
# Degrees of four letters and more that follow a dot ("S.Farm").
DEGREES = frozenset(("farm", "stat", "biotek", "biomed"))


def familiar(name: str) -> str:
    """The one word that a person is greeted by: the first of the name itself, as they write it.

    "Dra. Sri Wahyuni, M.M." is "Sri", "M. Yusuf" is "Yusuf", "I Gede Putra" is "Gede". A name that is nothing but titles stays whole.
    """
    for part in name.split(","):
        for word in part.split():
            if found := _own(word):
                return found
    return " ".join(name.split())


def _own(word: str) -> str:
    """The name in a word; empty for a title, a degree, an abbreviation, an initial or a particle."""
    pieces = [piece for piece in word.split(".") if piece]
    if not pieces or word.endswith("."):
        return ""
    last = pieces[-1]
    if len(pieces) > 1:  # "H.Ahmad" is a name behind a title, "S.Kom" a degree
        return last if len(last) > 3 and last.casefold() not in DEGREES else ""
    is_name = len(last) > 1 and last.casefold() not in TITLES | PARTICLES and re.search(r"[^\W\d_]", last)
    return last if is_name else ""
