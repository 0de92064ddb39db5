"""The pages of questions: asking in two steps, answering, deciding, moderating; bad input, the second click, and who sees nothing."""

import re
from dataclasses import replace
from html import unescape

import pytest
from sqlalchemy import func, insert, select

from kb.core import events
from kb.core.db import db
from kb.core.events import Event
from kb.questions import moderation, queries, service
from kb.questions.models import Answer, Comment, Invitation, Question, QuestionIndicator
from tests.makers import office
from tests.moments import pass_time
from tests.questions.makers import BODY, FORM, leave, make_answer, make_question
from tests.visits.makers import make_visit

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
        ({"title": "\u200b\u2060"}, "wajib diisi"),
        ({"body": "\u00ad \u200d"}, "wajib diisi"),
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
    [("terima", "guest_manager"), ("membantu", "outsider"), ("tarik", "host_member"), ("masih-berlaku", "host_manager")],
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
        answer = make_answer(queries.find(int(asked[7:])), cast.host_member.viewer, "Menurut PermenPANRB Nomor **59** Tahun 2020.")
        db.session.commit()
        address = f"{asked}/jawaban/{answer.id}"
    page = cast.visitor.client.get(asked).text
    assert "Menyebut aturan yang sudah dicabut" in page and "(diundangkan 5 Juni 2026)" in page and "masih berlaku pada" not in page
    for part in ("outsider", "admin"):  # a moderator cannot speak for the office
        assert getattr(cast, part).client.post(f"{address}/masih-berlaku").status_code == 403
    assert cast.host_manager.client.post(f"{address}/masih-berlaku").status_code == 303
    page = cast.visitor.client.get(asked).text
    assert "Instansi yang menjawab menyatakan isinya masih berlaku pada" in page
    assert re.search(r"Dinyatakan masih berlaku \d+ \w+ \d{4}</span></p>", page), "nothing stands after it for a visitor"


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


TYPED = "Sudah saya ketik panjang sekali."


@pytest.mark.parametrize(("path", "field"), [("jawab", "jawab"), ("komentar", "komentar")])
def test_who_wrote_for_fewer_readers_is_asked_again_and_keeps_the_text(cast, db_ctx, path, field):
    with db_ctx():
        question = make_question(cast.guest_member.viewer, visibility="jejaring")
        db.session.commit()
        asked = f"/tanya/{question.id}"
        form = cast.host_member.client.get(asked).text
        assert f'name="{field}-seen"' in form and 'value="jejaring"' in form
        changed = replace(service.content_of(question), visibility="publik")
        service.edit(question, changed, cast.guest_member.viewer, 1)
        db.session.commit()
    sent = {f"{field}-body": TYPED, f"{field}-seen": "jejaring", f"{field}-once": KEY}
    refused = cast.host_member.client.post(f"{asked}/{path}", data=sent)
    assert refused.status_code == 409 and TYPED in refused.text
    assert "sekarang dapat dibaca siapa pun" in refused.text and "jejaring" not in re.findall(r'-seen"[^>]*value="(\w+)"', refused.text)
    assert TYPED not in cast.visitor.client.get(asked).text
    assert cast.host_member.client.post(f"{asked}/{path}", data=sent | {f"{field}-seen": "publik"}).status_code == 303
    assert TYPED in cast.visitor.client.get(asked).text


@pytest.mark.parametrize("path", ["jawab", "komentar"])
@pytest.mark.parametrize("state", ["closed", "left"])
def test_what_can_be_sent_no_more_is_shown_for_copying(cast, db_ctx, asked, path, state):
    with db_ctx():
        if state == "closed":
            service.close(queries.find(int(asked[7:])), "Sudah jelas.", cast.guest_member.viewer)
        else:
            leave("18.11")
        db.session.commit()
    refused = cast.host_member.client.post(f"{asked}/{path}", data={f"{path}-body": TYPED})
    assert refused.status_code == (409 if state == "closed" else 403)
    assert "Tulisan Anda yang belum terkirim" in refused.text and TYPED in refused.text


def test_who_left_the_network_learns_it_before_writing_and_loses_nothing(cast, db_ctx, asked):
    with db_ctx():
        leave("18.10")
        db.session.commit()
    assert "tidak tergabung" in (answer := cast.guest_member.client.get(NEW)).text and answer.status_code == 403
    for action in ("check", "send", "preview"):
        answer = send(cast.guest_member.client, action, body=TYPED)
        assert answer.status_code == 403 and TYPED in answer.text and "tidak tergabung" in answer.text
    for path in ("ubah", "gabung", "laporkan"):
        assert "tidak tergabung" in cast.guest_member.client.get(f"{asked}/{path}").text
    flagged = cast.guest_member.client.post(f"{asked}/laporkan", data={"reason": "iklan", "note": TYPED})
    assert "tidak tergabung" in flagged.text and TYPED in flagged.text
    page = cast.guest_member.client.get(asked).text
    assert "tidak tergabung" in page and "Tutup pertanyaan" not in page and "Beri komentar" not in page
    assert "Ajukan pertanyaan" not in cast.guest_member.client.get("/tanya").text


