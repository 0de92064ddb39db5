"""`make bench`: requests per second and p50/p95 of the pages that matter, beside two yardsticks on the same server and worker count.

Yardsticks and pages take turns for several rounds, and a ratio is taken within its round, so that a busy machine disturbs both alike.
"""

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psycopg

ROOT = Path(__file__).resolve().parent.parent
CONNECTIONS = 8
# So many pages are read again and again: a visitor's pages stay in memory. "seldom read" goes through more than memory keeps.
READ_OFTEN = 200
WORDS = [
    "rencana", "audit", "layanan", "data", "jaringan", "aplikasi", "keamanan", "indikator", "kebijakan", "evaluasi", "peta", "arsitektur",
    "risiko", "pegawai",
]  # fmt: skip


@dataclass
class Target:
    """One kind of page on one server: what is asked of it, and what each round gave as (requests per second, p50, p95)."""

    name: str
    server: "Server"
    paths: list[str]
    cookie: str = ""
    rounds: list[tuple[float, float, float]] = field(default_factory=list)

    @property
    def middle(self) -> tuple[float, float, float]:
        """The median of the rounds, each figure by itself."""
        return tuple(median(column) for column in zip(*self.rounds, strict=True))

    def ratios(self, other: "Target", figure: int = 0) -> list[float]:
        """How this compares with another, round by round."""
        return sorted(mine[figure] / theirs[figure] for mine, theirs in zip(self.rounds, other.rounds, strict=True))


def main() -> None:
    """Load, serve, measure, print."""
    options = _options()
    print(f"{os.cpu_count()} cores, {options.workers} workers, {CONNECTIONS} connections, {options.rounds} rounds of {options.seconds} s")
    print(f"database and search: {'PostgreSQL' if options.postgres else 'SQLite and Whoosh'}\n")
    with ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        yardsticks = _yardsticks(folder, stack, options)
        libraries = {size: _library(folder, size, stack, options) for size in options.sizes}
        targets = [*yardsticks, *(target for pages in libraries.values() for target in pages)]
        for number in range(options.rounds):
            for target in targets:
                print(f"\rround {number + 1}: {target.name:<40}", end="", file=sys.stderr)
                target.rounds.append(target.server.load(target, options.seconds))
    print("\r" + " " * 60 + "\r", end="", file=sys.stderr)
    _report(yardsticks, libraries)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--sizes", nargs="+", type=int, default=[2000, 10000], help="articles in the library")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=8, help="of each measurement")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="keep the filled libraries here and use them again")
    parser.add_argument("--postgres", default="", help="postgresql://… of a server where databases may be made: measure that engine")
    return parser.parse_args()


def _yardsticks(folder: Path, stack: ExitStack, options) -> list[Target]:
    """A page without database, and the page of one row."""
    environ = {**os.environ, "DATABASE_URL": f"sqlite:///{folder / 'bare.sqlite3'}"}
    subprocess.run([sys.executable, "-c", "from bench import bare; bare.prepare()"], env=environ, cwd=ROOT, check=True)
    server = stack.enter_context(Server("bench.bare:app", environ, folder / "bare.log", options.workers))
    return [Target("bare Flask", server, ["/kosong"]), Target("bare Flask + SQLAlchemy + Jinja, one row", server, ["/baris"])]


def _library(folder: Path, size: int, stack: ExitStack, options) -> list[Target]:
    """The pages of a generated library. All sizes are asked for the same articles."""
    environ = {**os.environ, "KB_ENV": "demo", "KB_DATA": str(folder / str(size))}
    if options.postgres:
        environ |= {"KB_DATA": str(folder / f"postgresql-{size}"), "KB_SEARCH": "postgresql"}
        environ["DATABASE_URL"] = _database(options.postgres, f"berguru_bench_{size}")
    cookie, *slugs = _filled(Path(environ["KB_DATA"]), size, environ)
    pages = [f"/artikel/{slug}" for slug in slugs[: min(options.sizes)]]
    pick = random.Random(1)
    often = pick.sample(pages, min(READ_OFTEN, len(pages)))
    queries = ["+".join(pick.sample(WORDS, 2)) for _ in range(60)]
    server = stack.enter_context(Server("wsgi:app", environ, folder / f"{size}.log", options.workers))
    targets = [
        Target("article, no account", server, often),
        Target("article, no account, seldom read", server, pages),
        Target("article, signed in", server, often, cookie),
        Target("search, two words", server, [f"/cari?q={query}" for query in queries]),
        Target("search, two words, JSON", server, [f"/api/v1/search?q={query}" for query in queries]),
    ]
    for target in targets:
        signed_in = b'action="/keluar"' in server.get(target.paths[0], target.cookie)
        assert signed_in == bool(target.cookie), f"{target.name}: the page is not the one to measure"
    return targets


