"""Do people find what they look for? relevance.csv holds queries and the best answers of the starter library, written by reading it."""

import csv
from pathlib import Path

import pytest

from kb import cli
from kb.core.viewer import ANONYMOUS
from kb.search import service

pytestmark = pytest.mark.slow

QUERIES = list(csv.DictReader((Path(__file__).parent / "relevance.csv").read_text(encoding="utf-8").splitlines()))

# Measured; one that ranks worse must say why.
MEASURED = {"whoosh": 0.87, "postgresql": 0.90}


def _names(hit) -> set[str]:
    """How relevance.csv names a hit: an article or office by its slug, a note as such."""
    return {"note"} if hit.kind == "note" else {hit.url.rpartition("/")[2]}


def _reciprocal_rank(row) -> float:
    hits = service.search(row["query"], ANONYMOUS).hits
    wanted = set(row["expected"].split())
    return next((1 / rank for rank, hit in enumerate(hits, 1) if _names(hit) & wanted), 0.0)


def test_the_starter_library_answers_what_people_ask(app, engine, engine_name):
    with app.test_request_context():
        results = cli.import_folder(Path(app.config["CONTENT"]))
        assert not [result.line for result in results if result.error]
        service.reindex()
        ranks = {row["query"]: _reciprocal_rank(row) for row in QUERIES}
    mean = sum(ranks.values()) / len(ranks)
    worst = "".join(f"\n  {rank:.2f}  {query}" for query, rank in sorted(ranks.items(), key=lambda item: item[1]) if rank < 1)
    print(f"\nMRR@10 of {len(ranks)} queries on {engine_name}: {mean:.3f}{worst}")
    assert mean >= MEASURED[engine_name] - 0.05, worst


def test_there_are_enough_queries_and_none_comes_twice():
    assert len(QUERIES) >= 60
    assert len({row["query"] for row in QUERIES}) == len(QUERIES)
