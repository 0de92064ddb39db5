"""`make bench`: requests per second and p50/p95 of the pages that matter, beside two yardsticks on the same server and worker count.

Usage: python -m bench.run [--sizes 2000 10000] [--seconds 8] [--workers 2]
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
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONNECTIONS = 8


def main() -> None:
    """Load, serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", type=int, default=[2000, 10000])
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, {options.workers} workers, {CONNECTIONS} connections, {options.seconds} s each\n")
    print(f"{'page':<34}{'req/s':>9}{'p50 ms':>9}{'p95 ms':>9}{'of bare row':>13}")
    with tempfile.TemporaryDirectory() as folder:
        bare = measure_bare(Path(folder), options)
        for size in options.sizes:
            print(f"-- {size} articles")
            measure_library(Path(folder) / str(size), size, bare, options)


def measure_bare(folder: Path, options) -> float:
    """The yardsticks; returns the requests per second of the one-row page."""
    environ = {**os.environ, "DATABASE_URL": f"sqlite:///{folder / 'bare.sqlite3'}"}
    subprocess.run([sys.executable, "-c", "from bench import bare; bare.prepare()"], env=environ, cwd=ROOT, check=True)
    with Server("bench.bare:app", environ, options) as server:
        report("bare Flask", server.load(["/kosong"], options))
        row = server.load(["/baris"], options)
        report("bare Flask + SQLAlchemy + Jinja", row, row[0])
    return row[0]


def measure_library(folder: Path, size: int, bare: float, options) -> None:
    """The pages of a generated library."""
    environ = {**os.environ, "KB_ENV": "demo", "KB_DATA": str(folder), "LOG_LEVEL": "WARNING"}
    filled = subprocess.run(
        [sys.executable, "-m", "bench.fill", str(size)], env=environ, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    cookie, *slugs = filled.stdout.split()
    pick = random.Random(1)
    pages = [f"/artikel/{slug}" for slug in pick.sample(slugs, 200)]
    queries = two_word_queries(pick)
    with Server("wsgi:app", environ, options) as server:
        report("article, no account", server.load(pages, options), bare)
        report("article, signed in", server.load(pages, options, cookie), bare)
        report("search, two words", server.load([f"/cari?q={query}" for query in queries], options), bare)
        report("search, two words, JSON", server.load([f"/api/v1/search?q={query}" for query in queries], options), bare)


def two_word_queries(pick: random.Random) -> list[str]:
    """Two words of the field each."""
    words = [
        "rencana",
        "audit",
        "layanan",
        "data",
        "jaringan",
        "aplikasi",
        "keamanan",
        "indikator",
        "kebijakan",
        "evaluasi",
        "peta",
        "arsitektur",
        "risiko",
        "pegawai",
    ]
    return ["+".join(pick.sample(words, 2)) for _ in range(60)]


def report(name: str, result: tuple[float, float, float], bare: float = 0) -> None:
    """One line of the table."""
    rate, median, slow = result
    ratio = f"{rate / bare:>13.2f}" if bare else ""
    print(f"{name:<34}{rate:>9.0f}{median:>9.2f}{slow:>9.2f}{ratio}", flush=True)


class Server:
    """A granian of our own on a free port, for a while."""

    def __init__(self, target: str, environ: dict, options):
        self.port = free_port()
        self.command = [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port),
            "--workers", str(options.workers), "--blocking-threads", "2", "--no-log", target,
        ]  # fmt: skip
        self.environ = environ

    def __enter__(self):
        self.process = subprocess.Popen(self.command, env=self.environ, cwd=ROOT, start_new_session=True)
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=2)
            except urllib.error.HTTPError:
                return self
            except OSError:
                time.sleep(0.1)
            else:
                return self
        raise RuntimeError("the server did not answer")

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(20)

    def load(self, paths: list[str], options, cookie: str = "") -> tuple[float, float, float]:
        """Warm up, then measure: requests per second, p50 and p95 in milliseconds. Any failed request ends the bench."""
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write("\n".join(paths) + "\n")
            file.flush()
            self._wrk(file.name, cookie, 2)
            return self._wrk(file.name, cookie, options.seconds)

    def _wrk(self, paths: str, cookie: str, seconds: int) -> tuple[float, float, float]:
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", "bench/wrk.lua", f"http://127.0.0.1:{self.port}", "--", paths]
        found = subprocess.run([*command, *([cookie] if cookie else [])], cwd=ROOT, check=True, capture_output=True, text=True)
        line = next(line for line in found.stdout.splitlines() if line.startswith("RESULT"))
        rate, median, slow, failed = (float(word) for word in line.split()[1:])
        if failed:
            raise RuntimeError(f"{failed:.0f} requests failed: {found.stdout}")
        return rate, median, slow


def free_port() -> int:
    """A port nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    main()
