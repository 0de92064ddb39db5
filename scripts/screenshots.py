"""Take the pictures of README and help from the running product: a fresh demo, Debian's Chromium, a desk (1280 px) and a phone (360 px).

A few sample people ask, answer, follow and visit first, so that there is something to see.
"""

import io
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from kb import create_app
from kb.config import from_environment
from kb.core import clock
from kb.core.db import db
from kb.notifications import digest
from kb.notifications.models import Mail

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "static" / "img" / "readme"
PAGES = {
    "depan": "/",
    "artikel": "/artikel/strategi-spbe-mesuji",
    "cari": "/cari?q=peta+rencana",
    "kunjungan": "/kunjungan/kalender/kabupaten-mesuji",
    "peringkat": "/peringkat?tahun=2024&provinsi=18",
    "peta": "/peringkat/peta?tahun=2024",
    "simulasi": "/simulasi/hitung?instrumen=pemdi-2026&tingkat=32-x2-3212-2222-32-21xx-2x&n3=1.5",
    "simulasi-hasil": "/simulasi/hasil?instrumen=pemdi-2026&tingkat=32-x2-3212-2222-32-2122-21&n3=1.5",
}
SIZES = {1280: 900, 360: 740}
# Few colours are enough for pages, and make small files.
COLOURS = 96
GUEST, HOST, READER = "pengelola@pringsewu.example", "pengelola@mesuji.example", "pengelola@tubaba.example"
TITLE = "Siapa yang sebaiknya memimpin penyusunan peta rencana SPBE?"


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
                _photograph_all(browser, f"http://127.0.0.1:{port}", environ)
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


def _photograph_all(browser: Browser, site: str, environ: dict) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    anybody = browser.new_page()
    for name, path in PAGES.items():
        _photograph(anybody, name, site + path)
    guest, host, reader = (_sign_in(browser, site, email) for email in (GUEST, HOST, READER))
    question = _ask(guest, site)
    _take_up(reader, site)
    _photograph(reader, "papan", f"{site}/papan-kebutuhan")
    _press(reader, f"{site}{question}", "Ikuti")
    host.goto(f"{site}{question}")
    host.get_by_label("Jawaban instansi Anda").fill(
        "Sekretaris daerah, dengan keputusan bupati.\n\n1. Susun tim\n2. Bagi tugas\n3. Tinjau tiap triwulan"
    )
    host.get_by_role("button", name="Kirim jawaban").click()
    _press(guest, f"{site}{question}", "Terima jawaban ini")
    _photograph(reader, "tanya", f"{site}{question}")
    _photograph(guest, "surat", _letter(guest, site))
    time.sleep(3)  # the worker tells people
    _photograph(host, "pemberitahuan", f"{site}/pemberitahuan")
    mail = browser.new_page()  # of its own: pages of the site forbid the styles that a mail needs
    mail.set_content(_digest(environ))
    _photograph(mail, "ringkasan")


def _photograph(page: Page, name: str, address: str = "") -> None:
    """A page, or what is shown already, at both sizes."""
    for width, height in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        if address:
            page.goto(address)
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        picture.quantize(COLOURS, dither=Image.Dither.NONE).save(PICTURES / f"{name}-{width}.png", optimize=True)


def _sign_in(browser: Browser, site: str, email: str) -> Page:
    page = browser.new_context(locale="id-ID").new_page()
    page.goto(f"{site}/masuk")
    page.get_by_label("Surel").fill(email)
    page.get_by_label("Kata sandi", exact=True).fill("belajar-bersama")
    page.get_by_role("main").get_by_role("button", name="Masuk").click()
    page.get_by_role("button", name="Keluar").wait_for()
    return page


def _press(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()
    page.wait_for_load_state()


def _ask(page: Page, site: str) -> str:
    """Ask about indicator 12; returns the address of the question."""
    page.goto(f"{site}/tanya/baru?indikator=spbe-2020/12")
    page.get_by_label("Pertanyaan", exact=True).fill(TITLE)
    page.get_by_label("Penjelasan").fill("Kami berempat dan baru mulai. **Siapa** yang memimpin di tempat Anda? (data contoh)")
    page.get_by_label("Publik: siapa pun").check()
    for name in ("Lanjut: periksa", "Kirim pertanyaan"):
        page.get_by_role("main").get_by_role("button", name=name).click()
    page.wait_for_url("**/terkirim")
    return page.url.removeprefix(site).removesuffix("/terkirim")


def _take_up(page: Page, site: str) -> None:
    page.goto(f"{site}/papan-kebutuhan")
    page.locator("#indikator ~ ul.needs").first.get_by_role("button", name="Kami tulis").first.click()
    page.wait_for_load_state()


def _letter(page: Page, site: str) -> str:
    """Ask Mesuji for a visit; returns the address of the printed letter of request."""
    page.goto(f"{site}/kunjungan/baru?tuan_rumah=kabupaten-mesuji&indikator=spbe-2020/12")
    page.get_by_label("Berkunjung: melihat langsung").check()
    page.locator("input[name=slot]").first.check()
    page.get_by_label("Maksud kunjungan").fill("Belajar menyusun peta rencana SPBE (data contoh).")
    page.locator("summary", has_text="Perencanaan Strategis").first.click()
    page.get_by_label("12. Peta Rencana SPBE").check()
    page.get_by_label("Pertanyaan, satu per baris").fill(
        "Siapa yang memimpin penyusunan peta rencana?\nBagaimana perangkat daerah mengisinya?"
    )
    page.get_by_label("Nama pimpinan rombongan").fill("Pimpinan Contoh")
    page.get_by_label("Jabatan pimpinan rombongan").fill("Kepala Bidang")
    page.get_by_label("Jumlah orang").fill("6")
    page.get_by_label("Nomor WhatsApp").fill("0812 0000 0000")
    for name in ("Lanjut: periksa jawaban", "Kirim permohonan"):
        page.get_by_role("main").get_by_role("button", name=name, exact=True).click()
    page.get_by_role("link", name="Lihat permohonan").click()
    page.wait_for_load_state()
    return re.match(r".*/kunjungan/\d+", page.url)[0] + "/surat/permohonan/cetak"


def _digest(environ: dict) -> str:
    """The HTML of the mail that collects what the reader follows, as it would go out tomorrow."""
    now = clock.now
    with create_app(from_environment(environ)).app_context():
        clock.now = lambda: (now() + timedelta(days=1)).replace(hour=2)  # morning in Indonesia
        digest.write()
        clock.now = now
        query = db.select(Mail.html).where(Mail.key.startswith("digest:"), Mail.to_address == READER)
        return db.session.scalars(query).first()


if __name__ == "__main__":
    main()
