"""Content files are read as written; a broken one is named with line and reason."""

import pytest

from kb.core import content


def test_what_is_written_is_read_back(tmp_path):
    meta = {"title": "Peta rencana: awal & akhir", "office": "18.10", "indicators": ["spbe-2020/12"], "published_on": "2026-11-23"}
    content.write(tmp_path / "a.md", meta, "## Isi\n\nteks --- biasa\n")
    file = content.read(tmp_path / "a.md")
    assert file.meta == meta
    assert file.body == "## Isi\n\nteks --- biasa\n"
    assert file.lines["office"] == 3


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("tanpa kepala", 1, "front matter"),
        ("---\ntitle: x\nisi", 1, "ditutup"),
        ("---\ntitle: [x\n---\nisi", 2, "YAML"),
        ("---\ntitle: 'x\nlain: y\n---\nisi", 3, "YAML"),
        ("---\n- satu\n- dua\n---\nisi", 1, "pasangan"),
        ("---\n\n---\nisi", 1, "pasangan"),
        ("---\na: &x 1\nb: *x\n---\nisi", 3, "alias"),
    ],
)
def test_a_broken_file_is_named_with_line_and_reason(text, line, reason):
    with pytest.raises(content.BadContent) as caught:
        content.parse(text)
    assert reason in caught.value.reason
    assert caught.value.line == line


def test_a_file_that_is_not_text_is_refused(tmp_path):
    (tmp_path / "b.md").write_bytes(b"---\ntitle: \xff\xfe\n---\n")
    with pytest.raises(content.BadContent, match="UTF-8"):
        content.read(tmp_path / "b.md")
