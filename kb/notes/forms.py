"""Forms of notes."""

from wtforms import DateField, IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, HiddenInput

from kb.core.forms import CreateForm, Readable
from kb.instruments import loader
from kb.notes import policy
from kb.notes.models import VISIBILITIES, Note
from kb.notes.service import Content

BODY_MAX = 200_000

VISIBILITY_LABELS = [
    SelectChoice("para_pihak", "Para pihak: hanya kedua instansi"),
    SelectChoice("jejaring", "Jejaring: semua instansi yang sudah bergabung"),
    SelectChoice("publik", "Publik: siapa pun, juga tanpa akun"),
]
# Why there are not more readers to choose from.
NOT_PUBLIC = (
    "Pilihan publik belum ada: catatan memuat perkataan dua instansi, dan persetujuan keduanya belum dapat dicatat di sini. "
    "Instansi yang lain diberi tahu saat catatan terbit, dan boleh mempersempit pembacanya."
)
ONLY_FEWER = "Setelah terbit, pembaca hanya dapat dipersempit, karena catatan ini juga memuat perkataan instansi lain."
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
    visibility = RadioField(
        "Siapa yang boleh membaca?",
        [AnyOf(VISIBILITIES, "Pilihan ini tidak ada dalam daftar.")],
        choices=VISIBILITY_LABELS,
        default="para_pihak",
        validate_choice=False,
    )
    source = StringField("Sumber (opsional)", [Optional(), Length(max=1000)])
    version = IntegerField(widget=HiddenInput(), default=0)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.indicators.choices = [
            SelectChoice(indicator.code, indicator.short_name)
            for instrument in loader.all_instruments()
            for indicator in instrument.indicators
        ]

    def offer(self, note: Note | None) -> None:
        """Show the readers that may be chosen; the service says why more may not."""
        allowed = policy.may_open_to(note)
        self.visibility.choices = [choice for choice in VISIBILITY_LABELS if choice.value in allowed]
        self.visibility.description = ONLY_FEWER if note is not None and note.status == "published" else NOT_PUBLIC

    def fill(self, note: Note) -> None:
        """Start a change from the newest version."""
        self.process(obj=note)
        self.version.data = note.version
        if note.visibility not in policy.may_open_to(note):  # a draft from before the rule
            self.visibility.data = "jejaring"

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
