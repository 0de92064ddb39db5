"""`make bench`: requests per second and p50/p95 of the pages that matter, beside two yardsticks on the same server and worker count.
Last, what the heaviest inputs take that are allowed (`heaviest.py`).

Yardsticks and pages take turns for several rounds, and a ratio is taken within its round, so that a busy machine disturbs both alike.
The processor time that the server spent on a request is measured too (Linux): it hardly depends on what else the machine does.
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
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import NamedTuple

import psycopg

from bench import heaviest

ROOT = Path(__file__).resolve().parent.parent
CONNECTIONS = 8
# Seconds; long enough to bring READ_OFTEN pages into the memory of every worker.
WARM_UP = 3
# So many pages are read again and again: a visitor's pages stay in memory. "seldom read" goes through more than memory keeps.
READ_OFTEN = 200
WORDS = [
    "rencana", "audit", "layanan", "data", "jaringan", "aplikasi", "keamanan", "indikator", "kebijakan", "evaluasi", "peta", "arsitektur",
    "risiko", "pegawai",
]  # fmt: skip


@dataclass
class Target:
    """One kind of page on one server: what is asked of it, and what each round gave."""

    name: str
    server: "Server"
    paths: list[str]
    cookie: str = ""
    rounds: list["Round"] = field(default_factory=list)

    def median(self, figure: str) -> float:
        """The median of a figure over the rounds."""
        return median(getattr(found, figure) for found in self.rounds)

    def ratios(self, other: "Target", figure: str) -> list[float]:
        """How this compares with another, round by round, from the lowest to the highest."""
        pairs = zip(self.rounds, other.rounds, strict=True)
        return sorted(getattr(mine, figure) / max(getattr(theirs, figure), 1e-6) for mine, theirs in pairs)


class Round(NamedTuple):
    """Requests per second, half of the answers and 95 in 100 of them within so many milliseconds, and processor time of one request."""

    rate: float
    p50: float
    p95: float
    cpu: float


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
    heaviest.main()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--sizes", nargs="+", type=int, default=[2000, 10000], help="articles in the library")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of each measurement")
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
        Target("rank, a province and the country", server, ["/peringkat?tahun=2024&provinsi=18", "/peringkat?tahun=2024&hal=9"]),
        Target("rank as a map", server, ["/peringkat/peta?tahun=2024"]),
        Target("calculator, 47 indicators", server, ["/simulasi/hitung?instrumen=spbe-2020"]),
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
    """Speed and cost of every page beside the page of one row; then what a larger library changes. Lowest and highest round in brackets."""
    row = yardsticks[-1]
    print(f"{'page':<40}{'req/s':>7}{'p50 ms':>9}{'p95 ms':>9}{'CPU ms':>9}   speed of one row     row's CPU by its CPU")
    for size, targets in [(0, yardsticks), *libraries.items()]:
        print(f"-- {size} articles" if size else "-- yardsticks")
        for target in targets:
            figures = f"{target.median('rate'):>7.0f}{target.median('p50'):>9.2f}{target.median('p95'):>9.2f}{target.median('cpu'):>9.2f}"
            print(f"{target.name:<40}{figures}   {_span(target.ratios(row, 'rate')):<18}   {_span(row.ratios(target, 'cpu'))}")
    smallest, *larger = libraries
    for size in larger:
        print(f"-- {size} articles compared with {smallest}")
        for small, large in zip(libraries[smallest], libraries[size], strict=True):
            print(f"{small.name:<40}p95 × {_span(large.ratios(small, 'p95')):<18}   CPU × {_span(large.ratios(small, 'cpu'))}")


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

    def load(self, target: Target, seconds: int) -> Round:
        """Warm up, then measure. Any failed request ends the bench."""
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write("\n".join(target.paths) + "\n")
            file.flush()
            self._wrk(file.name, target.cookie, WARM_UP)
            before = self._cpu_seconds()
            rate, half, slow, count = self._wrk(file.name, target.cookie, seconds)
            return Round(rate, half, slow, (self._cpu_seconds() - before) / count * 1000)

    def _wrk(self, paths: str, cookie: str, seconds: int) -> list[float]:
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "20s", "-s", "bench/wrk.lua", self.address, "--", paths]
        found = subprocess.run([*command, *([cookie] if cookie else [])], cwd=ROOT, check=True, capture_output=True, text=True)
        line = next(line for line in found.stdout.splitlines() if line.startswith("RESULT"))
        *figures, failed = (float(word) for word in line.split()[1:])
        if failed:
            raise RuntimeError(f"{failed:.0f} requests failed; see {self.log}: {found.stdout}")
        return figures

    def _cpu_seconds(self) -> float:
        """Processor time of all processes of this server so far; 0 where there is no /proc."""
        spent = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                fields = stat.read_text().rpartition(")")[2].split()
                spent += (int(fields[11]) + int(fields[12])) if int(fields[2]) == self.process.pid else 0
        return spent / os.sysconf("SC_CLK_TCK")


def _free_port() -> int:
    """A port nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    main()
