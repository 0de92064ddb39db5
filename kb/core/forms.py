"""Forms: their Indonesian messages, cleaned text, and the key that lets a form be carried out once only."""

from flask import has_request_context, request
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import ValidationError

from kb.core import markdown, once
from kb.core.addresses import within
from kb.core.cleaning import clean, clean_line
from kb.core.db import nobody_waits, takes_time
from kb.core.errors import Conflict, Invalid

# Every message WTForms can show, by its English source.
MESSAGES = {
    "This field is required.": "Isian ini wajib diisi.",
    "Invalid input.": "Isian tidak dapat dibaca.",
    "Invalid email address.": "Alamat surel tidak benar. Contoh: nama@kabupaten.go.id.",
    "Invalid URL.": "Alamat web tidak benar.",
    "Invalid UUID.": "Kode tidak benar.",
    "Invalid IP address.": "Alamat IP tidak benar.",
    "Invalid Mac address.": "Alamat MAC tidak benar.",
    "Invalid field name '%s'.": "Nama isian '%s' tidak benar.",
    "Field must be equal to %(other_name)s.": "Isian ini harus sama dengan %(other_name)s.",
    "Field must be at least %(min)d character long.": "Isi paling sedikit %(min)d karakter.",
    "Field must be at least %(min)d characters long.": "Isi paling sedikit %(min)d karakter.",
    "Field cannot be longer than %(max)d character.": "Terlalu panjang: paling banyak %(max)d karakter.",
    "Field cannot be longer than %(max)d characters.": "Terlalu panjang: paling banyak %(max)d karakter.",
    "Field must be exactly %(max)d character long.": "Isi tepat %(max)d karakter.",
    "Field must be exactly %(max)d characters long.": "Isi tepat %(max)d karakter.",
    "Field must be between %(min)d and %(max)d characters long.": "Isi antara %(min)d dan %(max)d karakter.",
    "Number must be at least %(min)s.": "Angka paling kecil %(min)s.",
    "Number must be at most %(max)s.": "Angka paling besar %(max)s.",
    "Number must be between %(min)s and %(max)s.": "Angka harus antara %(min)s dan %(max)s.",
    "Invalid value, must be one of: %(values)s.": "Pilih salah satu dari: %(values)s.",
    "Invalid value, can't be any of: %(values)s.": "Nilai ini tidak boleh dipakai: %(values)s.",
    "This field cannot be edited.": "Isian ini tidak dapat diubah.",
    "This field is disabled and cannot have a value.": "Isian ini sedang tidak dipakai.",
    "Not a valid choice.": "Pilihan ini tidak ada dalam daftar.",
    "Not a valid choice": "Pilihan ini tidak ada dalam daftar.",
    "Invalid Choice: could not coerce.": "Pilihan ini tidak dapat dibaca.",
    "Choices cannot be None.": "Pilihan belum tersedia.",
    "Invalid choice(s): one or more data inputs could not be coerced.": "Ada pilihan yang tidak dapat dibaca.",
    "'%(value)s' is not a valid choice for this field.": "Ada pilihan yang tidak ada dalam daftar.",
    "'%(value)s' are not valid choices for this field.": "Ada pilihan yang tidak ada dalam daftar.",
    "Not a valid datetime value.": "Tanggal dan waktu tidak benar. Contoh: 2026-11-23 09:00.",
    "Not a valid date value.": "Tanggal tidak benar. Contoh: 2026-11-23.",
    "Not a valid time value.": "Jam tidak benar. Contoh: 09:00.",
    "Not a valid week value.": "Minggu tidak benar.",
    "Not a valid integer value.": "Isi dengan angka bulat.",
    "Not a valid decimal value.": "Isi dengan angka.",
    "Not a valid float value.": "Isi dengan angka.",
    "Not a valid float value": "Isi dengan angka.",
    "CSRF token missing.": "Formulir kedaluwarsa. Kirim sekali lagi.",
    "CSRF token missing": "Formulir kedaluwarsa. Kirim sekali lagi.",
    "CSRF failed.": "Formulir kedaluwarsa. Kirim sekali lagi.",
    "CSRF token expired.": "Formulir kedaluwarsa. Kirim sekali lagi.",
    "Date must be at least %(min)s.": "Tanggal paling awal %(min)s.",
    "Date must be at most %(max)s.": "Tanggal paling akhir %(max)s.",
    "Date must be between %(min)s and %(max)s.": "Tanggal harus antara %(min)s dan %(max)s.",
    "Invalid CSRF Token.": "Formulir kedaluwarsa. Kirim sekali lagi.",
    "Invalid CSRF Token": "Formulir kedaluwarsa. Kirim sekali lagi.",
}


