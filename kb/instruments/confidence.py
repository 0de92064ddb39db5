"""How sure we are, said once for a whole block and in words. Pure."""

from collections.abc import Iterable

# As the facts were gathered: what each word stands for.
MEANINGS = {
    "tinggi": "naskah resmi, dua sumber mandiri atau lebih, atau satu sumber yang cocok dengan hitungan",
    "sedang": "satu sumber yang layak, atau sumber yang berselisih sedikit",
    "rendah": "satu sumber tidak langsung",
}


def in_words(parts: Iterable[tuple[str, str]]) -> str:
    """One sentence for several things, each with its confidence: a word of MEANINGS, or one followed by its own explanation.

    Things of the same confidence are named together; when all have the same, none needs a name.
    """
    groups: dict[str, list[str]] = {}
    for what, confidence in parts:
        names = groups.setdefault(confidence, [])
        if what not in names:
            names.append(what)
    if not groups:
        return ""
    said = [_said("" if len(groups) == 1 else _listed(names), confidence) for confidence, names in sorted(groups.items(), key=_surest)]
    return f"Keyakinan kami{':' if len(said) > 1 else ''} {'; '.join(said)}."


def _said(names: str, confidence: str) -> str:
    meaning = MEANINGS.get(confidence, "")
    return f"{names} {confidence}{f' ({meaning})' if meaning else ''}".strip()


def _listed(names: list[str]) -> str:
    return " dan ".join([*([", ".join(names[:-1])] if names[:-1] else []), names[-1]])


def _surest(group: tuple[str, list[str]]) -> tuple[int, str]:
    confidence = group[0]
    return next((place for place, word in enumerate(MEANINGS) if confidence.startswith(word)), len(MEANINGS)), confidence