def test_an_answer_changed_after_it_was_accepted_says_so_with_its_day(cast, answered, monkeypatch):
    cast.guest_manager.client.post(f"{answered[1]}/terima")
    assert "diubah" not in cast.visitor.client.get(answered[0]).text
    pass_time(monkeypatch, minutes=1)
    cast.host_member.client.post(f"{answered[1]}/ubah", data={"jawab-body": "Kebalikannya.", "jawab-version": "1"})
    page = cast.visitor.client.get(answered[0]).text
    assert "diubah setelah diterima" in page and re.search(r"· diubah \d+ \w+ \d{4}", page)
    assert "masih berlaku" not in page


def test_another_answer_is_accepted_in_its_place_by_a_quieter_button(cast, db_ctx, answered):
    with db_ctx():
        make_answer(queries.find(int(answered[0][7:])), cast.outsider.viewer, "Sekda.")
        db.session.commit()
    assert cast.guest_manager.client.get(answered[0]).text.count("Terima jawaban ini") == 2
    cast.guest_manager.client.post(f"{answered[1]}/terima")
    page = cast.guest_manager.client.get(answered[0]).text
    assert "Terima jawaban ini" not in page and 'button-secondary" type="submit">Terima ini sebagai gantinya' in page
    assert "Terima ini" not in cast.admin.client.get(answered[0]).text, "the asking office is here to decide"


def test_withdrawing_tells_its_consequence_before_the_button(cast, answered):
    assert "orang lain tidak dapat membacanya lagi" in cast.host_member.client.get(answered[0]).text
    cast.guest_manager.client.post(f"{answered[1]}/terima")
    page = cast.host_member.client.get(answered[0]).text
    assert page.index("pertanyaan terbuka lagi, dan penanya diberi tahu") < page.index("Tarik jawaban ini")
    assert "Tarik jawaban" not in cast.guest_manager.client.get(answered[0]).text


@pytest.mark.parametrize(
    ("values", "promised"),
    [
        ({"invited": ("18.11",)}, {"instansi yang diundang", "instansi lain yang mungkin tahu", "moderator"}),
        ({}, {"instansi lain yang mungkin tahu", "moderator"}),
        ({"indicators": ()}, {"moderator"}),
        ({"indicators": (), "invited": ("18.11",)}, {"instansi yang diundang", "moderator"}),
        ({"visibility": "para_pihak", "addressed": "18.11"}, {"instansi yang dituju"}),
    ],
)
def test_the_pages_promise_only_what_will_happen(cast, db_ctx, values, promised):
    with db_ctx():
        ident = make_question(cast.guest_member.viewer, **values).id
        db.session.commit()
    page = cast.guest_member.client.get(f"/tanya/{ident}/terkirim").text
    every = ("instansi yang diundang", "instansi lain yang mungkin tahu", "moderator", "instansi yang dituju")
    told = re.findall(r"Belum dijawab sampai [^:]*: (.*?)\.</li>|Bila belum dijawab, (instansi yang dituju)", page)
    assert {one for one in every if any(one in text for pair in told for text in pair)} == promised
    waits = re.search(r"Menunggu jawaban\.(.*?)</p>", cast.guest_member.client.get(f"/tanya/{ident}").text)[1]
    assert [one for one in every if one.lower() in waits.lower()] == [one for one in every if one in promised][:1]


def test_a_question_that_lost_its_answer_shows_since_when_it_waits_and_when_it_was_asked(cast, db_ctx, answered, monkeypatch):
    asked_on = re.search(r"Guest Member · (\d+ \w+ \d{4})", cast.visitor.client.get(answered[0]).text)[1]
    pass_time(monkeypatch, days=60)
    cast.host_member.client.post(f"{answered[1]}/tarik")
    page = cast.visitor.client.get(answered[0]).text
    assert "Menunggu jawaban lagi sejak" in page and f"Guest Member · {asked_on}" in page


def test_a_question_can_be_asked_about_a_visit_and_is_listed_there(cast, db_ctx):
    with db_ctx():
        visit = make_visit("accepted", host="18.11", guest="18.10").id
        db.session.commit()
    page = cast.guest_member.client.get(f"/kunjungan/{visit}").text
    assert f'href="/tanya/baru?kunjungan={visit}"' in page and f'href="/tanya?kunjungan={visit}"' in page
    form = cast.guest_member.client.get(f"{NEW}?kunjungan={visit}").text
    assert f'value="visit:{visit}"' in form
    send(cast.guest_member.client, about=f"visit:{visit}")
    assert FORM["title"] in cast.guest_member.client.get(f"/tanya?kunjungan={visit}").text


