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
