"""A form that came too late is shown again in the words of the form, not of the code."""

import re

import pytest

from kb.core.resending import all_forms, labels_for, labels_of
from kb.notifications.choices import KINDS


def typed_in(form) -> set[str]:
    """The fields that a person fills in, by what the browser shows of them."""
    fields = {name: getattr(form, name) for name in dir(form) if hasattr(getattr(form, name), "_formfield")}
    widgets = {name: field.kwargs.get("widget") or field.field_class.widget for name, field in fields.items()}
    return {name for name, widget in widgets.items() if getattr(widget, "input_type", "") not in ("hidden", "submit")}


@pytest.fixture
def stale(app):
    """Posts forms as if their token were too old."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield lambda client, address, **typed: client.post(address, data={"csrf_token": "lama", **typed})
    app.config["WTF_CSRF_ENABLED"] = False


def test_every_field_of_every_form_is_called_by_its_label(app):
    assert len(all_forms()) > 30
    with app.test_request_context():
        for form in (form for form in all_forms() if form.__module__.startswith("kb.")):
            labels, typed = labels_of(form), typed_in(form)
            assert {name for name, label in labels.items() if label} == typed, form
            shown = labels_for(set(labels))
            assert typed <= {name for name, label in shown.items() if label}, form
            english = {name for name in typed if shown[name].lower() == name.replace("_", " ")} - set(KINDS) - {"nip"}
            assert not english, form


def test_a_visit_request_that_came_too_late_speaks_indonesian(cast, stale):
    typed = {"mode": "daring", "slot": "2026-12-01 09:00", "purpose": "Belajar", "questions": "Apa?", "head_name": "Kepala", "once": "abc"}
    page = stale(cast.guest_manager.client, "/kunjungan/baru?tuan_rumah=kabupaten-mesuji", lihat_bulan="2026-12", **typed).text
    shown = dict(zip(re.findall(r'<label for="lagi-\d+">(.*?)</label>', page), re.findall(r'name="(\w+)" rows', page), strict=True))
    assert shown == {
        "Cara konsultasi": "mode",
        "Hari dan sesi": "slot",
        "Maksud kunjungan": "purpose",
        "Pertanyaan, satu per baris": "questions",
        "Nama pimpinan rombongan": "head_name",
    }
    for name, value in {"once": "abc", "lihat_bulan": "2026-12"}.items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in page


def test_of_two_forms_with_a_field_of_one_name_each_has_its_own_label():
    assert labels_for({"body", "once", "version"})["body"] == "Jawaban instansi Anda"
    assert labels_for({"body", "once", "version", "title", "summary", "source", "visibility", "note"})["body"] == "Isi"
