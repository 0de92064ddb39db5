"""A note on paper keeps its shape: headings, lists and tables, and nothing is lost or invented."""

from hypothesis import given
from hypothesis import strategies as st

from kb.core import markdown
from kb.notes.paper import blocks_of, split
from kb.visits.letters import Bulleted, Heading, Numbered, Paragraph, Table

NOTE = """## Peserta

- Tuan rumah: **Kepala** Dinas
- Tamu:
    - Kepala Bidang

1. Satu
2. Dua &amp; tiga

| Nama | Hal |
|-|-|
| A | `b` |

> Kutipan <b>x</b>

Baris satu
baris dua
"""


def test_each_part_of_a_note_becomes_a_block_of_its_kind():
    found = blocks_of(markdown.render(NOTE).html)
    assert found == [
        Heading("Peserta", 2),
        Bulleted(("Tuan rumah: Kepala Dinas", "Tamu:", "Kepala Bidang")),
        Numbered(("Satu", "Dua & tiga")),
        Table(("Nama", "Hal"), (("A", "b"),)),
        Paragraph("Kutipan x"),
        Paragraph("Baris satu baris dua"),
    ]


def words(block) -> str:
    match block:
        case Paragraph(text) | Heading(text):
            return text
        case Bulleted(lines) | Numbered(lines):
            return " ".join(lines)
        case Table(headings, rows):
            return " ".join([*headings, *(cell for row in rows for cell in row)])


@given(
    st.lists(
        st.sampled_from(["kata", "- butir", "1. angka", "## Judul", "| a | b |\n|-|-|\n| c | d |", "> kutip", "    kode", ""]), max_size=12
    )
)
def test_no_word_is_lost_and_none_invented(parts):
    html = markdown.render("\n\n".join(parts)).html
    assert " ".join(words(block) for block in blocks_of(html)).split() == markdown.to_text(html).split()


def test_what_stands_under_a_heading_is_taken_out_with_all_its_parts():
    blocks = blocks_of(markdown.render("Awal\n\n## Kesepakatan kedua pihak\n\nSatu\n\n### Rinci\n\nDua\n\n## Lain\n\nTiga").html)
    found, rest = split(blocks, ("kesepakatan",))
    assert found == [Paragraph("Satu"), Heading("Rinci", 3), Paragraph("Dua")]
    assert rest == [Paragraph("Awal"), Heading("Lain", 2), Paragraph("Tiga")]
    assert split(rest, ("kesepakatan",)) == ([], rest)


def test_folds_and_tables_within_lists_keep_their_words_on_paper():
    source = "- butir\n\n  |a|b|\n  |-|-|\n  |1|2|\n\n<details><summary>Rincian</summary>\nisi\n</details>"
    assert blocks_of(markdown.render(source).html) == [
        Table(("a", "b"), (("1", "2"),)),
        Bulleted(("butir",)),
        Paragraph("Rincian"),
        Paragraph("isi"),
    ]
