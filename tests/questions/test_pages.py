"""The pages of questions: asking in two steps, answering, deciding, moderating; bad input, the second click, and who sees nothing."""

import re
from html import unescape

import pytest
from sqlalchemy import func, select

from kb.core.db import db
from kb.core.events import Event
from kb.questions import moderation, queries, service
from kb.questions.models import Answer, Comment, Question
from tests.makers import office
from tests.questions.makers import BODY, FORM, make_answer, make_question

KEY = "0123456789abcdef0123456789abcdef"
NEW = "/tanya/baru"


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def send(client, action: str = "send", **changed):
    return client.post(NEW, data={**FORM, "action": action, **changed})


@pytest.fixture
def asked(cast, db_ctx):
    """The address of a public question of Pringsewu."""
    with db_ctx():
        ident = make_question(cast.guest_member.viewer).id
        db.session.commit()
    return f"/tanya/{ident}"


@pytest.fixture
def answered(cast, db_ctx, asked):
    """The addresses of a question and of Mesuji's answer."""
    with db_ctx():
        ident = make_answer(queries.find(int(asked.rpartition("/")[2])), cast.host_member.viewer).id
        db.session.commit()
    return asked, f"{asked}/jawaban/{ident}"


def test_asking_goes_over_a_page_that_checks_and_proposes(cast, db_ctx):
    with db_ctx():
        earlier = make_question(cast.outsider.viewer, "Siapa menetapkan peta rencana SPBE kabupaten?")
        make_answer(earlier, cast.host_member.viewer)
        db.session.commit()
    page = send(cast.guest_member.client, action="check").text
    assert "belum terkirim" in page and FORM["title"] in page
    assert "Diskominfo Kabupaten Mesuji" in page and 'name="invited"' in page
    with db_ctx():
        assert count(Question) == 1


def test_only_proposed_offices_can_be_invited_by_the_form(cast, db_ctx):
    with db_ctx():
        stranger = office("18.72").id  # has not joined
    send(cast.guest_member.client, invited=[str(stranger)])
    with db_ctx():
        assert queries.thread(db.session.scalars(select(Question)).one(), cast.guest_member.viewer).invitations == []


def test_a_double_click_asks_once_and_leads_to_the_confirmation(cast, db_ctx):
    first, second = (send(cast.guest_member.client, once=KEY) for _ in range(2))
    assert first.location == second.location and first.location.endswith("/terkirim")
    assert "Yang terjadi sekarang" in cast.guest_member.client.get(first.location).text
    with db_ctx():
        assert count(Question) == 1


@pytest.mark.parametrize("action", ["check", "send"])
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"title": ""}, "wajib diisi"),
        ({"title": " \x00 "}, "wajib diisi"),
        ({"title": "T" * 161}, "paling banyak 160 karakter"),
        ({"body": ""}, "wajib diisi"),
        ({"body": "x" * 20_001}, "paling banyak 20000 karakter"),
        ({"indicators": ["spbe-2020/99"]}, "tidak ada dalam daftar"),
        ({"visibility": "rahasia"}, "tidak ada dalam daftar"),
        ({"addressed": "kabupaten-khayalan"}, "tidak ada dalam daftar"),
        ({"addressed": "kabupaten-pringsewu"}, "tidak ada dalam daftar"),
        ({"visibility": "para_pihak"}, "instansi"),
    ],
)
def test_a_faulty_question_is_refused_and_keeps_what_was_typed(cast, db_ctx, action, changed, message):
    answer = send(cast.guest_member.client, action, **changed)
    assert answer.status_code == 422 and message in answer.text and "Ada yang perlu diperbaiki" in answer.text
    shown = unescape(answer.text)
    for field in {"title", "body"} - set(changed):
        assert FORM[field] in shown
    with db_ctx():
        assert count(Question) == 0


def test_a_body_of_twenty_megabytes_comes_back_with_a_message(cast):
    answer = send(cast.guest_member.client, body="kata " * (4 * 1024 * 1024))
    assert answer.status_code == 422 and "paling banyak 20000 karakter" in answer.text


