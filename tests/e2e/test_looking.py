"""What a journey sees of a page: each way of painting a text is judged, and judged again where it is painted otherwise."""

import pytest

WORDS = "<p class='one'>Kata yang terbaca</p><p class='two'>Kata yang lain</p>"
PAGE = "<!doctype html><html lang='id'><title>Halaman contoh</title><style>{}</style><main><h1>Contoh</h1>" + WORDS + "</main></html>"
PALE = ".two { color: #ccc }"


@pytest.mark.parametrize(
    "style", [PALE, ".two { background: #333 }", ".two { opacity: .3 }", "main { background: #333 } .one { color: #fff }"]
)
def test_a_text_that_is_hard_to_read_is_found_beside_one_like_it_that_is_not(person, style):
    reader = person()
    reader.page.set_content(PAGE.format(""))
    reader.look()
    reader.page.set_content(PAGE.format(style))
    with pytest.raises(AssertionError, match="color-contrast"):
        reader.look()
    with pytest.raises(AssertionError, match="color-contrast"):
        reader.look()


def test_what_was_hidden_when_its_kind_was_judged_is_judged_when_it_is_shown(person):
    reader = person()
    reader.page.set_content(PAGE.format(PALE + ".two { display: none }"))
    reader.look()
    reader.page.set_content(PAGE.format(PALE))
    with pytest.raises(AssertionError, match="color-contrast"):
        reader.look()


def test_the_other_rules_look_at_every_page(person):
    reader = person()
    reader.page.set_content(PAGE.format(""))
    reader.look()
    reader.page.set_content(PAGE.format("").replace(WORDS, WORDS + "<img src='data:,'>"))
    with pytest.raises(AssertionError, match="image-alt"):
        reader.look()
