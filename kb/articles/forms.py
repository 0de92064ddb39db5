"""The form of an article."""

from wtforms import IntegerField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, HiddenInput

from kb.articles.models import Article
from kb.articles.service import MOST_ABOUT, Content
from kb.core.forms import CreateForm, Readable
from kb.instruments import loader
from kb.offices import queries as offices

TITLE_MAX, SUMMARY_MAX, BODY_MAX, SOURCE_MAX, NOTE_MAX = 160, 400, 200_000, 1000, 200
# Ten names of offices, with what people write around them.
ABOUT_MAX = 1500

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
    about = TextAreaField("Tentang instansi (opsional)", [Optional(), Length(max=ABOUT_MAX)])
    visibility = RadioField("Siapa yang boleh membaca?", choices=VISIBILITY_LABELS, default="publik")
    source = StringField("Sumber (opsional)", [Optional(), Length(max=SOURCE_MAX)])
    note = StringField("Catatan perubahan (opsional)", [Optional(), Length(max=NOTE_MAX)])
    version = IntegerField(widget=HiddenInput(), default=0)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.about_ids: tuple[int, ...] = ()
        self.indicators.choices = [
            SelectChoice(indicator.code, indicator.short_name)
            for instrument in loader.all_instruments()
            for indicator in instrument.indicators
        ]

    def fill(self, article: Article) -> None:
        """Start a change from the newest version."""
        written = {name: getattr(article, name) for name in ("title", "summary", "body", "indicators", "visibility", "source", "version")}
        self.process(data=written | {"about": "\n".join(office.name for office in article.about)})

    def validate_about(self, field: TextAreaField) -> None:
        """Each line names one office, and no more of them than an article may be about."""
        if field.errors:
            return  # too long: not worked on
        names = list(dict.fromkeys(line.strip() for line in field.data.splitlines() if line.strip()))
        if len(names) > MOST_ABOUT:
            raise ValidationError(f"Paling banyak {MOST_ABOUT} instansi, satu di setiap baris.")
        meant = offices.named(names)
        for name, found in zip(names, meant, strict=True):
            if not found:
                raise ValidationError(f'Instansi "{name[:80]}" tidak dikenal. Tulis seperti di daftar instansi, misalnya Kabupaten Mesuji.')
            if len(found) > 1:
                raise ValidationError(f'"{name[:80]}" dapat berarti {" atau ".join(one.name for one in found)}. Tulis lengkap.')
        self.about_ids = tuple(dict.fromkeys(found[0].id for found in meant))

    def content(self) -> Content:
        """What was typed; the offices are known once the form is valid."""
        return Content(
            self.title.data,
            self.summary.data.replace("\n", " "),
            self.body.data,
            tuple(self.indicators.data),
            self.visibility.data,
            self.source.data or "",
            self.about_ids,
        )