class Indonesian:
    """Translations as WTForms asks for them."""

    def gettext(self, message: str) -> str:
        return MESSAGES.get(message, message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self.gettext(plural)


INDONESIAN = Indonesian()


# Bytes of a sending from which cleaning it takes so long that others should be able to write meanwhile.
LARGE = 200_000


def _within(value: int | None) -> int | None:
    return None if value is None else within(value)


class Form(FlaskForm):
    """A form whose texts are cleaned and whose messages are Indonesian."""

    class Meta:
        """Where WTForms looks for translations and field filters."""

        def get_translations(self, form):
            return INDONESIAN

        def bind_field(self, form, unbound_field, options):
            if issubclass(unbound_field.field_class, (StringField, TextAreaField)) and not issubclass(
                unbound_field.field_class, HiddenField
            ):
                cleaner = clean if issubclass(unbound_field.field_class, TextAreaField) else clean_line
                options["filters"] = [cleaner, *unbound_field.kwargs.get("filters", ())]
            if issubclass(unbound_field.field_class, IntegerField):
                options["filters"] = [_within, *unbound_field.kwargs.get("filters", ())]
            return unbound_field.bind(form=form, **options)

    def __init__(self, *args, **kwargs):
        if not has_request_context() or (request.content_length or 0) < LARGE:
            super().__init__(*args, **kwargs)
            return
        with nobody_waits():
            takes_time("cleaning a long text")
            super().__init__(*args, **kwargs)

    def validate(self, *args, **kwargs) -> bool:
        """See wtforms. What cannot be read at all is told so once, and not that it is too large as well."""
        valid = super().validate(*args, **kwargs)
        for field in self:
            unread = list(field.process_errors)
            if unread and list(field.errors[: len(unread)]) == unread:
                field.errors = unread
        return valid

    def blame(self, error: Invalid | Conflict) -> None:
        """Put a service's refusal where the person will look: at its field, or on top of the form."""
        field = self._fields.get(getattr(error, "field", None) or "")
        if field is None:
            self.form_errors.append(error.message)
        else:
            field.errors = [*field.errors, error.message]


class CreateForm(Form):
    """A form that creates something: `once` keeps a second click from creating it twice."""

    once = HiddenField(default=once.new_key)


class EditForm(Form):
    """A form that changes a whole text; `started_from` is the fingerprint of the text it began with (core/edits.py)."""

    started_from = HiddenField(default="")

    def begin_anew(self, fingerprint: str) -> None:
        """The person has seen what is stored now: their next sending starts from that."""
        self.started_from.raw_data = None
        self.started_from.data = fingerprint


class Readable:
    """A markdown text that shows something: not only signs that disappear when it is rendered."""

    def __call__(self, form, field):
        if field.errors or not field.data:
            return
        html = markdown.apart(field.data).html
        if ' src="' not in html and not clean(markdown.to_text(html)):
            raise ValidationError("Tulisan ini tidak menampilkan apa pun. Tulis kalimat yang dapat dibaca orang lain.")


class OneOf:
    """The value must be one of those in the list; says so without naming the whole list."""

    def __init__(self, values, message: str = "Pilihan ini tidak ada dalam daftar."):
        self.values = values
        self.message = message

    def __call__(self, form, field):
        if field.data and field.data not in self.values:
            raise ValidationError(self.message)
