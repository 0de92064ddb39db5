"""Forms of visits."""

from datetime import date

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
from wtforms.widgets import CheckboxInput, HiddenInput

from kb.accounts import identity
from kb.core import files
from kb.core.errors import Invalid
from kb.core.forms import CreateForm, EditForm, Form
from kb.core.uploads import UploadField
from kb.instruments import loader
from kb.visits import members
from kb.visits.calendar import Session
from kb.visits.models import Visit
from kb.visits.schedule import Wish
from kb.visits.service import LETTER_MEGABYTES, REQUEST_LETTER, Given, Request
from kb.visits.surroundings import Reading

SHEET_BYTES = 2 * 1024 * 1024
LINK = Regexp(r"^https?://\S+$", message="Tautan harus dimulai dengan https://")
OPTIONS = ("option_1", "option_2", "option_3")
MODES = {
    "daring": "Daring: hemat biaya perjalanan dan bisa lebih cepat",
    "berkunjung": "Berkunjung: melihat langsung di tempat",
    "hibrida": "Hibrida: sebagian datang, sebagian lewat layar",
}


def _without_blanks(values):
    return [value for value in values or [] if value]


def _check_phone(_form, field):
    try:
        identity.phone(field.data)
    except Invalid:
        raise ValidationError("Nomor WhatsApp tidak benar. Contoh: 0812 3456 7890 atau +62 812 3456 7890.") from None


