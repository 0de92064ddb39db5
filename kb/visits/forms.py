"""Forms of visits."""

from datetime import time

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Email, InputRequired, Length, NumberRange, Optional, Regexp, ValidationError
from wtforms.widgets import CheckboxInput

from kb.core.forms import CreateForm, Form
from kb.instruments import loader
from kb.visits.calendar import Session
from kb.visits.models import Visit
from kb.visits.service import Request

PHONE = Regexp(r"^[0-9+() .-]{8,}$", message="Nomor hanya berisi angka, spasi, +, - dan kurung. Contoh: 0812 3456 7890.")
MODES = {
    "daring": "Daring: hemat biaya perjalanan dan bisa lebih cepat",
    "berkunjung": "Berkunjung: melihat langsung di tempat",
}


class RequestForm(CreateForm):
    """A visit request; `slot` is "2026-12-01 09:00"."""

    mode = RadioField("Cara konsultasi", choices=MODES, default="daring")
    slot = StringField("Hari dan sesi", [DataRequired(message="Pilih satu hari dan sesi.")])
    purpose = TextAreaField("Maksud kunjungan", [DataRequired(), Length(max=2000)])
    indicators = SelectMultipleField("Pokok bahasan menurut indikator (opsional)", option_widget=CheckboxInput())
    questions = TextAreaField(
        "Pertanyaan, satu per baris", [DataRequired(message="Tulis paling sedikit satu pertanyaan."), Length(max=5000)]
    )
    head_name = StringField("Nama pimpinan rombongan", [DataRequired(), Length(max=120)])
    head_position = StringField("Jabatan pimpinan rombongan", [DataRequired(), Length(max=120)])
    delegation_size = IntegerField("Jumlah orang, termasuk pimpinan", [InputRequired(), NumberRange(1, 500)])
    contact_name = StringField("Nama narahubung", [DataRequired(), Length(max=120)])
    contact_phone = TelField("Nomor WhatsApp narahubung", [DataRequired(), Length(max=40), PHONE])
    contact_email = EmailField("Surel narahubung", [DataRequired(), Length(max=200), Email()])
    letter_number = StringField("Nomor surat permohonan (opsional, boleh menyusul)", [Optional(), Length(max=80)])
    letter_on = DateField("Tanggal surat (opsional)", [Optional()])

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.indicators.choices = {
            indicator.code: indicator.short_name for instrument in loader.all_instruments() for indicator in instrument.indicators
        }

    def fill(self, visit: Visit) -> None:
        """Start a change from a draft."""
        self.process(obj=visit)
        self.slot.data = f"{visit.day:%Y-%m-%d} {visit.session}"

    def request(self) -> Request:
        """What was asked for; a slot that cannot be read is no day."""
        day, _, session = (self.slot.data or "").partition(" ")
        return Request(
            mode=self.mode.data,
            day=_day(day),
            session=session,
            purpose=self.purpose.data,
            indicators=tuple(self.indicators.data),
            questions=self.questions.data,
            head_name=self.head_name.data,
            head_position=self.head_position.data,
            delegation_size=self.delegation_size.data,
            contact_name=self.contact_name.data,
            contact_phone=self.contact_phone.data,
            contact_email=self.contact_email.data,
            letter_number=self.letter_number.data,
            letter_on=self.letter_on.data,
        )


def _day(text: str):
    field = DateField().bind(Form(meta={"csrf": False}), "day")
    try:
        field.process_formdata([text])
    except ValueError:
        return None
    return field.data


class StepForm(Form):
    """One step of the workflow, with its reason where one is needed."""

    reason = TextAreaField("Alasan", [Optional(), Length(max=500)])


class LetterForm(Form):
    """The request letter, later."""

    letter_number = StringField("Nomor surat", [DataRequired(), Length(max=80)])
    letter_on = DateField("Tanggal surat", [Optional()])
    letter_file = FileField("Surat bertanda tangan, PDF paling besar 5 MB (opsional)")


def read_sessions(text: str) -> tuple[Session, ...]:
    """Sessions written "09.00-11.30, 13.30-15.30". Raises ValidationError with what is wrong."""
    found = []
    for part in text.replace("–", "-").split(","):
        try:
            starts, ends = (time.fromisoformat(word.strip().replace(".", ":").zfill(5)) for word in part.split("-"))
        except ValueError:
            raise ValidationError(f'"{part.strip()}" bukan sesi. Contoh: 09.00-11.30, 13.30-15.30') from None
        if ends <= starts:
            raise ValidationError(f'Sesi "{part.strip()}" berakhir sebelum dimulai.')
        found.append(Session(starts, ends))
    found.sort(key=lambda session: session.starts)
    for before, after in zip(found, found[1:], strict=False):
        if after.starts < before.ends:
            raise ValidationError(f"Sesi {before.label} dan {after.label} bertumpuk.")
    return tuple(found)


def _check_sessions(_form, field):
    if (field.data or "").strip():
        read_sessions(field.data)


class OpennessForm(Form):
    """When and for whom a host is open. Each weekday is a line of sessions: "09:00-11:30, 13:30-15:30"."""

    monday = StringField("Senin (opsional)", [Optional(), Length(max=100), _check_sessions])
    tuesday = StringField("Selasa (opsional)", [Optional(), Length(max=100), _check_sessions])
    wednesday = StringField("Rabu (opsional)", [Optional(), Length(max=100), _check_sessions])
    thursday = StringField("Kamis (opsional)", [Optional(), Length(max=100), _check_sessions])
    friday = StringField("Jumat (opsional)", [Optional(), Length(max=100), _check_sessions])
    saturday = StringField("Sabtu (opsional)", [Optional(), Length(max=100), _check_sessions])
    sunday = StringField("Minggu (opsional)", [Optional(), Length(max=100), _check_sessions])
    notice_days = IntegerField("Pemberitahuan paling lambat, hari kerja", [InputRequired(), NumberRange(0, 60)])
    ahead_days = IntegerField("Paling jauh ke depan, hari", [InputRequired(), NumberRange(7, 365)])
    largest_delegation = IntegerField("Rombongan paling besar, orang", [InputRequired(), NumberRange(1, 500)])
    place = StringField("Tempat (opsional)", [Optional(), Length(max=300)])
    bring = StringField("Yang perlu dibawa (opsional)", [Optional(), Length(max=500)])
    note = StringField("Pesan untuk tamu (opsional)", [Optional(), Length(max=500)])

    WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

    def sessions(self) -> dict[int, tuple[Session, ...]]:
        """The sessions by weekday."""
        return {n: read_sessions(self[name].data or "") for n, name in enumerate(self.WEEKDAYS) if (self[name].data or "").strip()}


class CloseForm(Form):
    """Days on which the host receives nobody."""

    from_on = DateField("Hari pertama", [InputRequired()])
    until_on = DateField("Hari terakhir", [InputRequired()])
    reason = StringField("Alasan yang ditampilkan", [DataRequired(), Length(max=100)])


class OpenForm(Form):
    """Whether office, topic and day may be seen by everybody."""

    opened = BooleanField("Instansi, pokok bahasan, dan hari boleh dilihat siapa pun")
