"""How sure we are, in words and once."""

import pytest

from kb.instruments import confidence
from kb.instruments.confidence import MEANINGS


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([], ""),
        ([("2022", "tinggi")], f"Keyakinan kami tinggi ({MEANINGS['tinggi']})."),
        ([("bobot", "tinggi"), ("kriteria", "tinggi")], f"Keyakinan kami tinggi ({MEANINGS['tinggi']})."),
        (
            [("2018", "rendah"), ("2020", "rendah"), ("2022", "tinggi"), ("2023", "sedang")],
            f"Keyakinan kami: 2022 tinggi ({MEANINGS['tinggi']}); 2023 sedang ({MEANINGS['sedang']}); "
            f"2018 dan 2020 rendah ({MEANINGS['rendah']}).",
        ),
        (
            [("bobot", "tinggi"), ("kriteria", "rendah: dari satu rancangan")],
            f"Keyakinan kami: bobot tinggi ({MEANINGS['tinggi']}); kriteria rendah: dari satu rancangan.",
        ),
        ([("2023", "sedang"), ("2023", "sedang")], f"Keyakinan kami sedang ({MEANINGS['sedang']})."),
        ([("a", "?"), ("b", "?"), ("c", "?"), ("d", "rendah")], f"Keyakinan kami: d rendah ({MEANINGS['rendah']}); a, b dan c ?."),
    ],
)
def test_it_is_one_sentence_the_surest_first(parts, said):
    assert confidence.in_words(parts) == said
