"""The whole product as a person meets it: `flask kb serve` on a fresh folder, driven by Debian's Chromium."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from tests import moments

ROOT = Path(__file__).parent.parent.parent
LOOK = (Path(__file__).parent / "looking.js").read_text()
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
PASSWORD = "belajar-bersama"
QUIET = [
    "--no-sandbox", "--disable-gpu", "--in-process-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def pytest_collection_modifyitems(items):
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker(pytest.mark.e2e)
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason="Chromium is missing"))


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """Debian's Chromium, which may run as root only without its sandbox."""
    return {"executable_path": CHROMIUM, "args": QUIET, "headless": True}


@dataclass(frozen=True)
class Site:
    """A running demo and its data folder."""

    address: str
    folder: Path
    sessions: dict = field(default_factory=dict, compare=False)  # the cookies of who has signed in, by address and kind of screen
    painted: set = field(default_factory=set, compare=False)  # the ways of painting a text that can be read

    def let_the_day_come(self, visit_id: int) -> None:
        """Time cannot be moved in another process; so the day of a visit is moved into the past, each to another day."""
        day = date.today() - timedelta(days=visit_id)
        with closing(sqlite3.connect(self.folder / "berguru.sqlite3", timeout=10)) as database, database:
            for table, column in (("visit", "id"), ("visit_slot", "visit_id"), ("visit_session", "visit_id")):
                database.execute(f"UPDATE {table} SET day = ? WHERE {column} = ?", (day.isoformat(), visit_id))

    def digest_of(self, email: str, word: str) -> str:
        """The night passes: the digest about something that somebody follows, as plain text, written by a process of its own."""
        run = [sys.executable, "-c", NIGHT, email, word]
        environ = _environ(self.folder, int(self.address.rpartition(":")[2]))
        text = subprocess.run(run, cwd=ROOT, env=environ, check=True, capture_output=True, text=True).stdout
        assert word in text, f"no digest to {email} about {word}"
        return text


# Each morning is a later day than the one before: what has been told since comes with the next one.
NIGHT = """
import sys, time
from datetime import timedelta
from sqlalchemy import func, select
from kb import create_app
from kb.config import from_environment
from kb.core import clock
from kb.core.db import db
from kb.notifications import digest
from kb.notifications.models import Mail
app, now = create_app(from_environment()), clock.now
email, word = sys.argv[1:]
written = select(func.count(Mail.id)).where(Mail.key.startswith("digest:"))
newest = select(Mail.text).where(Mail.key.startswith("digest:"), Mail.to_address == email).order_by(Mail.id.desc())
for _ in range(40):
    with app.app_context():
        days = 1 + db.session.scalar(written)
        db.session.rollback()
        clock.now = lambda: (now() + timedelta(days=days)).replace(hour=3)
        digest.write()
        text = db.session.scalars(newest).first() or ""
    if word in text:
        print(text)
        break
    time.sleep(0.25)
"""


def _environ(folder: Path, port: int) -> dict[str, str]:
    """The environment of a process of the demo; it lives in the real time."""
    ours = ("DATABASE_URL", "KB_TEST_DATABASE", moments.VARIABLE)
    kept = {key: value for key, value in os.environ.items() if key not in ours}
    return kept | {"KB_ENV": "demo", "KB_DATA": str(folder), "PORT": str(port), "LOG_LEVEL": "WARNING"}


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The address of a running demo with starter library, web and worker."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("situs")
    log = (folder / "log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "kb", "serve"], cwd=ROOT, env=_environ(folder, port), stdout=log, stderr=log
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process, folder / "log")
        yield Site(address, folder)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        log.close()


def _wait(address: str, process, log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=2):
                return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError(log.read_text()[-3000:])


class Person:
    """Somebody at a browser: opens pages, and looks at each for what a demanding reader would see."""

    def __init__(self, page: Page, site: Site, phone: bool, javascript: bool):
        self.page, self.site, self.javascript = page, site.address, javascript
        self.sessions, self.painted, self.how = site.sessions, site.painted, (phone, javascript)
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: message.type == "error" and self.complaints.append(message.text))

    def open(self, path: str) -> "Person":
        self.page.goto(self.site + path)
        self.look()
        return self

    def sign_in(self, email: str) -> "Person":
        """By the form; who has done so on such a screen before goes on with the session that came of it."""
        before = self.sessions.get((email, self.how))
        if before:
            self.page.context.add_cookies(before)
            self.page.goto(f"{self.site}/beranda")
        else:
            self._fill_in(email)
        expect(self.page.get_by_role("button", name="Keluar")).to_be_visible()
        self.sessions[email, self.how] = self.page.context.cookies()
        return self

    def _fill_in(self, email: str) -> None:
        self.open("/masuk")
        self.page.get_by_label("Surel").fill(email)
        self.page.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name="Masuk").click()

    def is_told(self, text: str) -> "Person":
        """It stands in the inbox, as soon as the worker has come to it."""
        for _ in range(40):
            self.page.goto(f"{self.site}/pemberitahuan")
            if text in self.page.get_by_role("main").inner_text():
                break
            time.sleep(0.25)
        self.look()
        return self.sees(text)

    def press(self, name: str) -> "Person":
        self.page.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()
        self.look()
        return self

    def follow(self, name: str) -> "Person":
        self.page.get_by_role("main").get_by_role("link", name=name).first.click()
        self.look()
        return self

    def look(self) -> None:
        """One h1, nothing wider than the screen, nothing axe complains of, no error in the console."""
        expect(self.page.locator("h1")).to_have_count(1)
        wider = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{self.page.url} is {wider} px wider than the screen"
        if not self.javascript:
            return
        violations, painted = self.page.evaluate(LOOK, list(self.painted))
        self.painted.update(painted)
        assert not violations, f"{self.page.url}: {violations}"
        serious = [text for text in self.complaints if "favicon" not in text]
        # A page that answers 4xx on purpose is reported by the browser as a failed resource.
        assert not [text for text in serious if "Failed to load resource" not in text], serious

    def sees(self, text: str) -> "Person":
        expect(self.page.get_by_role("main")).to_contain_text(text)
        return self


@pytest.fixture
def person(browser, site):
    """Make people: `person()` at a desk, `person(phone=True)`, `person(javascript=False)`."""
    contexts = []

    def make(phone: bool = False, javascript: bool = True) -> Person:
        size = {"width": 360, "height": 740} if phone else {"width": 1280, "height": 900}
        context = browser.new_context(viewport=size, java_script_enabled=javascript, locale="id-ID")
        context.set_default_timeout(10_000)
        context.add_init_script(AXE_SCRIPT)  # carried to the browser once, not with each look
        contexts.append(context)
        return Person(context.new_page(), site, phone, javascript)

    yield make
    for context in contexts:
        context.close()
