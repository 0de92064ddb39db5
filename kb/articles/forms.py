"""The form of an article."""

from wtforms import IntegerField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import CheckboxInput, HiddenInput

from kb.articles.models import Article
from kb.articles.service import Content
from kb.core.forms import CreateForm, Readable
from kb.instruments import loader

TITLE_MAX, SUMMARY_MAX, BODY_MAX, SOURCE_MAX, NOTE_MAX = 160, 400, 200_000, 1000, 200

VISIBILITY_LABELS = [
    SelectChoice("publik", "Publik: siapa pun, juga tanpa akun"),
    SelectChoice("jejaring", "Jejaring: semua instansi yang sudah bergabung"),
    SelectChoice("instansi", "Instansi: hanya orang di instansi saya"),
]


class ArticleForm(CreateForm):
    """New article or change of one; `version` is the one the change started from."""

    title = StringField("Judul", [DataRequired(), Length(max=TITLE_MAX)])
    summary = StringField("Ringkasan", [DataRequired(), Length(max=SUMMARY_MAX)])
    body = TextAreaField("Isi", [DataRequired(), Length(max=BODY_MAX), Readable()])
    indicators = SelectMultipleField("Indikator (opsional)", option_widget=CheckboxInput())
    visibility = RadioField("Siapa yang boleh membaca?", choices=VISIBILITY_LABELS, default="publik")
    source = StringField("Sumber (opsional)", [Optional(), Length(max=SOURCE_MAX)])
    note = StringField("Catatan perubahan (opsional)", [Optional(), Length(max=NOTE_MAX)])
    version = IntegerField(widget=HiddenInput(), default=0)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.indicators.choices = [
            SelectChoice(indicator.code, indicator.short_name)
            for instrument in loader.all_instruments()
            for indicator in instrument.indicators
        ]

    def fill(self, article: Article) -> None:
        """Start a change from the newest version."""
        self.process(obj=article)
        self.version.data = article.version

    def content(self) -> Content:
        """What was typed."""
        return Content(
            self.title.data,
            self.summary.data.replace("\n", " "),
            self.body.data,
            tuple(self.indicators.data),
            self.visibility.data,
            self.source.data or "",
        )