class RequestForm(CreateForm):
    """A visit request; each `slot` is "2026-12-01 09:00". `relax` makes it one that may lack answers, `offer` names what can be ticked."""

    version = IntegerField(validators=[Optional()], widget=HiddenInput())
    mode = RadioField("Cara konsultasi", choices=MODES, default="daring")
    slot = SelectMultipleField(
        "Hari dan sesi", [DataRequired(message="Pilih satu hari dan sesi.")], validate_choice=False, filters=[_without_blanks]
    )
    purpose = TextAreaField("Maksud kunjungan", [DataRequired(), Length(max=2000)])
    indicators = SelectMultipleField("Pokok bahasan menurut indikator (opsional)", option_widget=CheckboxInput())
    questions = TextAreaField(
        "Pertanyaan, satu per baris", [DataRequired(message="Tulis paling sedikit satu pertanyaan."), Length(max=5000)]
    )
    article_ids = SelectMultipleField("Artikel tuan rumah yang sudah dibaca (opsional)", coerce=int, option_widget=CheckboxInput())
    already_read = TextAreaField("Bacaan lain, satu judul atau alamat per baris (opsional)", [Optional(), Length(max=2000)])
    wants_joint = BooleanField("Kami bersedia digabung dengan rombongan instansi lain bila sesinya sama")
    head_name = StringField("Nama pimpinan rombongan", [DataRequired(), Length(max=120)])
    head_position = StringField("Jabatan pimpinan rombongan", [DataRequired(), Length(max=120)])
    delegation_size = IntegerField("Jumlah orang, termasuk pimpinan", [InputRequired(), NumberRange(1, 500)])
    people = TextAreaField("Daftar rombongan (opsional, boleh menyusul)", [Optional(), Length(max=100_000)])
    sheet = FileField("Atau unggah daftarnya sebagai lembar Excel (.xlsx) atau CSV (opsional)")
    contact_name = StringField("Nama narahubung", [DataRequired(), Length(max=120)])
    contact_phone = TelField("Nomor WhatsApp narahubung", [DataRequired(), Length(max=40), _check_phone])
    contact_email = EmailField("Surel narahubung", [DataRequired(), Length(max=200), Email()])
    letter_number = StringField("Nomor surat permohonan (opsional, boleh menyusul)", [Optional(), Length(max=80)])
    letter_on = DateField("Tanggal surat (opsional)", [Optional()])
    letter_file = UploadField(
        f"Surat permohonan sebagai PDF, paling besar {LETTER_MEGABYTES} MB (opsional, boleh menyusul)",
        lambda upload: files.check(upload, ("pdf",), LETTER_MEGABYTES),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.article_ids.choices = []
        self.reading = self._read_people() if self.is_submitted() else members.Reading()
        self.indicators.choices = {
            indicator.code: indicator.short_name for instrument in loader.all_instruments() for indicator in instrument.indicators
        }

    def _read_people(self) -> members.Reading:
        """Who was typed or uploaded. A sheet becomes the text, so that it can be corrected and no failing form loses it."""
        if not self.sheet.data:
            return members.from_text(self.people.data or "")
        content = files.content_of(self.sheet.data, SHEET_BYTES)
        self.sheet.data.close()
        if len(content) > SHEET_BYTES:
            return members.Reading(problems=["Berkas lebih besar dari 2 MB. Simpan hanya daftar rombongannya."])
        reading = members.from_file(self.sheet.data.filename, content)
        if reading.members:
            self.people.data = members.as_text(reading.members)
        return reading

    def offer(self, readings: list[Reading]) -> None:
        """The articles that can be ticked."""
        self.offered = readings
        self.article_ids.choices = {reading.id: reading.title for reading in readings}

    def relax(self) -> None:
        """Nothing but the host is needed to keep a draft; what is answered must still be readable."""
        for field in self:
            if any(isinstance(rule, (DataRequired, InputRequired)) for rule in field.validators):
                field.validators = [Optional(), *(rule for rule in field.validators if not isinstance(rule, (DataRequired, InputRequired)))]
                field.flags.required = False
        if not self.mode.data:
            self.mode.data = self.mode.default

    def validate(self, extra_validators=None) -> bool:
        """Also what is wrong with the list of people, at the field it came from."""
        is_valid = super().validate(extra_validators)
        place = self.sheet if self.sheet.data else self.people
        place.errors = [*place.errors, *self.reading.told]
        return is_valid and not self.reading.problems

    def fill(self, visit: Visit) -> None:
        """Start a change from a draft."""
        self.process(obj=visit)
        self.delegation_size.data = visit.delegation_size or None
        guests = [member for member in visit.members if member.side == "guest"]
        self.people.data = members.as_text(guests) if guests else ""
        self.slot.data = [f"{row.day:%Y-%m-%d} {row.session}" for row in visit.sessions]
        letter = visit.letter(REQUEST_LETTER)
        self.letter_number.data, self.letter_on.data = (letter.number, letter.dated_on) if letter else ("", None)

    def request(self) -> Request:
        """What was asked for. Raises Invalid at `slot` when a session cannot be read."""
        return Request(
            mode=self.mode.data,
            wishes=read_wishes(self.slot.data),
            purpose=self.purpose.data or "",
            indicators=tuple(self.indicators.data),
            questions=self.questions.data or "",
            head_name=self.head_name.data or "",
            head_position=self.head_position.data or "",
            delegation_size=self.delegation_size.data or 0,
            contact_name=self.contact_name.data or "",
            contact_phone=self.contact_phone.data or "",
            contact_email=self.contact_email.data or "",
            already_read=self.already_read.data or "",
            wants_joint=self.wants_joint.data,
            letter_number=self.letter_number.data or "",
            letter_on=self.letter_on.data,
            letter_file=self.letter_file.data,
            article_ids=tuple(self.article_ids.data),
            members=tuple(self.reading.members),
        )


def read_wishes(values: list[str], field: str = "slot") -> tuple[Wish, ...]:
    """Sessions written "2026-12-01 09:00". Raises Invalid at `field`."""
    found = []
    for value in values or []:
        day, _, key = value.partition(" ")
        try:
            found.append(Wish(date.fromisoformat(day), key))
        except ValueError:
            raise Invalid("Pilih satu hari dan sesi.", field) from None
    return tuple(found)


class StepForm(Form):
    """What a step of the workflow may be given: workflow.py says which step needs what."""

    reason = TextAreaField("Alasan", [Optional(), Length(max=500)])
    slot = SelectMultipleField("Sesi lain", validate_choice=False)
    option_1 = SelectMultipleField("Usul pertama", validate_choice=False)
    option_2 = SelectMultipleField("Usul kedua (opsional)", validate_choice=False)
    option_3 = SelectMultipleField("Usul ketiga (opsional)", validate_choice=False)
    option = IntegerField("Usul", [Optional()])
    joint_with_id = IntegerField("Digabung dengan", [Optional()])
    anyway = BooleanField("Tetap terima")
    version = IntegerField(widget=HiddenInput())
    room = StringField("Ruang atau tempat (opsional)", [Optional(), Length(max=200)])
    meeting_link = StringField("Tautan rapat daring (opsional)", [Optional(), Length(max=300), LINK])

    def given(self) -> Given:
        """What was given. Raises Invalid at the field at fault."""
        chosen = {name: read_wishes([value for value in self[name].data or [] if value], name) for name in OPTIONS}
        return Given(
            reason=self.reason.data or "",
            wishes=read_wishes([value for value in self.slot.data or [] if value]),
            options=tuple(wishes for wishes in chosen.values() if wishes),
            option=self.option.data,
            joint_with_id=self.joint_with_id.data,
            room=self.room.data or "",
            meeting_link=self.meeting_link.data or "",
            anyway=self.anyway.data,
            version=self.version.data,
        )


class JointForm(Form):
    """Whether a guest would come together with another delegation."""

    wants_joint = BooleanField("Kami bersedia digabung dengan rombongan lain")


class PlaceForm(Form):
    """Where an agreed visit takes place."""

    room = StringField("Ruang atau tempat (opsional)", [Optional(), Length(max=200)])
    meeting_link = StringField("Tautan rapat daring (opsional)", [Optional(), Length(max=300), LINK])


def read_sessions(text: str) -> tuple[Session, ...]:
    """Sessions written "09.00-11.30, 13.30-15.30". Raises ValidationError with what is wrong."""
    found = []
    for part in text.split(","):
        try:
            session = Session.from_text(part)
        except ValueError:
            raise ValidationError(f'"{part.strip()}" bukan sesi. Contoh: 09.00-11.30, 13.30-15.30') from None
        if session.ends <= session.starts:
            raise ValidationError(f'Sesi "{part.strip()}" berakhir sebelum dimulai.')
        found.append(session)
    found.sort(key=lambda session: session.starts)
    for before, after in zip(found, found[1:], strict=False):
        if after.starts < before.ends:
            raise ValidationError(f"Sesi {before.label} dan {after.label} bertumpuk.")
    return tuple(found)


def _check_sessions(_form, field):
    if (field.data or "").strip():
        read_sessions(field.data)


class OpennessForm(EditForm):
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
    visits_per_session = IntegerField("Kunjungan per sesi", [InputRequired(), NumberRange(1, 10)])
    visits_per_month = IntegerField("Kunjungan per bulan, kosong berarti tanpa batas (opsional)", [Optional(), NumberRange(1, 200)])
    place = StringField("Tempat (opsional)", [Optional(), Length(max=300)])
    bring = StringField("Yang perlu dibawa (opsional)", [Optional(), Length(max=500)])
    note = StringField("Pesan untuk tamu (opsional)", [Optional(), Length(max=500)])

    WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

    def sessions(self) -> dict[int, tuple[Session, ...]]:
        """The sessions by weekday."""
        return {n: read_sessions(self[name].data or "") for n, name in enumerate(self.WEEKDAYS) if (self[name].data or "").strip()}


ZONES = {
    "Asia/Jakarta": "WIB: Waktu Indonesia Barat",
    "Asia/Makassar": "WITA: Waktu Indonesia Tengah",
    "Asia/Jayapura": "WIT: Waktu Indonesia Timur",
}


class ZoneForm(Form):
    """Which time an office keeps."""

    timezone = RadioField("Zona waktu", [InputRequired()], choices=ZONES)
    anyway = BooleanField("Kunjungan yang tersentuh sudah saya periksa")


class CloseForm(Form):
    """Days on which the host receives nobody."""

    from_on = DateField("Hari pertama", [InputRequired()])
    until_on = DateField("Hari terakhir", [InputRequired()])
    reason = StringField("Alasan yang ditampilkan", [DataRequired(), Length(max=100)])
    anyway = BooleanField("Saya sudah membaca daftarnya, tetap simpan")


class HolidayForm(Form):
    """A correction of the holidays: for all hosts."""

    day = DateField("Tanggal", [InputRequired()])
    name = StringField("Nama hari", [DataRequired(), Length(max=100)])
    is_lifted = BooleanField("Bukan hari libur: hapus dari daftar libur")
    anyway = BooleanField("Tetap simpan; tuan rumah dan tamunya diberi tahu")


class OpenForm(Form):
    """Whether office, topic and day may be seen by everybody."""

    opened = BooleanField("Instansi, pokok bahasan, dan hari boleh dilihat siapa pun")
