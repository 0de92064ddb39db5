"""The field of a form for a file. When the form is shown again, the file stays with it (`kept.py`), by name and size, with "hapus".

The token stands in the page before the file is stored: that happens when the answer is ready and the transaction of the request is over,
so that showing a form writes nothing in the middle of what somebody else does.
"""

from collections.abc import Callable
from io import BytesIO

from flask import Flask, Response, g, request
from flask_wtf.file import FileField
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import FileStorage

from kb.core import kept, logs
from kb.core.cleaning import file_name
from kb.core.db import db
from kb.core.errors import Invalid
from kb.core.files import InMemory
from kb.core.pages import angka
from kb.core.viewer import current_viewer

LOST = "Berkas yang tadi dipilih tidak lagi tersimpan. Pilih lagi."


class UploadField(FileField):
    """A file; data is what `take` makes of the upload, come with this sending or kept from before.

    `take` raises Invalid for one that cannot be meant, and ends the transaction: a form with files is made before anything is changed.
    """

    def __init__(self, label: str, take: Callable[[FileStorage], InMemory], validators=None, **kwargs):
        super().__init__(label, validators, **kwargs)
        self.take = take
        self.token = self.size = self.file_name = ""
        self.fresh: bytes | None = None
        self.unkept = ""
        self.stays = False

    def process(self, formdata, *args, **kwargs):
        """See wtforms. What was kept stands in for a file that did not come again."""
        super().process(formdata, *args, **kwargs)
        if not formdata:
            return
        self._sending = formdata.get(f"{self.name.removesuffix(self.short_name)}once", "")[:64]
        token = formdata.get(f"{self.name}-tersimpan", "")
        if self.data:
            self._take_fresh(token)
        elif token and formdata.get(f"{self.name}-hapus"):
            _later().append((token, None, self._place))
        elif token:
            self._take_kept(token)
        self.errors = list(self.process_errors)  # told on pages too that check nothing else, such as a preview

    @property
    def _place(self) -> str:
        return f"{self.name} {request.path}"

    def _take_fresh(self, former: str) -> None:
        came = self.data
        try:
            taken = self.take(came)
        except Invalid as error:
            came.close()
            self.data = None
            self._fall_back(former)
            self.process_errors.append(error.message)
            return
        came.stream.seek(0)
        self.fresh = came.stream.read()
        self.data = taken
        came.close()  # a large upload lies in a file of its own
        self.file_name, self.size = file_name(came.filename), len(self.fresh)
        if former:
            _later().append((former, None, self._place))

    def _fall_back(self, former: str) -> None:
        """What was to replace a kept file is no good: that one stays."""
        if former and kept.find(former, self._place, current_viewer(), self._sending):
            self._take_kept(former)
            self.data, self.stays = None, True

    def _take_kept(self, token: str) -> None:
        found = kept.find(token, self._place, current_viewer(), self._sending)
        if found is None:
            self.process_errors.append(LOST)
            return
        self.token, self.file_name, self.size = token, found.name, len(found.content)
        try:  # as if it came with the form
            self.data = self.take(InMemory(BytesIO(found.content), filename=found.name, name=self.name))
        except Invalid as error:
            self.token, self.data = "", None
            self.process_errors.append(error.message)
            return
        self.data.when_saved = lambda: kept.use(token, self._sending)

    def held(self) -> bool:
        """Is there a file that stays with the form? One that came with this sending is kept from now on, if there is room."""
        if self.stays:
            return True
        if self.errors or not self.data:
            return False
        if self.fresh is not None and not self.token:
            if not kept.has_room(self.size, current_viewer()):
                self.unkept = f'Berkas "{self.file_name}" tidak dapat disimpan bersama formulir ini. Pilih lagi sebelum mengirim.'
                return False
            self.token = kept.new_token()
            _later().append((self.token, kept.Chosen(self.fresh, self.file_name, self._place), self._place))
        return bool(self.token)

    @property
    def size_in_words(self) -> str:
        """As people say it: 340 kB, 1,2 MB."""
        if self.size < kept.MEGABYTE:
            return f"{max(1, self.size // 1024)} kB"
        return f"{angka(round(self.size / kept.MEGABYTE, 1))} MB"


def _later() -> list:
    """What is stored or forgotten once the answer is ready: token, file (None: forget it), place."""
    if "kept_uploads" not in g:
        g.kept_uploads = []
    return g.kept_uploads


def init_app(app: Flask) -> None:
    """Store what pages promised to keep."""

    @app.after_request
    def store(response: Response) -> Response:
        for token, chosen, place in g.pop("kept_uploads", ()):
            try:
                db.session.rollback()
                _store(token, chosen, place)
                db.session.commit()
            except (OSError, SQLAlchemyError):  # the page stands; its next sending says that the file has to be chosen again
                logs.web.exception("upload_not_kept")
                db.session.rollback()
        return response


def _store(token: str, chosen: kept.Chosen | None, place: str) -> None:
    if chosen is None:
        kept.forget(token, place, current_viewer())
    else:
        kept.keep(token, chosen, current_viewer())