def test_markup_of_all_writers_is_harmless(cast, db_ctx, answered):
    bad = '<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror="alert(1)">'
    send(cast.guest_member.client, title=f"Judul {bad}?"[:160], body=bad)
    cast.host_member.client.post(f"{answered[0]}/jawab", data={"jawab-body": bad})
    cast.host_member.client.post(f"{answered[0]}/komentar", data={"komentar-body": bad})
    for page in (answered[0], "/tanya", f"/tanya/{int(answered[0][7:]) + 1}"):
        html = cast.host_member.client.get(page).text
        assert "<script>alert" not in html and 'href="javascript' not in html and "<img src=x" not in html


def test_similar_things_are_offered_while_typing_to_people_with_an_account(cast, asked):
    assert cast.outsider.client.get("/cari/serupa?q=peta+rencana").status_code == 200
    assert cast.visitor.client.get("/cari/serupa?q=peta+rencana").status_code in (302, 401)


@pytest.mark.parametrize(
    ("act", "by"),
    [("terima", "guest_manager"), ("membantu", "outsider"), ("tarik", "host_member")],
)
def test_a_second_click_on_an_act_does_no_harm(cast, db_ctx, answered, act, by):
    for _ in range(2):
        assert getattr(cast, by).client.post(f"{answered[1]}/{act}").status_code in (303, 404, 409)
    with db_ctx():
        found = db.session.scalars(select(Answer)).one()
        assert queries.find(found.question_id).answer_count == (0 if act == "tarik" else 1)


def test_a_double_click_answers_and_comments_once(cast, db_ctx, asked):
    for _ in range(2):
        cast.host_member.client.post(f"{asked}/jawab", data={"jawab-body": "Bupati.", "jawab-once": KEY})
        cast.host_member.client.post(f"{asked}/komentar", data={"komentar-body": "Sejak kapan?", "komentar-once": KEY[::-1]})
    with db_ctx():
        assert count(Answer) == count(Comment) == 1


@pytest.mark.parametrize(
    ("path", "field", "typed"), [("jawab", "jawab-body", ""), ("komentar", "komentar-body", "x" * 2001), ("tutup", "tutup-because", "")]
)
def test_what_is_missing_or_too_long_is_told_on_the_page_of_the_question(cast, asked, path, field, typed):
    person = cast.guest_member if path == "tutup" else cast.host_member
    answer = person.client.post(f"{asked}/{path}", data={field: typed})
    assert answer.status_code == 422 and FORM["title"] in answer.text and (typed in answer.text)


@pytest.mark.parametrize("path", ["", "/riwayat", "/ubah", "/gabung", "/laporkan"])
def test_a_confidential_question_does_not_exist_for_others(cast, db_ctx, path):
    with db_ctx():
        ident = make_question(cast.guest_member.viewer, addressed="18.11", visibility="para_pihak").id
        db.session.commit()
    for part in ("outsider", "admin"):
        assert getattr(cast, part).client.get(f"/tanya/{ident}{path}").status_code == 404
    assert cast.host_member.client.get(f"/tanya/{ident}").status_code == 200


def test_a_merged_question_redirects_and_its_own_text_can_still_be_read(cast, db_ctx, asked):
    with db_ctx():
        duplicate = make_question(cast.outsider.viewer, "Siapa yang menetapkan?")
        service.merge(duplicate, queries.find(int(asked[7:])), cast.admin.viewer)
        db.session.commit()
        old = f"/tanya/{duplicate.id}"
    moved = cast.visitor.client.get(old)
    assert moved.status_code == 302 and moved.location.startswith(asked)
    assert "digabung ke sini" in cast.visitor.client.get(moved.location).text
    assert "Siapa yang menetapkan?" in cast.visitor.client.get(f"{old}?asli=ya").text


def test_a_question_and_its_answer_become_an_article_draft_with_links_both_ways(cast, db_ctx, answered):
    cast.guest_manager.client.post(f"{answered[1]}/terima")
    answer_id = answered[1].rpartition("/")[2]
    editor = cast.host_member.client.post(f"{answered[0]}/jadi-artikel", data={"jawaban": answer_id}).location
    assert editor.startswith("/artikel/") and editor.endswith("/ubah")
    assert answered[0] in cast.host_member.client.get(editor).text, "the draft says where it comes from"
    assert editor.removesuffix("/ubah") in cast.host_member.client.get(answered[0]).text
    assert editor.removesuffix("/ubah") not in cast.visitor.client.get(answered[0]).text, "a draft is nobody else's business"


