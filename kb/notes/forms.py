"""Forms of notes."""

from wtforms import DateField, IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, HiddenInput

from kb.core.forms import CreateForm, Readable
from kb.instruments import loader
from kb.notes.models import Note
from kb.notes.service import Content

BODY_MAX = 200_000

VISIBILITY_LABELS = [
    SelectChoice("para_pihak", "Para pihak: hanya kedua instansi"),
    SelectChoice("jejaring", "Jejaring: semua instansi yang sudah bergabung"),
    SelectChoice("publik", "Publik: siapa pun, juga tanpa akun"),
]
SIDES = [SelectChoice("guest", "Instansi kami sebagai tamu"), SelectChoice("host", "Instansi kami sebagai tuan rumah")]

# The skeleton of the minutes: what every report asks for.
TEMPLATE = """## Peserta

- Tuan rumah: …
- Tamu: …

## Pertanyaan dan jawaban

{questions}

## Kesepakatan

- …
"""


class NoteForm(CreateForm):
    """Minutes of a consultation; `side` and `other` are asked only when there is no visit."""

    title = StringField("Judul", [DataRequired(), Length(max=160)])
    summary = StringField("Ringkasan", [DataRequired(), Length(max=400)])
    held_on = DateField("Tanggal kunjungan", [InputRequired()])
    side = RadioField("Peran instansi kami", choices=SIDES, default="guest")
    other = SelectField("Instansi yang lain")
    body = TextAreaField("Isi catatan", [DataRequired(), Length(max=BODY_MAX), Readable()])
    indicators = SelectMultipleField("Pokok bahasan menurut indikator (opsional)", option_widget=CheckboxInput())
    visibility = RadioField("Siapa yang boleh membaca?", choices=VISIBILITY_LABELS, default="para_pihak")
    source = StringField("Sumber (opsional)", [Optional(), Length(max=1000)])
    version = IntegerField(widget=HiddenInput(), default=0)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.indicators.choices = [
            SelectChoice(indicator.code, indicator.short_name)
            for instrument in loader.all_instruments()
            for indicator in instrument.indicators
        ]

    def fill(self, note: Note) -> None:
        """Start a change from the newest version."""
        self.process(obj=note)
        self.version.data = note.version

    def content(self) -> Content:
        """What was typed."""
        return Content(
            self.title.data, self.summary.data.replace("\n", " "), self.body.data, self.held_on.data, tuple(self.indicators.data),
            self.visibility.data, self.source.data or "",
        )  # fmt: skip


class FollowUpForm(CreateForm):
    """Something to do."""

    text = StringField("Tindak lanjut", [DataRequired(), Length(max=300)])
    office = SelectField("Dikerjakan oleh", coerce=int)
    due_on = DateField("Paling lambat", [InputRequired()])


def skeleton(questions: list[str]) -> str:
    """The empty minutes, with the visit's questions to be answered."""
    asked = "\n\n".join(f"**{question}**\n\n…" for question in questions) or "**Pertanyaan**\n\n…"
    return TEMPLATE.format(questions=asked)
