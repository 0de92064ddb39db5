"""Take the pictures of the README from the running product: a fresh demo, Debian's Chromium, a desk (1280 px) and a phone (360 px)."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "static" / "img" / "readme"
PAGES = {
    "depan": "/",
    "artikel": "/artikel/strategi-spbe-mesuji",
    "cari": "/cari?q=peta+rencana",
    "kunjungan": "/kunjungan/kalender/kabupaten-mesuji",
}
SIZES = {1280: 900, 360: 740}


def main() -> None:
    """Start a demo in a folder of its own, photograph it, stop it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "KB_ENV": "demo", "KB_DATA": folder, "PORT": str(port), "LOG_LEVEL": "WARNING"}
        server = subprocess.Popen([sys.executable, "-m", "flask", "--app", "wsgi", "kb", "serve"], cwd=ROOT, env=environ)
        try:
            _wait(f"http://127.0.0.1:{port}/readyz")
            with sync_playwright() as playwright:
                chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
                browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
                _photograph(browser, f"http://127.0.0.1:{port}")
                browser.close()
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(20)


def _wait(address: str) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.3)
    raise SystemExit("The demo did not start.")


def _photograph(browser: Browser, site: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for width, height in SIZES.items():
        page = browser.new_page(viewport={"width": width, "height": height})
        for name, path in PAGES.items():
            page.goto(site + path)
            page.screenshot(path=PICTURES / f"{name}-{width}.png")
        page.close()


if __name__ == "__main__":
    main()
