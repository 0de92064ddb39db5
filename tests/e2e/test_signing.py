"""Signing in from a link, and what is left on a shared computer after signing out."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PASSWORD

MANAGER = "pengelola@mesuji.example"


@pytest.mark.parametrize("how", [{}, {"phone": True}, {"javascript": False}], ids=["desk", "phone", "no javascript"])
def test_a_link_that_is_not_open_leads_back_after_signing_in(person, how):
    reader = person(**how).open("/tanya/7000?dari=surel").sees("Sebagian halaman Berguru baru terbuka setelah Anda masuk")
    reader.follow("Masuk lalu buka lagi")
    reader.page.get_by_label("Surel").fill(MANAGER)
    reader.page.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
    reader.press("Masuk").sees("Halaman ini tidak ada")
    assert reader.page.url.endswith("/tanya/7000?dari=surel")
    expect(reader.page.get_by_role("link", name="Masuk lalu buka lagi")).to_have_count(0)


@pytest.mark.parametrize("address", ["/akun", "/pemberitahuan", "/instansi-saya/orang", "/beranda", "/artikel"])
def test_the_back_button_shows_nothing_after_signing_out(person, address):
    leaver = person().sign_in(MANAGER).open(address)
    name = leaver.page.get_by_role("navigation", name="Akun").get_by_role("link").last.inner_text()
    leaver.page.get_by_role("button", name="Keluar").first.click()
    expect(leaver.page.get_by_role("link", name="Masuk", exact=True)).to_be_visible()
    leaver.page.go_back()
    expect(leaver.page.get_by_role("navigation", name="Akun")).not_to_contain_text(name)
    expect(leaver.page.get_by_role("button", name="Keluar")).to_have_count(0)


ELSEWHERE = "http://situs-lain.example/"


def send_from_elsewhere(reader, address: str, fields: str = "") -> None:
    """A page of another site sends a form to us as soon as it is opened, in the very browser of somebody who is signed in."""
    form = f'<form method="post" action="{reader.site}{address}">{fields}</form><script>document.forms[0].submit()</script>'
    reader.page.route(ELSEWHERE, lambda route: route.fulfill(body=form, content_type="text/html"))
    with reader.page.expect_navigation(url=reader.site + address):
        reader.page.goto(ELSEWHERE, wait_until="commit")
    reader.look()


def test_a_page_of_another_site_neither_signs_out_nor_changes_anything(person):
    reader = person().sign_in("pengelola@mesuji.example")
    before = reader.page.context.cookies()
    send_from_elsewhere(reader, "/keluar")
    reader.sees("Dikirim dari situs lain").sees("dikirim oleh halaman situs lain")
    send_from_elsewhere(reader, "/akun", '<input name="name" value="Nama Palsu">')
    reader.sees("dikirim oleh halaman situs lain")
    expect(reader.page.get_by_role("button", name="Kirim lagi")).to_have_count(0)
    assert reader.page.context.cookies() == before
    reader.open("/akun")
    expect(reader.page.get_by_label("Nama lengkap")).not_to_have_value("Nama Palsu")
    reader.page.get_by_role("main").get_by_role("button", name="Simpan", exact=False).first.click()
    reader.look()
