"""Forms of questions, answers and moderation."""

from wtforms import HiddenField, IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, HiddenInput

from kb.core.addresses import LARGEST_ID
from kb.core.forms import CreateForm, Form, Readable
from kb.instruments import loader
from kb.offices import queries as offices
from kb.questions.models import Question
from kb.questions.moderation import REASONS
from kb.questions.service import Content

TITLE_MAX, BODY_MAX, COMMENT_MAX, NOTE_MAX = 160, 20_000, 2000, 300

VISIBILITY_LABELS = [
    SelectChoice("publik", "Publik: siapa pun, juga tanpa akun"),
    SelectChoice("jejaring", "Jejaring: semua instansi yang sudah bergabung"),
    SelectChoice("para_pihak", "Para pihak: hanya instansi kami dan instansi yang dituju"),
]


class QuestionForm(CreateForm):
    """A new question, or a change of one; `version` is the one the change started from, `about` what it is about ("article:12")."""

    title = StringField("Pertanyaan", [DataRequired(), Length(max=TITLE_MAX)])
    body = TextAreaField("Penjelasan", [DataRequired(), Length(max=BODY_MAX), Readable()])
    indicators = SelectMultipleField("Indikator (opsional)", option_widget=CheckboxInput())
    addressed = SelectField("Ditujukan kepada satu instansi (opsional)", [Optional()])
    visibility = RadioField("Siapa yang boleh membaca?", choices=VISIBILITY_LABELS, default="jejaring")
    invited = SelectMultipleField("Undang untuk menjawab", option_widget=CheckboxInput(), coerce=int, validate_choice=False)
    about = StringField(widget=HiddenInput(), validators=[Length(max=40)])
    version = IntegerField(widget=HiddenInput(), default=0)

    def __init__(self, *args, own_office_id: int | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.indicators.choices = [
            SelectChoice(indicator.code, indicator.short_name)
            for instrument in loader.all_instruments()
            for indicator in instrument.indicators
        ]
        joined = [office for office in offices.joined() if office.id != own_office_id]
        self.addressed.choices = [SelectChoice("", "Tidak ada: siapa saja yang tahu")] + [
            SelectChoice(office.slug, office.name) for office in joined
        ]
        self._by_slug = {office.slug: office.id for office in joined}

    def fill(self, question: Question) -> None:
        """Start a change from the newest version."""
        self.process(obj=question)
        self.version.data = question.version

    def content(self, about: tuple[str, int] | None = None) -> Content:
        """What was typed."""
        addressed = self._by_slug.get(self.addressed.data) if self.addressed else None
        title = self.title.data.replace("\n", " ")
        return Content(title, self.body.data, tuple(self.indicators.data), self.visibility.data, addressed, about)


class AnswerForm(CreateForm):
    """An answer, or a change of one; `seen` is the visibility of the question that the answerer wrote for."""

    body = TextAreaField("Jawaban instansi Anda", [DataRequired(), Length(max=BODY_MAX), Readable()])
    seen = HiddenField()
    version = IntegerField(widget=HiddenInput(), default=0)


class CommentForm(CreateForm):
    """A comment on a question, or on one of its answers (`on`); `seen` as with answers."""

    body = TextAreaField("Komentar", [DataRequired(), Length(max=COMMENT_MAX)])
    seen = HiddenField()
    on = IntegerField(widget=HiddenInput(), validators=[Optional(), NumberRange(1, LARGEST_ID)])


class InviteForm(CreateForm):
    """One more office to answer."""

    office = SelectField("Instansi", [DataRequired()])


class CloseForm(Form):
    """Why no answer is needed any more."""

    because = StringField("Alasan ditutup", [DataRequired(), Length(max=NOTE_MAX)])


class AppliedForm(Form):
    """That an answer worked."""

    note = StringField("Apa hasilnya? (opsional)", [Optional(), Length(max=NOTE_MAX)])


class MergeForm(Form):
    """The question that a duplicate leads to."""

    into = IntegerField("Nomor pertanyaan tujuan", [InputRequired(), NumberRange(1, LARGEST_ID)])


class FlagForm(Form):
    """What is wrong with a part of a question; `part` is written "answer:5"."""

    reason = RadioField("Apa masalahnya?", [InputRequired()], choices=[SelectChoice(key, label) for key, label in REASONS.items()])
    note = StringField("Keterangan (opsional)", [Optional(), Length(max=500)])


class HideForm(Form):
    """Why a part is hidden."""

    because = StringField("Alasan disembunyikan", [DataRequired(), Length(max=NOTE_MAX)])


class RedactForm(Form):
    """The text to replace."""

    text = StringField("Teks yang disamarkan", [DataRequired(), Length(min=3, max=200)])