def _filled(data: Path, size: int, environ: dict[str, str]) -> list[str]:
    """Cookie and addresses of the library; it is made unless it was kept."""
    kept = data / "filled.txt"
    if not kept.exists():
        command = [sys.executable, "-m", "bench.fill", str(size)]
        found = subprocess.run(command, env={**environ, "LOG_LEVEL": "WARNING"}, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        kept.write_text(found.stdout)
    return kept.read_text().split()


def _database(server: str, name: str) -> str:
    """The address of a database of ours on this server; it is made if it is missing."""
    with psycopg.connect(server, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(f'CREATE DATABASE "{name}"')
    return server.rpartition("/")[0] + "/" + name


def _report(yardsticks: list[Target], libraries: dict[int, list[Target]]) -> None:
    """The table, then what the aims are about: each ratio as the median of the rounds, with the lowest and the highest."""
    row = yardsticks[-1]
    print(f"{'page':<42}{'req/s':>8}{'p50 ms':>9}{'p95 ms':>9}   of one row (lowest–highest)")
    for size, targets in [(0, yardsticks), *libraries.items()]:
        print(f"-- {size} articles" if size else "-- yardsticks")
        for target in targets:
            rate, half, slow = target.middle
            print(f"{target.name:<42}{rate:>8.0f}{half:>9.2f}{slow:>9.2f}   {_span(target.ratios(row))}")
    sizes = list(libraries)
    for large in sizes[1:]:
        print(f"-- {large} articles compared with {sizes[0]}")
        for small_target, large_target in zip(libraries[sizes[0]], libraries[large], strict=True):
            speed, slow = large_target.ratios(small_target), large_target.ratios(small_target, 2)
            print(f"{small_target.name:<42}speed × {_span(speed)}, p95 × {_span(slow)}")


def _span(ratios: list[float]) -> str:
    return f"{median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})"


class Server:
    """A granian of our own on a free port, for a while; what it logs goes to a file."""

    def __init__(self, app: str, environ: dict[str, str], log: Path, workers: int):
        self.address = f"http://127.0.0.1:{_free_port()}"
        self.environ, self.log = environ, log
        self.command = [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", self.address.rpartition(":")[2],
            "--workers", str(workers), "--blocking-threads", "4", "--no-log", app,
        ]  # fmt: skip

    def __enter__(self):
        with self.log.open("w") as log:
            self.process = subprocess.Popen(self.command, env=self.environ, cwd=ROOT, start_new_session=True, stdout=log, stderr=log)
        for _ in range(200):
            try:
                self.get("/")
            except urllib.error.HTTPError:
                return self
            except OSError:
                time.sleep(0.1)
            else:
                return self
        self.__exit__()
        raise RuntimeError(f"the server did not answer; see {self.log}")

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(20)

    def get(self, path: str, cookie: str = "") -> bytes:
        """One page."""
        request = urllib.request.Request(self.address + path, headers={"Cookie": cookie} if cookie else {})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read()

    def load(self, target: Target, seconds: int) -> tuple[float, float, float]:
        """Warm up, then measure: requests per second, p50 and p95 in milliseconds. Any failed request ends the bench."""
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write("\n".join(target.paths) + "\n")
            file.flush()
            self._wrk(file.name, target.cookie, 2)
            return self._wrk(file.name, target.cookie, seconds)

    def _wrk(self, paths: str, cookie: str, seconds: int) -> tuple[float, float, float]:
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "20s", "-s", "bench/wrk.lua", self.address, "--", paths]
        found = subprocess.run([*command, *([cookie] if cookie else [])], cwd=ROOT, check=True, capture_output=True, text=True)
        line = next(line for line in found.stdout.splitlines() if line.startswith("RESULT"))
        rate, half, slow, failed = (float(word) for word in line.split()[1:])
        if failed:
            raise RuntimeError(f"{failed:.0f} requests failed: {found.stdout}")
        return rate, half, slow


def _free_port() -> int:
    """A port nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    main()