def test_links_on_the_check_page_leave_the_unsent_text_open(cast, db_ctx):
    with db_ctx():
        make_question(cast.outsider.viewer, "Siapa menetapkan peta rencana SPBE kabupaten?")
        db.session.commit()
        events.drain()
    page = send(cast.guest_member.client, "check").text
    links = re.findall(r"<a [^>]*>.*?</a>", page.split('id="serupa"')[1].split("<dt>Pembaca")[0])
    assert links and all('target="_blank"' in link and "(jendela baru)" in link for link in links)


def test_a_merged_question_offers_no_following(cast, db_ctx, asked):
    with db_ctx():
        duplicate = make_question(cast.outsider.viewer, "Siapa yang menetapkan?")
        service.merge(duplicate, queries.find(int(asked[7:])), cast.admin.viewer)
        db.session.commit()
        number = duplicate.id
    assert f'value="question:{number}"' not in cast.host_member.client.get(f"/tanya/{number}?asli=ya").text
    assert f'value="question:{asked[7:]}"' in cast.host_member.client.get(asked).text


def test_the_queue_tells_the_reason_apart_from_the_text_and_is_reached_from_the_dashboard(cast, answered):
    reason = {"reason": "keliru", "note": "Bukan bupati."}
    cast.outsider.client.post(f"{answered[0]}/laporkan?bagian=answer:{answered[1].rpartition('/')[2]}", data=reason)
    page = cast.admin.client.get("/tanya/moderasi").text
    assert page.index("Bupati, lewat peraturan.") < page.index("Alasan laporan:") < page.index("Bukan bupati.")
    assert 'href="/tanya/moderasi"' in cast.admin.client.get("/beranda").text
    assert 'href="/tanya/moderasi"' not in cast.host_manager.client.get("/beranda").text


def test_how_long_questions_wait_costs_the_same_for_two_and_for_hundreds(cast, db_ctx, client, count_queries):
    counts = []
    for size in (2, 300):
        with db_ctx():
            first = make_question(cast.guest_member.viewer, f"Pertanyaan {size}?")
            make_answer(first, cast.host_member.viewer)
            columns = {column.name: getattr(first, column.name) for column in Question.__table__.columns if column.name != "id"}
            db.session.execute(insert(Question), [columns] * size)
            known = select(QuestionIndicator.question_id)
            rows = [
                {"question_id": ident, "code": "spbe-2020/12"}
                for ident in db.session.scalars(select(Question.id).where(Question.id.not_in(known)))
            ]
            db.session.execute(insert(QuestionIndicator), rows)
            db.session.commit()
        with count_queries() as counted:
            assert client.get("/tanya/menunggu").status_code == 200
        counts.append(counted.value)
    assert counts[0] == counts[1] <= 6


BLANK = ["[a]: https://contoh.example", "---", "#", "```\n```", "*[x]: y", "&nbsp;"]


@pytest.mark.parametrize("typed", BLANK)
def test_a_text_that_shows_nothing_is_neither_asked_nor_answered(cast, db_ctx, asked, typed):
    for answer in (
        send(cast.guest_member.client, title="Pertanyaan kosong?", body=typed),
        cast.host_member.client.post(f"{asked}/jawab", data={"jawab-body": typed}),
    ):
        assert answer.status_code == 422 and "tidak menampilkan apa pun" in answer.text
    with db_ctx():
        assert (count(Question), count(Answer)) == (1, 0)


def test_a_form_without_its_text_comes_back_with_an_empty_field(cast, asked):
    for path in ("jawab", "komentar"):
        answer = cast.host_member.client.post(f"{asked}/{path}", data={})
        assert answer.status_code == 422 and "Isian ini wajib diisi." in answer.text and "None" not in answer.text


def decline(person, address: str) -> str:
    """What the page says after "Lewati undangan ini" was pressed."""
    answer = person.client.post(f"{address}/undangan/tolak")
    assert answer.status_code == 303
    return person.client.get(answer.location, follow_redirects=True).text


def invited(cast, db_ctx, act=None) -> str:
    """A question that Mesuji is invited to answer, after something happened to it; its address."""
    with db_ctx():
        question = make_question(cast.guest_member.viewer, visibility="jejaring", invited=("18.11",))
        if act:
            act(question)
        db.session.commit()
        return f"/tanya/{question.id}"


def test_declining_says_what_it_did_and_twice_that_it_was_done(cast, db_ctx):
    address = invited(cast, db_ctx)
    assert "Undangan dilewati." in decline(cast.host_member, address)
    again = decline(cast.host_manager, address)
    assert "sudah dilewati sebelumnya" in again and "Lewati undangan ini" not in again
    with db_ctx():
        assert db.session.scalar(select(func.count()).select_from(Event).where(Event.name == "question.invitation_declined")) == 1


