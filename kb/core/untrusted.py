"""Untrusted files are read here, and nowhere else: each in a process of its own, with limits, while nobody waits to write.

A file of a few kilobytes may ask for gigabytes or minutes, and the libraries that read it fail in a hundred ways. So they run in a child
(`untrusted_child.py`) that the kernel stops at its limits; what comes back is plain data or one sentence for the field (`Invalid`).
A new kind of file gets a rule in RULES and a reader in the child. A PDF is looked at by nobody: `files.py` knows it by its first bytes.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore, Timer

from flask import has_app_context

from kb.core.db import let_go, takes_time
from kb.core.errors import Invalid

MEGABYTE = 1024 * 1024
CHILD = Path(__file__).with_name("untrusted_child.py")
# What the system needs to start a program; secrets among the settings are none of its business.
ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
# So many files are read at once in each web process; others wait this long for their turn.
AT_ONCE, PATIENCE = BoundedSemaphore(2), 20
BUSY = "Sedang banyak berkas yang dibaca. Kirim sekali lagi sebentar lagi."


@dataclass(frozen=True)
class Rule:
    """What reading a file of a kind may take, and what its sender is told when it cannot be read."""

    memory: int
    seconds: int
    most_answer: int
    sentences: dict[str, str]


RULES = {
    "workbook": Rule(
        512 * MEGABYTE, 10, 16 * MEGABYTE,
        {
            "broken": "Lembar Excel ini tidak dapat dibaca. Simpan ulang sebagai .xlsx, atau tempel isinya.",
            "large": "Lembar Excel ini terlalu besar. Simpan hanya daftar yang diperlukan, lalu unggah lagi.",
            "locked": "Lembar Excel ini dikunci dengan kata sandi. Simpan tanpa kata sandi, lalu unggah lagi.",
        },
    ),
    "picture": Rule(
        512 * MEGABYTE, 10, 16 * MEGABYTE,
        {
            "broken": "Isi berkas ini bukan gambar JPEG atau PNG yang benar.",
            "large": "Gambar ini terlalu besar atau terlalu rumit untuk dibaca. Perkecil dahulu.",
            "points": "Gambar terlalu banyak titiknya (paling banyak 24 juta). Perkecil dahulu.",
            "scans": "Gambar JPEG ini disusun berlapis-lapis terlalu banyak. Simpan ulang sebagai JPEG biasa.",
        },
    ),
}  # fmt: skip


def workbook(content: bytes) -> list[list[str]]:
    """The cells of the first sheet of an XLSX, row by row. Raises Invalid. Ends the transaction."""
    said, _ = _read("workbook", content)
    return said["rows"]


def picture(content: bytes, longest: int) -> tuple[str, bytes]:
    """JPEG or PNG, and the picture written anew: upright, small, nothing but points. Raises Invalid. Ends the transaction."""
    said, clean = _read("picture", content, str(longest))
    return said["format"], clean


def command(kind: str, *options: str) -> list[str]:
    """How a reader is started: without the settings of this process, its folders and its bytecode."""
    rule = RULES[kind]
    return [sys.executable, "-I", "-B", str(CHILD), kind, str(rule.memory), str(rule.seconds), *options]


def _read(kind: str, content: bytes, *options: str) -> tuple[dict, bytes]:
    rule = RULES[kind]
    if has_app_context():
        let_go()
    takes_time("reading a file")
    if not AT_ONCE.acquire(timeout=PATIENCE):
        raise Invalid(BUSY)
    try:
        code, answer = _run(kind, content, *options)
    finally:
        AT_ONCE.release()
    if code != 0 or len(answer) > rule.most_answer:  # stopped at a limit
        raise Invalid(rule.sentences["large"])
    line, _, rest = answer.partition(b"\n")
    said = json.loads(line)
    if "refused" in said:
        raise Invalid(rule.sentences[said["refused"]])
    return said, rest


def _run(kind: str, content: bytes, *options: str) -> tuple[int, bytes]:
    """How the child ended, and what it said. It reads all before it says anything, so neither waits for the other."""
    rule, environment = RULES[kind], {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(
        command(kind, *options), stdin=pipe, stdout=pipe, stderr=nowhere, env=environment, start_new_session=True
    ) as child:
        clock = Timer(rule.seconds, child.kill)  # it can start no other process
        clock.start()
        try:
            _hand_over(child, content)
            answer = child.stdout.read(rule.most_answer + 1)
            if len(answer) > rule.most_answer:
                child.kill()
            return child.wait(), answer
        finally:
            clock.cancel()
            child.kill()


def _hand_over(child: subprocess.Popen, content: bytes) -> None:
    try:
        child.stdin.write(content)
        child.stdin.close()
    except BrokenPipeError:
        pass  # it was stopped before it had read everything; how it ended says so
