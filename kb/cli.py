"""`flask kb …`: set up, serve, work, import and export content, rebuild the search index."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import click
import structlog
from flask import Flask, current_app
from flask.cli import AppGroup
from flask_migrate import upgrade

from kb import demo
from kb.accounts import seed as accounts
from kb.articles import exporting as article_export
from kb.articles import importing as article_import
from kb.core import clock, content, events, files, once, rendering
from kb.core.db import db, let_go
from kb.core.errors import Refused
from kb.home import demand
from kb.notes import exporting as note_export
from kb.notes import importing as note_import
from kb.notifications import digest, mail
from kb.offices import seed as offices
from kb.questions import service as questions
from kb.search import missed
from kb.search import service as search
from kb.visits import reminders, retention

commands = AppGroup("kb", help="Perintah Berguru.")
log = structlog.get_logger("worker")

TICK_SECONDS = 0.5
HOUSEKEEPING_SECONDS = 3600


def init_app(app: Flask) -> None:
    """Add the commands to `flask`."""
    app.cli.add_command(commands)


@commands.command()
def setup() -> None:
    """Prepare everything: tables, regions, starter library, and in demo the sample accounts. Safe to run again."""
    prepare()
    click.echo("Siap.")


def prepare() -> None:
    """Bring tables, regions and starter library up to date; in demo, sample accounts and open days too."""
    upgrade()
    offices.seed()
    db.session.commit()
    if current_app.config["KB_ENV"] == "demo":
        demo.seed()
    _tell(import_folder(Path(current_app.config["CONTENT"])))
    reworded = _render_anew()
    if reworded or not search.is_built():
        search.reindex()


def _render_anew() -> bool:
    """Stored texts look as the renderer of today makes them. True when their words changed, and so what can be found."""
    count, reworded = rendering.render_anew()
    if count:
        click.echo(f"{count} teks disusun ulang.")
    return reworded


@commands.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def import_command(folder: Path) -> None:
    """Read all content files below FOLDER; name each bad one with line and reason, import the rest."""
    results = import_folder(folder)
    _tell(results)
    if any(result.error for result in results):
        raise SystemExit(1)


class ImportResult:
    """What became of one file: `outcome` is one of content.OUTCOMES; `error` is set instead when it is bad."""

    def __init__(self, path: Path, outcome: str = "", error: content.BadContent | None = None):
        self.path, self.outcome, self.error = path, outcome, error

    @property
    def line(self) -> str:
        return f"{self.path}:{self.error.line}: {self.error.reason}" if self.error else f"{self.path}: {self.outcome}"


def _tell(results: list[ImportResult]) -> None:
    """Each file that did not get in, with its reason; then how many did."""
    for result in results:
        if result.error or result.outcome == content.SKIPPED:
            click.echo(result.line, err=True)
    good = [result.outcome for result in results if not result.error]
    counts = [f"{good.count(outcome)} {outcome}" for outcome in content.OUTCOMES if outcome in good]
    click.echo(f"{len(good)} dari {len(results)} berkas terbaca: " + ", ".join(counts) + ".")


def import_folder(folder: Path) -> list[ImportResult]:
    """Import every article and note below a folder, each in a transaction of its own."""
    known: dict[tuple, Path] = {}
    return [_import_file(path, known) for path in sorted(folder.rglob("*.md")) if "bantuan" not in path.relative_to(folder).parts]


def _import_file(path: Path, known: dict[tuple, Path]) -> ImportResult:
    """Import one file; whatever is wrong with it is its own matter. `known` are the names of those before it."""
    let_go()
    try:
        file = content.read(path)
        room = note_import if "host" in file.meta else article_import
        first = known.setdefault((room, file.key), path)
        if first != path:
            raise file.bad("key", f"nama ini sudah dipakai berkas {first}")
        outcome = room.import_content(file)
        db.session.commit()
        return ImportResult(path, outcome)
    except content.BadContent as error:
        bad = error
    except Refused as error:
        bad = content.BadContent(error.message)
    except RecursionError:
        bad = content.BadContent("isi bersarang terlalu dalam")
    except OSError:
        bad = content.BadContent("tidak dapat dibaca: bukan berkas biasa, tautan yang putus, atau tidak boleh dibuka")
    db.session.rollback()
    return ImportResult(path, error=bad)


@commands.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export_command(folder: Path) -> None:
    """Write all published articles and notes as content files below FOLDER."""
    articles = article_export.export(folder / "artikel")
    notes = note_export.export(folder / "catatan")
    click.echo(f"{articles} artikel dan {notes} catatan ditulis ke {folder}.")


@commands.command()
def reindex() -> None:
    """Throw the search index away and build it again from the database."""
    with click.progressbar(length=search.count_documents(), label="Menyusun indeks") as bar:
        search.reindex(bar.update)


@commands.command("create-admin")
@click.argument("email")
@click.option("--name", prompt="Nama")
@click.password_option("--password", prompt="Kata sandi")
def create_admin(email: str, name: str, password: str) -> None:
    """Create an administrator of this installation."""
    accounts.create_admin(email, name, password)
    db.session.commit()
    click.echo("Admin dibuat.")


@commands.command()
@click.option("--once", "single", is_flag=True, help="Drain what is due and stop.")
def work(single: bool) -> None:
    """The worker: keeps the search index, the inbox and the mails up to date. Run one; a second one does no harm."""
    if single:
        click.echo(f"{events.drain()} kiriman selesai.")
        return
    stopping = []
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.append(True))
    log.info("worker_started")
    mails = threading.Thread(target=_work_remotely, args=(current_app._get_current_object(), stopping), daemon=True)
    mails.start()
    tidied = 0.0
    while not stopping:
        _tick(remote=False)
        if time.monotonic() - tidied > HOUSEKEEPING_SECONDS:
            _tidy()
            tidied = time.monotonic()
        time.sleep(TICK_SECONDS)
    mails.join(5)  # a mail under way is finished rather than sent twice
    log.info("worker_stopped")


def _work_remotely(app: Flask, stopping: list) -> None:
    """Mails go out beside the rest: a mail server that hangs must not delay the search index and the inbox."""
    with app.app_context():
        while not stopping:
            _tick(remote=True)
            time.sleep(TICK_SECONDS)


def _tick(remote: bool) -> None:
    """One round. A database that is away for a moment must not end the worker."""
    try:
        if not remote and not search.is_built():
            search.mend()
        events.drain(remote=remote)
    except Exception:
        log.exception("worker_round_failed")
        db.session.rollback()
    finally:
        db.session.remove()


def _tidy() -> None:
    """What is due by the hour. Each chore for itself: one that fails must not keep the others from theirs, nor end the worker."""
    for chore in CHORES:
        try:
            chore()
            db.session.commit()
        except Exception:
            log.exception("chore_failed", chore=chore.__qualname__)
            db.session.rollback()
        finally:
            db.session.remove()


def _escalate() -> None:
    if reached := questions.escalate():
        log.info("questions_escalated", stages=reached)


def _erase_visits() -> None:
    retention.erase(current_app.config["VISIT_RETENTION_DAYS"])


CHORES = (
    once.forget_old,
    missed.forget_old,
    mail.forget_old,
    reminders.remind,
    _erase_visits,
    files.sweep,
    _escalate,
    demand.tend,
    digest.write,
)


@commands.command()
@click.option("--workers", default=lambda: int(os.environ.get("WEB_WORKERS", "2")), show_default="2", help="Web processes.")
def serve(workers: int) -> None:
    """Set up, then run web and worker together until Ctrl+C. One command for a small office; systemd units are in the README."""
    prepare()
    db.session.remove()
    db.engine.dispose()
    port = str(current_app.config["PORT"])
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", port,
           "--workers", str(workers), "--blocking-threads", "4", "--no-log", "wsgi:app"]  # fmt: skip
    worker = [sys.executable, "-m", "flask", "--app", "wsgi", "kb", "work"]
    click.echo(f"Berguru berjalan di http://127.0.0.1:{port}  (berhenti: Ctrl+C)")
    raise SystemExit(_run_together(web, worker))


def _run_together(*commands_: list[str]) -> int:
    """Run several processes; when one ends or we are asked to stop, end all. Returns 0 when asked to stop."""
    root = Path(current_app.config["CONTENT"]).parent
    processes = [subprocess.Popen(command, cwd=root) for command in commands_]
    asked = []
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: asked.append(clock.now()))
    while not asked and all(process.poll() is None for process in processes):
        time.sleep(0.2)
    codes = [process.poll() for process in processes]
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
    return 0 if asked else next((code for code in codes if code), 1)
