"""The house stays as designed: arrows run down, the map is true, pages are closed, templates hold no inline code."""

import ast
import dataclasses
import importlib
import importlib.metadata
import re
from pathlib import Path
from typing import get_type_hints

import pytest
from packaging.specifiers import SpecifierSet

from kb.core import access, events

KB = Path(__file__).parent.parent / "kb"
MAP = (KB / "README.md").read_text()

FLOORS = [
    {"core"},
    {"instruments"},
    {"offices"},
    {"accounts"},
    {"articles", "questions", "visits", "assessments"},
    {"notes"},
    {"search", "notifications", "activity"},
    {"mentoring"},
    {"home", "api"},
]
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
ROOMS = sorted(path.name for path in KB.iterdir() if path.is_dir() and (path / "__init__.py").exists())
SOURCES = sorted(path for room in ROOMS for path in (KB / room).rglob("*.py"))


def imported_rooms(tree: ast.AST):
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        yield from (name.split(".")[1] for name in names if name.startswith("kb."))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(KB)))
def test_a_room_imports_only_rooms_further_down(path):
    room = path.relative_to(KB).parts[0]
    for other in set(imported_rooms(ast.parse(path.read_text()))) - {room, "config"}:
        assert FLOOR[other] < FLOOR[room], f"{room} imports {other}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(KB)))
def test_no_import_hides_inside_a_function(path):
    for function in ast.walk(ast.parse(path.read_text())):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            hidden = [node for node in ast.walk(function) if isinstance(node, (ast.Import, ast.ImportFrom))]
            assert not hidden, f"{path}: import inside {function.name}"


def test_what_says_that_it_has_an_order_can_be_put_in_order():
    """A dataclass with order=True compares its fields: each of their types must have an order too."""
    for path in SOURCES:
        module = importlib.import_module(f"kb.{'.'.join(path.relative_to(KB).with_suffix('').parts)}")
        for ordered in (found for found in vars(module).values() if dataclasses.is_dataclass(found) and found.__dataclass_params__.order):
            for name, kind in get_type_hints(ordered).items():
                assert isinstance(kind, type) and kind.__lt__ is not object.__lt__, f"{ordered.__name__}.{name} of {path} has no order"


def test_every_room_stands_on_a_floor_and_on_the_map():
    for room in ROOMS:
        assert room in FLOOR
        assert f"`{room}/`" in MAP, f"kb/README.md does not name {room}/"


def test_every_tool_of_the_core_is_on_the_map():
    table = MAP.split("## core")[1].split("\n## ")[0]
    named = re.findall(r"^\| `(\w+\.py)` \| .+ \|$", table, re.M)
    assert sorted(named) == sorted(path.name for path in (KB / "core").glob("*.py") if path.name != "__init__.py")


def test_every_room_says_what_it_holds_and_may_import():
    for room in ROOMS:
        doc = ast.get_docstring(ast.parse((KB / room / "__init__.py").read_text())) or ""
        assert len(doc) > 30, f"kb/{room}/__init__.py has no docstring"


def recorded_events():
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "record" and node.args:
                name = node.args[0]
                if isinstance(name, ast.Constant) and "." in str(name.value):
                    yield name.value


def test_every_event_is_on_the_map(app):
    named = set(recorded_events()) | set(events.subscriptions())
    missing = sorted(name for name in named if f"`{name}`" not in MAP)
    assert not missing, f"kb/README.md does not name {missing}"


def test_every_page_is_closed_or_known_to_be_open(app):
    """A new open page must be added here on purpose."""
    found = {rule.endpoint for rule in app.url_map.iter_rules() if access.is_public(app, rule.endpoint)}
    assert found == set((Path(__file__).parent / "open_pages.txt").read_text().split()), "compare with tests/open_pages.txt"


def test_a_visitor_is_led_to_the_sign_in_from_every_closed_page(app, client):
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and not rule.arguments and not access.is_public(app, rule.endpoint):
            answer = client.get(rule.rule)
            assert answer.status_code in (302, 401), rule.rule
            assert answer.status_code == 401 or "/masuk" in answer.location


def test_every_command_that_the_docs_name_is_in_the_makefile():
    known = set(re.findall(r"^([a-z-]+):", (KB.parent / "Makefile").read_text(), re.M))
    for path in (KB.parent / "README.md", KB.parent / "CONTRIBUTING.md", KB / "README.md"):
        named = set(re.findall(r"`make ([a-z-]+)|^make ([a-z-]+)", path.read_text(), re.M))
        assert {one or other for one, other in named} <= known, path.name


def test_every_package_we_run_on_is_made_for_the_python_of_debian_12():
    """README and `scripts/venv.sh` promise Python 3.11; Debian 12 has 3.11.2."""
    pinned = re.findall(r"^([a-z0-9-]+)==", (KB.parent / "requirements.txt").read_text(), re.M)
    wanted = {name: importlib.metadata.metadata(name)["Requires-Python"] or "" for name in pinned}
    assert len(wanted) > 30 and not {name: asked for name, asked in wanted.items() if "3.11.2" not in SpecifierSet(asked)}


def test_templates_hold_no_inline_code():
    inline = re.compile(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=", re.I)
    for path in (KB.parent / "templates").rglob("*.html"):
        if "mail" not in path.parts and "email" not in path.parts:
            assert not inline.search(path.read_text()), path


def test_every_template_is_used():
    used = "\n".join(path.read_text() for path in [*SOURCES, *(KB.parent / "templates").rglob("*.html"), KB / "__init__.py"])
    for path in (KB.parent / "templates").rglob("*.html"):
        relative = path.relative_to(KB.parent / "templates")
        known = str(relative) in used or relative.name in used or relative.parts[0] in ("security", "mail")
        assert known, f"nobody uses {relative}"
