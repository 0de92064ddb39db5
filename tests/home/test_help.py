"""The help pages: each file in content/bantuan, with links that lead somewhere."""

import re
from pathlib import Path

import pytest

from kb.config import ROOT

pytestmark = pytest.mark.any_database
NAMES = sorted(path.stem for path in Path(ROOT, "content", "bantuan").glob("*.md"))
# What a newcomer must find.
JOURNEYS = {"mulai", "mencari", "menulis-artikel", "meminta-kunjungan", "menerima-kunjungan", "catatan-dan-tindak-lanjut"}


def test_each_journey_has_its_help(client):
    assert set(NAMES) >= JOURNEYS
    page = client.get("/bantuan").text
    for name in NAMES:
        assert f'href="/bantuan/{name}"' in page


@pytest.mark.parametrize("name", NAMES)
def test_a_help_page_reads_well_and_its_links_lead_somewhere(client, name):
    answer = client.get(f"/bantuan/{name}")
    assert answer.status_code == 200
    main = answer.text.split("<main")[1].split("</main")[0]
    assert len(re.sub("<[^>]*>", "", main)) > 400
    for address in set(re.findall(r'href="(/[^"#]*)', main)):
        assert client.get(address).status_code in (200, 302), f"{name} leads to {address}"


@pytest.mark.parametrize("name", NAMES)
def test_the_pictures_of_a_help_page_are_there_small_and_loaded_late(client, name):
    prose = client.get(f"/bantuan/{name}").text.split('<div class="prose">')[1].split("<aside")[0]
    for tag in re.findall(r"<img [^>]*>", prose):
        assert 'loading="lazy"' in tag and re.search(r'alt="[^"]{20,}"', tag)
        answer = client.get(re.search(r'src="([^"]+)"', tag)[1])
        assert answer.status_code == 200 and len(answer.data) < 25_000


@pytest.mark.parametrize("name", ["tidak-ada", "..%2fartikel%2fstrategi-spbe-mesuji", "mulai.md", "%00"])
def test_an_unknown_help_page_is_not_found(client, name):
    assert client.get(f"/bantuan/{name}").status_code == 404
