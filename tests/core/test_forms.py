"""Forms speak Indonesian, clean what is typed, and keep it when something is wrong."""

import inspect
import re

import pytest
import wtforms
import wtforms.csrf.session
from hypothesis import given
from hypothesis import strategies as st

from kb.core import cleaning, forms


def english_messages():
    """Every message that WTForms marks for translation, read from its own source."""
    for module in (wtforms.validators, wtforms.fields.choices, wtforms.fields.core, wtforms.fields.datetime, wtforms.fields.numeric,
                   wtforms.csrf.core, wtforms.csrf.session):  # fmt: skip
        source = inspect.getsource(module)
        yield from re.findall(r'gettext\(\s*"([^"]+)"', source)


def test_no_message_of_the_library_is_left_in_english():
    found = set(english_messages())
    assert len(found) > 20
    assert found - set(forms.MESSAGES) == set()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\x00b\x1bc", "abc"),
        ("satu\r\ndua\rtiga", "satu\ndua\ntiga"),
        *((f"satu{end}dua", "satu\ndua") for end in ("\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\r\n", "\r")),
        ("\u2028 satu\x0b", "satu"),
        ("  tepi ", "tepi"),
        ("e\u0301", "é"),
        ("a\u202eb", "ab"),
        ("\u200b\u2060\u00ad\u200d", ""),
        (" \u3164\u2800 \u0301", ""),
        ("a\u200db", "a\u200db"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("?", "?"),
        (None, None),
    ],
)
def test_typed_text_is_cleaned(typed, kept):
    assert cleaning.clean(typed) == kept


@pytest.mark.parametrize("end", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\r\n", "\n"])
def test_on_one_line_a_line_end_is_a_blank(app, end):
    assert cleaning.clean_line(f" satu{end}dua ") == "satu dua"
    with app.test_request_context(method="POST", data={"line": f"satu{end}dua", "text": f"satu{end}dua"}):
        form = Typed()
        assert (form.line.data, form.text.data) == ("satu dua", "satu\ndua")


class Typed(forms.Form):
    """A form with a line and a text."""

    line = wtforms.StringField()
    text = wtforms.TextAreaField()


@given(st.text())
def test_cleaned_text_can_be_stored_and_stays_clean(typed):
    once = cleaning.clean(typed)
    assert "\x00" not in once
    assert cleaning.clean(once) == once
    once.encode("utf-8")


class Count(forms.Form):
    """A form with a number."""

    number = wtforms.IntegerField("Jumlah", [wtforms.validators.InputRequired(), wtforms.validators.NumberRange(1, 500)])


@pytest.mark.parametrize(
    ("typed", "message"),
    [("2,5", "Isi dengan angka bulat."), ("dua", "Isi dengan angka bulat."), ("501", "Angka harus antara 1 dan 500."), ("", "wajib diisi")],
)
def test_a_wrong_number_gets_one_message(app, typed, message):
    with app.test_request_context(method="POST", data={"number": typed}):
        form = Count()
        assert not form.validate_on_submit()
        assert len(form.number.errors) == 1 and message in form.number.errors[0]
        assert form.errors == {"number": form.number.errors} and form.number._value() == typed
