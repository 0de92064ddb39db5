"""What runs over people's text: every regular expression in kb/, found by reading the code, and texts that make each work hardest.

A pattern is attacked with whatever its own signs can make: each of them and each pair, repeated, with an end that lets no match succeed.
What grows like a line takes four times as long for four times the text; what looks back again and again takes sixteen times as long.
"""

import ast
import importlib
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from re import _constants as signs
from re import _parser as parser

KB = Path(__file__).parent.parent / "kb"
FUNCTIONS = {"compile", "sub", "subn", "findall", "finditer", "search", "match", "fullmatch", "split"}
FROM_THE_START = {"match", "fullmatch"}
SIZES = (5_000, 10_000, 20_000)
# What is done in less is not looked at any further: a line at this size needs a tenth of it on a slow, busy machine.
SECONDS = 0.02
# Four times the text in so many times the time; a square would be 16.
RATIO = 9
# A pattern that looks back again and again needs 20 ms and more for 5,000 signs; one that does not, less than one.
AT_ONCE = 0.004
TRIES = 4


@dataclass(frozen=True)
class Found:
    """A pattern of ours: where it stands, and how it is used."""

    where: str
    pattern: re.Pattern
    ways: frozenset[str]


def sources() -> list[Path]:
    """All code of ours that may run over a text."""
    return [path for path in sorted(KB.rglob("*.py")) if "migrations" not in path.parts]


def module_of(path: Path):
    """The module a file is."""
    parts = path.relative_to(KB.parent).with_suffix("").parts
    return importlib.import_module(".".join(part for part in parts if part != "__init__"))


def named(modules: Iterable) -> Iterator[tuple[str, str, re.Pattern]]:
    """Module, name and pattern of each that is compiled at import, also within tuples and tables."""
    for module in modules:
        for name, value in vars(module).items():
            for pattern in _patterns_in(value):
                yield module.__name__, name, pattern


def _patterns_in(value) -> Iterator[re.Pattern]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _patterns_in(inner)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _patterns_in(inner)


def uses() -> dict[str, frozenset[str]]:
    """How the patterns of each name are used anywhere: `NAME.sub(…)`, `module.NAME.match(…)`."""
    found: dict[str, set[str]] = {}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in FUNCTIONS:
                name = getattr(node.value, "id", getattr(node.value, "attr", ""))
                found.setdefault(name, set()).add(node.attr)
    return {name: frozenset(ways) for name, ways in found.items()}


