"""The heaviest inputs that are allowed: what each takes, `python -m bench.heaviest` (part of `make bench`).

Seconds are those of the processor, which a busy machine changes little. Of several texts that are made to be hard, the hardest is told.
"""

import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from kb.articles.forms import BODY_MAX
from kb.core import comparison, markdown, untrusted
from kb.questions import forms as questions
from kb.questions import regulations
from kb.search import analysis, likeness, snippets
from kb.visits.day import PHOTO_SIDE
from tests import hostile_files

# Repeated to the longest text allowed. Those that take longest of all that `tests/core/test_excess.py` and `tests/test_hostile.py` try.
PUMPS = ("&", "<", "a\n\n", "- a\n", "- a\n* b\n", "a|b\n-|-\n", "|a|b|\n|-|-|\n", "- a\n  - b\n", "59 tahun 2020 ", "aplikasi ", "a b ")
render = markdown.render.__wrapped__


def lines(letters: int = BODY_MAX, rows: int = 3000, points: tuple[int, int] = (6000, 4000)) -> Iterator[str]:
    """One line for each kind of input; less of each is only for trying this out."""
    texts = [(pump * letters)[:letters] for pump in PUMPS]
    answers = [text[: questions.BODY_MAX] for text in texts]
    asked = likeness.Asked("aplikasi kabupaten " * 8, "aplikasi kabupaten " * 80)
    words = frozenset(analysis.terms("aplikasi a b"))
    yield _line("comparing two texts", *_slowest(_compared, list(_pairs(letters))))
    yield _line("rendering a text", *_slowest(render, texts))
    yield _line("deriving the words of a text", *_slowest(markdown.words_of, [render(text).html for text in texts]))
    yield _line("reading which rules an answer cites", *_slowest(regulations._cited_in, [render(text).html for text in answers]))
    yield _line("the terms of a text for the index", *_slowest(analysis.terms, texts))
    yield _line("the snippet of a text", *_slowest(lambda text: snippets.snippet(text, words), texts))
    yield _line("the likeness of a question", *_slowest(lambda text: asked.likeness(text[:160], text), answers))
    for name, kind, make in _files(rows, points):
        yield _line(name, *child(kind, make()))


def _pairs(letters: int) -> Iterator[tuple[str, str]]:
    """Texts that differ everywhere and by no more than is compared: in lines, and in the words of as many lines as fit."""
    most = int(min(letters // 2, comparison.MOST**0.5)) // 12 * 12
    yield "a\nb\n" * (most // 2), "b\na\na\n" * (most // 3)
    words = most // 2  # the blanks between them are compared too
    lines = max(1, letters // most)
    yield "\n".join(["a b " * (words // 2)] * lines), "\n".join(["b a a " * (words // 3)] * lines)


def _compared(pair: tuple[str, str]) -> object:
    return comparison._compare(*pair, 2)


def _files(rows: int, points: tuple[int, int]) -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    """Name, kind and content of each. A cell of 33 letters: as much as is read of a sheet."""
    yield "reading a workbook", "workbook", lambda: hostile_files.workbook(*([["x" * 33] * 20] * rows))
    yield "reading a PNG", "picture", lambda: hostile_files.png(*points)
    yield "reading a JPEG of twenty scans", "picture", lambda: hostile_files.repeated_scan(10, points)


def _slowest(work: Callable, inputs: list) -> tuple[float, int]:
    """The seconds of the slowest of them; no other process holds memory for it."""
    return max(_seconds(work, one) for one in inputs), 0


def _seconds(work: Callable, one) -> float:
    started = time.process_time()
    work(one)
    return time.process_time() - started


# A process that starts a reader and tells what it took: ours is too large itself to measure a child by.
MEASURE = """
import json, resource, subprocess, sys
read = subprocess.run(sys.argv[1:], stdin=sys.stdin, capture_output=True)
took = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([read.returncode, read.stdout.partition(b"\\n")[0][:200].decode(), took.ru_maxrss // 1024, took.ru_utime + took.ru_stime]))
"""


def measured(kind: str, content: bytes) -> tuple[int, str, int, float]:
    """How the reader of a file ended, how its answer begins, megabytes it held, and seconds it worked."""
    options = [str(PHOTO_SIDE)] if kind == "picture" else []
    command = [sys.executable, "-I", "-c", MEASURE, *untrusted.command(kind, *options)]
    return tuple(json.loads(subprocess.run(command, input=content, capture_output=True, check=True).stdout))


def child(kind: str, content: bytes) -> tuple[float, int]:
    """Seconds and megabytes of the process that reads an allowed file."""
    code, answer, megabytes, seconds = measured(kind, content)
    if code or answer.startswith('{"refused"'):
        raise RuntimeError(f"this {kind} is not allowed: {answer}")
    return seconds, megabytes


def _line(name: str, seconds: float, megabytes: int) -> str:
    return f"{name:<40}{seconds:>7.2f} s" + (f"{megabytes:>7} MB in its process" if megabytes else "")


def main() -> None:
    """Print what each takes."""
    gc.freeze()  # looking through all of the code for garbage takes longer than most of this
    print("-- the heaviest inputs that are allowed, processor seconds")
    for line in lines():
        print(line, flush=True)


if __name__ == "__main__":
    main()
