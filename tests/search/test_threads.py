"""A web process answers in several threads: none may disturb another's words."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench import library
from kb.search import analysis

OFFICES = ["Diskominfo Kabupaten Mesuji"]


@pytest.fixture
def eager_switching():
    """Threads take turns as often as the interpreter can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    analysis.stem.cache_clear()
    yield
    sys.setswitchinterval(before)
    analysis.stem.cache_clear()


def test_threads_at_once_stem_as_one_alone(eager_switching):
    found = sorted({word for number in range(40) for word in analysis.words(library.article(number, OFFICES).body)})
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda step: dict(zip(found[::step], map(analysis.stem, found[::step]), strict=True)), (1, -1, 1, -1)))
    analysis.stem.cache_clear()
    alone = {word: analysis.stem(word) for word in found}
    assert together == [alone] * 4