def written_in_place() -> Iterator[tuple[str, ast.Call, str]]:
    """Each call of `re` (and each `Regexp` of a form) within a function or class: the file, the call, and the way it is used."""
    for path in sources():
        tree = ast.parse(path.read_text())
        at_import = {
            id(node) for statement in tree.body if isinstance(statement, ast.Assign | ast.AnnAssign) for node in ast.walk(statement)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            of_re = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "re" and node.func.attr in FUNCTIONS
            if of_re and not (node.func.attr == "compile" and id(node) in at_import):
                yield str(path.relative_to(KB)), node, node.func.attr
            elif getattr(node.func, "id", "") == "Regexp":
                yield str(path.relative_to(KB)), node, "match"


def flags_of(call: ast.Call) -> int:
    """The flags of a call, as they are written: `re.I`, `flags=re.S`."""
    given = [*call.args[1:], *(keyword.value for keyword in call.keywords if keyword.arg == "flags")]
    names = [
        node.attr for one in given for node in ast.walk(one) if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "re"
    ]
    return sum(getattr(re, name) for name in names if name.isupper())


# Attacks


def attacks(pattern: re.Pattern) -> Iterator[tuple[str, str, str]]:
    """Beginning, what is repeated, and end."""
    alphabet = list(dict.fromkeys(_signs(parser.parse(pattern.pattern, pattern.flags))))
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    words = [word for word in dict.fromkeys(_words(source)) if len(word) > 1]
    singles = [*alphabet[:12], *words[:5]]
    pumps = [*singles, *(a + b for a, b in product([*alphabet[:5], *words[:2]], repeat=2) if a != b), "".join(singles)]
    begins = ["", *words[:1], *alphabet[:1]]
    for pump, begin in product(dict.fromkeys(pumps), dict.fromkeys(begins)):
        yield begin, pump, "\0"


def _words(source: str) -> list[str]:
    """The literal stretches of a pattern: "nomor", "</", "=\\""."""
    plain = re.sub(r"\\[bBdDwWsS]|\[[^\]]*\]|\(\?[a-zA-Z<!=:]*(?:P<\w+>)?|\{[^}]*\}", "|", source)
    return [word.replace("\\", "") for word in re.split(r"[|()*+?^$.]+", plain) if word]


CATEGORIES = {
    signs.CATEGORY_DIGIT: "1", signs.CATEGORY_NOT_DIGIT: "a ", signs.CATEGORY_SPACE: " \n", signs.CATEGORY_NOT_SPACE: "a",
    signs.CATEGORY_WORD: "a1", signs.CATEGORY_NOT_WORD: " -",
}  # fmt: skip


def _signs(tree) -> Iterator[str]:
    """One sign or two for each thing that a pattern looks for."""
    for kind, value in tree:
        if kind in (signs.LITERAL, signs.NOT_LITERAL):
            yield chr(value)
            if kind is signs.NOT_LITERAL:
                yield "a"
        elif kind is signs.ANY:
            yield "a"
        elif kind is signs.IN:
            if value[0][0] is signs.NEGATE:
                yield from "a "
            yield from _signs(value)
        elif kind is signs.RANGE:
            yield chr(value[0])
        elif kind is signs.CATEGORY:
            yield from CATEGORIES[value]
        elif kind is signs.BRANCH:
            for branch in value[1]:
                yield from _signs(branch)
        elif kind in (signs.MAX_REPEAT, signs.MIN_REPEAT, signs.POSSESSIVE_REPEAT):
            yield from _signs(value[2])
        elif kind is signs.SUBPATTERN:
            yield from _signs(value[3])
        elif kind in (signs.ASSERT, signs.ASSERT_NOT):
            yield from _signs(value[1])


def text_of(begin: str, pump: str, end: str, size: int) -> str:
    """A text of this size: the beginning, the pump as often as it fits, the end."""
    return begin + pump * ((size - len(begin) - len(end)) // len(pump)) + end


def runners(found: Found) -> list[Callable[[str], object]]:
    """The pattern at work as the code uses it, on a text or on the bytes of a file."""
    of_bytes = isinstance(found.pattern.pattern, bytes)
    anywhere = found.ways - FROM_THE_START
    run = [lambda text: sum(1 for _ in found.pattern.finditer(text))] if anywhere or not found.ways else []
    run += [getattr(found.pattern, way) for way in sorted(found.ways & FROM_THE_START)]
    return [partial(_on_bytes, work) for work in run] if of_bytes else run


def _on_bytes(work: Callable[[bytes], object], text: str) -> object:
    return work(text.encode("latin-1", "replace"))


def explosion(run: Callable[[str], object], begin: str, pump: str, end: str, sizes=SIZES, at_once: float = 0) -> str:
    """What is wrong with the growth of the time; empty where it grows like a line. Small texts first: some explode before 100 signs.

    What is done `at_once` with the smallest size is not tried with the others.
    """
    for size in (18, 24, 120, 384, *sizes):
        took, longest = seconds(run, text_of(begin, pump, end, size)), 0.1 if size < sizes[0] else 1.0
        if took > longest:
            return f"{size} signs of {begin!r} + {pump!r} · n + {end!r} take longer than {longest} s"
        if size == sizes[0] and took < at_once:
            return ""
    smallest, _, largest = (text_of(begin, pump, end, size) for size in sizes)
    ratio = 0.0
    for _ in range(TRIES):
        long = seconds(run, largest)
        if long < SECONDS:
            return ""
        ratio = long / max(min(seconds(run, smallest) for _ in range(3)), 1e-6)
        if ratio < RATIO:
            return ""
    return f"four times {begin!r} + {pump!r} · n + {end!r} take {ratio:.0f} times as long"


def seconds(run: Callable[[str], object], text: str) -> float:
    """The processor's time, which a busy machine changes little."""
    started = time.process_time()
    run(text)
    return time.process_time() - started
