"""Content files: markdown with YAML front matter, as `flask kb import` reads and `flask kb export` writes."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kb.core.cleaning import clean_line
from kb.core.db import takes_time

# Ends of lines that YAML takes for the end of a value, or refuses.
STRAY_END = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# No folder in it, nothing hidden, no tilde: that marks the names we make.
PLAIN_NAME = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,119}")
MAX_BYTES = 2_000_000
# Of a front matter; YAML is read slowly, and the longest of ours has a tenth of it.
MAX_FRONT = 40_000
KEY_MAX = 120

# What became of a file; SKIPPED when people changed the text in the browser since, or wrote it there.
OUTCOMES = NEW, CHANGED, SAME, SKIPPED = "baru", "diubah", "tetap", "disunting di peramban, dilewati"


class BadContent(Exception):
    """A content file that cannot be used: `line` counts from 1, `reason` is in Indonesian."""

    def __init__(self, reason: str, line: int = 1):
        super().__init__(reason)
        self.reason = reason
        self.line = line


@dataclass(frozen=True)
class ContentFile:
    """A read content file: its front matter, the line of each key, and the markdown below."""

    path: Path
    meta: dict[str, Any]
    lines: dict[str, int]
    body: str

    def bad(self, key: str, reason: str) -> BadContent:
        """The complaint about one key, at its line."""
        return BadContent(f"{key}: {reason}", self.lines.get(key, 1))

    @property
    def key(self) -> str:
        """By what the file is known again: its `key`, or else its name without ending. Raises BadContent."""
        value = self.meta.get("key", self.path.stem)
        key = clean_line(value) if isinstance(value, str) else ""
        if not key or len(key) > KEY_MAX:
            raise self.bad("key", f"nama berkas harus teks, paling banyak {KEY_MAX} karakter")
        return key


class _Loader(yaml.SafeLoader):
    """Dates stay text, so that a wrong one is told at its line; aliases, which can grow without end, are refused."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent, index):
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise BadContent(f"alias YAML (*{event.anchor}) tidak dipakai di sini", event.start_mark.line + 2)
        return super().compose_node(parent, index)


def read(path: Path) -> ContentFile:
    """Read one file. Raises BadContent with line and reason, OSError when it is no readable file."""
    takes_time("reading a file")
    raw = path.read_bytes()
    if len(raw) > MAX_BYTES:
        raise BadContent(f"berkas lebih besar dari {MAX_BYTES // 1_000_000} MB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadContent("bukan teks UTF-8", line) from error
    return parse(text.replace("\r\n", "\n"), path)


def parse(text: str, path: Path = Path("-")) -> ContentFile:
    """Split a text into front matter and markdown. Raises BadContent, RecursionError when it is nested too deeply."""
    if not text.startswith("---\n"):
        raise BadContent("tidak diawali front matter (baris '---')")
    head, found, body = text[4:].partition("\n---\n")
    if not found:
        raise BadContent("front matter tidak ditutup dengan baris '---'")
    if len(head) > MAX_FRONT:
        raise BadContent(f"front matter lebih panjang dari {MAX_FRONT // 1000}.000 karakter")
    head = STRAY_END.sub(" ", head)
    try:
        node = yaml.compose(head, Loader=_Loader)
        meta = yaml.load(head, Loader=_Loader)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        raise BadContent("front matter bukan YAML yang benar", (mark.line + 2) if mark else 1) from error
    if not isinstance(meta, dict):
        raise BadContent("front matter harus berupa pasangan kunci: nilai")
    lines = {key.value: key.start_mark.line + 2 for key, _ in node.value}
    return ContentFile(path, meta, lines, body.strip("\n") + "\n")


def write(path: Path, meta: dict[str, Any], body: str) -> None:
    """Write a file that `read` reads back to the same values."""
    head = yaml.safe_dump(meta, allow_unicode=True, sort_keys=False, width=1000)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\n{head}---\n\n{body.strip()}\n", encoding="utf-8")


def file_name(name: str) -> str:
    """What a file of this name is called where it is written, whoever chose the name: it stays in its folder, and every disk can hold it.

    Another than the name itself is made of its letters, and no two names get the same. What the file is known by stands in it, as `key`.
    """
    if PLAIN_NAME.fullmatch(name):
        return f"{name}.md"
    letters = "-".join(re.findall(r"[a-z0-9]+", name.lower()))[:60].strip("-")
    return f"{letters or 'isi'}~{hashlib.sha256(name.encode()).hexdigest()[:16]}.md"