def test_an_answer_that_cites_a_repealed_rule_is_marked_and_can_be_confirmed(cast, db_ctx, asked):
    with db_ctx():
        answer = make_answer(queries.find(int(asked[7:])), cast.host_member.viewer, "Menurut Perpres 95 Tahun 2018 pasal 1.")
        db.session.commit()
        address = f"{asked}/jawaban/{answer.id}"
    page = cast.visitor.client.get(asked).text
    if "Menyebut aturan yang sudah dicabut" not in page:
        pytest.skip("the facts name no repeal of this rule")
    assert cast.outsider.client.post(f"{address}/masih-berlaku").status_code in (403, 404)
    cast.host_manager.client.post(f"{address}/masih-berlaku")
    assert "masih berlaku pada" in cast.visitor.client.get(asked).text


def test_moderators_hide_and_redact_and_each_act_is_in_the_audit_log(cast, db_ctx, answered):
    assert cast.outsider.client.post(f"{answered[0]}/laporkan", data={"reason": next(iter(moderation.REASONS))}).status_code == 303
    assert "Siapa yang menetapkan" in cast.admin.client.get("/tanya/moderasi").text
    assert cast.host_manager.client.get("/tanya/moderasi").status_code == 403
    name = answered[1].rpartition("/")[2]
    assert cast.admin.client.post(f"{answered[0]}/sembunyikan?bagian=answer:{name}", data={"because": "Nomor telepon."}).status_code == 303
    assert "Bupati, lewat peraturan." not in cast.visitor.client.get(answered[0]).text
    assert cast.admin.client.post(f"{answered[0]}/samarkan", data={"text": "belum punya tim"}).status_code == 303
    assert cast.admin.client.post(f"{answered[0]}/samarkan", data={"text": "tidak ada di mana pun"}).status_code == 422
    assert "belum punya tim" not in cast.guest_member.client.get(answered[0]).text
    with db_ctx():
        names = set(db.session.scalars(select(Event.name)))
        assert {"question.flagged", "question.moderated", "answer.moderated", "question.redacted"} <= names
    assert "samar" in cast.admin.client.get("/admin/jejak").text.lower() or "redacted" in cast.admin.client.get("/admin/jejak").text


@pytest.mark.parametrize("path", ["sembunyikan", "tampilkan", "abaikan", "samarkan"])
@pytest.mark.parametrize("part", ["host_manager", "guest_member", "outsider"])
def test_nobody_else_moderates(cast, asked, path, part):
    assert getattr(cast, part).client.post(f"{asked}/{path}", data={"because": "x", "text": "xxx"}).status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [("", True), ("?keadaan=menunggu", True), ("?keadaan=terjawab", False), ("?indikator=spbe-2020/12", True),
     ("?indikator=spbe-2020/1", False), ("?keadaan=entah&hal=-1&indikator=x", None), ("?hal=99999999999999999999", True)],
)  # fmt: skip
def test_the_list_is_narrowed_and_nonsense_is_no_error(client, asked, query, found):
    answer = client.get(f"/tanya{query}")
    assert answer.status_code == 200
    assert found is None or (FORM["title"] in answer.text) == found


def test_how_long_questions_wait_is_open_to_all(client, asked):
    page = client.get("/tanya/menunggu").text
    assert re.search(r"12[^<]*Peta Rencana|Peta Rencana", page) and FORM["title"] in page


def test_a_thread_costs_the_same_with_one_answer_and_with_twenty(cast, db_ctx, client, asked, count_queries):
    counts = []
    for size in (1, 10):
        with db_ctx():
            for number in range(size):
                answer = make_answer(queries.find(int(asked[7:])), cast.host_member.viewer, f"{BODY} {size}.{number}")
                service.comment(queries.find(int(asked[7:])), f"Sejak kapan? {size}.{number}", cast.host_member.viewer, answer)
            db.session.commit()
        with count_queries() as counted:
            client.get(asked)
        counts.append(counted.value)
    assert counts[0] == counts[1] <= 12