@pytest.mark.parametrize("state", ["answered", "accepted", "closed", "merged", "not invited"])
def test_a_stale_press_declines_nothing_and_says_why(cast, db_ctx, state):
    def happen(question):
        if state in ("answered", "accepted"):
            answer = make_answer(question, cast.host_member.viewer if state == "answered" else cast.outsider.viewer)
            if state == "accepted":
                service.accept(answer, cast.guest_member.viewer)
        elif state == "closed":
            service.close(question, "Cukup.", cast.guest_member.viewer)
        elif state == "merged":
            service.merge(question, make_question(cast.guest_member.viewer, "Yang asli?", visibility="jejaring"), cast.guest_member.viewer)

    address = invited(cast, db_ctx, happen)
    if state in ("answered", "closed"):
        assert "Lewati undangan ini" not in cast.host_member.client.get(address).text
    said = decline(cast.outsider if state == "not invited" else cast.host_member, address)
    words = {
        "answered": "sudah menjawab pertanyaan ini", "accepted": "sudah terjawab", "closed": "sudah ditutup",
        "merged": "sudah digabung dengan pertanyaan serupa", "not invited": "tidak diundang menjawab",
    }  # fmt: skip
    assert words[state] in said and "tidak akan diingatkan lagi" not in said
    with db_ctx():
        assert db.session.scalar(select(func.count(Invitation.id)).where(Invitation.declined_at.is_not(None))) == 0
        assert not db.session.scalar(select(Event.id).where(Event.name == "question.invitation_declined"))


def test_enter_sends_no_question_and_no_answer(cast, answered):
    """The first button of each form, which Enter presses, only looks or goes on."""

    def buttons(page: str, address: str = "") -> list[str]:
        main = page.split("<main")[1].split("<footer")[0]
        form = main.split(f'action="{address}"')[1].split("</form>")[0] if address else main
        return re.findall(r'<button class="button[^>]*>([^<]+)</button>', form)

    client = cast.guest_member.client
    assert buttons(client.get(NEW).text)[:2] == ["Lanjut: periksa", "Pratinjau"]
    check = send(client, "check", title="Siapa yang merawat pusat data?", visibility="publik").text
    assert buttons(check) == ["Ubah dahulu", "Kirim pertanyaan"] and "dapat dibaca siapa pun, juga tanpa akun" in check
    edit = client.get(f"{answered[0]}/ubah").text
    assert buttons(edit) == ["Pratinjau", "Simpan perubahan"] and "langsung terbaca oleh siapa pun" in edit
    assert buttons(cast.host_manager.client.get(answered[0]).text, f"{answered[0]}/jawab") == ["Pratinjau", "Kirim jawaban"]
    answer = cast.host_member.client.get(f"{answered[1]}/ubah").text
    assert buttons(answer, f"{answered[1]}/ubah") == ["Pratinjau", "Simpan perubahan"] and "dapat dibaca siapa pun" in answer


@pytest.mark.parametrize("action", ["check", "send"])
def test_who_asks_the_same_again_is_led_to_what_was_asked(cast, db_ctx, action):
    with db_ctx():
        ident = make_question(cast.guest_member.viewer).id
        db.session.commit()
    asked = cast.guest_manager.client.post("/tanya/baru", data={**FORM, "action": action})
    assert asked.status_code == 422 and f"yang sama: nomor {ident}." in asked.text
    assert f'<a href="/tanya/{ident}">buka pertanyaan nomor {ident}</a>' in asked.text.split("<form method")[0]


def test_a_question_is_opened_further_only_by_who_was_told(cast, db_ctx):
    with db_ctx():
        ident = make_question(cast.guest_member.viewer, visibility="jejaring").id
        db.session.commit()
    address, client = f"/tanya/{ident}/ubah", cast.guest_member.client
    form = {**FORM, "visibility": "publik", "version": "1", "body": "Isi yang diketik.", "action": "save"}
    asked = client.post(address, data=form)
    assert asked.status_code == 200 and "Simpan dan buka untuk siapa pun" in asked.text and "Isi yang diketik." in asked.text
    assert "Belum disimpan: pertanyaan ini akan terbuka" in asked.text.split("<form method")[0], "at the top, where it comes back"
    assert asked.text.count('href="#simpan"') == asked.text.count('id="simpan"') == 1
    assert 'name="readers" value="publik"' in asked.text and cast.visitor.client.get(f"/tanya/{ident}").status_code == 404
    assert client.post(address, data={**form, "readers": "jejaring"}).status_code == 200, "told of others"
    assert client.post(address, data={**form, "readers": "publik"}).status_code == 303
    assert "Isi yang diketik." in cast.visitor.client.get(f"/tanya/{ident}").text
