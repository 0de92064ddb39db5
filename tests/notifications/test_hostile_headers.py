"""People's words in mails, looked at as the bytes that arrived over SMTP: no header and no body is of a writer's choice, and whoever reads
the subject sees what was typed. (The email package of Python 3.11.7, and of older Debians, decodes the words it is given.)"""

import email
import re
import smtplib
from base64 import b64decode
from email import policy
from pathlib import Path

import pytest
from sqlalchemy import select

from kb.accounts import identity
from kb.accounts import service as accounts
from kb.core import events
from kb.core.db import db
from kb.core.errors import Invalid
from kb.notifications import mail as outbox
from kb.notifications.models import Mail
from tests.makers import office
from tests.notifications.makers import delivery_of, queued
from tests.questions.makers import make_question

pytestmark = [pytest.mark.hostile, pytest.mark.any_database]

GIVEN = "=?utf-8?q?a=0d=0aX-Jahat:_ya?="
BODY = "=?utf-8?q?a=0d=0a=0d=0aisi_palsu?="
CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
# What stands above the body of a mail to nobody in particular, in this order.
HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
]  # fmt: skip
SUBJECTS = {
    "headers": GIVEN,
    "a body": BODY,
    "in base64": "=?utf-8?b?YQ0KQmNjOiBqYWhhdEBjb250b2guZXhhbXBsZQ0KDQppc2k=?=",
    "a bare line feed": "=?us-ascii?Q?a=0AX-Jahat:_ya?=",
    "a bare carriage return": "=?iso-8859-1?q?a=0dX-Jahat:_ya?=",
    "a language": "=?utf-8*id?q?a=0d=0aX-Jahat:_ya?=",
    "an alphabet of its own": "=?utf-7?q?a+AA0ACg-X-Jahat:_ya?=",
    "two words": f"{GIVEN} {GIVEN}",
    "within words": f"Siapa {GIVEN} yang menetapkan?",
    "beside other letters": f"Réncana {GIVEN} é",
    "in quotes": f'"{GIVEN}"',
    "coded twice": "=?utf-8?q?=3D=3Futf-8=3Fq=3Fa=3D0d=3D0aX-Jahat:_ya=3F=3D?=",
    "no end": "=?utf-8?q?a=0d=0aX-Jahat:_ya",
    "no beginning": "a=0d=0aX-Jahat:_ya?=",
    "many beginnings": "=?" * 100,
    "a quoted surrogate": "=?utf-8?q?=ed=b0=80?=",
    "line breaks": "a\r\nX-Jahat: ya\r\n\r\nisi palsu",
    "line separators": "a\u2028X-Jahat: ya\u2029b\x85c\x0bd\x0ce\x1cf",
    "control characters": "a\x00b\x1bc\x7fd\x9be",
    "lone surrogates": "a\ud800b\udc0ac\udc0dX-Jahat: ya",
    "turned around": "a\u202egnp.exe\u2066b",
    "one long word": "x" * 5000,
    "one long word of other letters": "é" * 5000,
    "pictures": "😀👨‍👩‍👧" * 60,
    "long words after one another": ("y" * 90 + " ") * 3,
    "nothing to see": "\u200b\u3164",
    "a colon": "X-Jahat: ya",
    "backslashes and quotes": '\\"a\\" <b@contoh.example>, (c)',
}  # fmt: skip


def arrived(office) -> tuple[dict[str, str], bytes]:
    """The headers of the only mail that arrived, as they stand there without their folds, and what stands below them."""
    (raw,) = office.raw
    above, _, below = raw.partition(b"\r\n\r\n")
    assert above.isascii() and b"\n" not in above.replace(b"\r\n", b"") and b"\r" not in above.replace(b"\r\n", b"")
    assert all(0 < len(line) <= 998 and line.strip() for line in above.split(b"\r\n"))
    lines = above.decode().replace("\r\n ", " ").split("\r\n")
    named = [line.partition(": ")[::2] for line in lines]
    assert len(dict(named)) == len(named)
    return dict(named), below


def read_as_a_mail_program_does(value: str) -> str:
    """RFC 2047, in two lines and without the package that is to be tested."""
    words = re.sub(r"(?<=\?=) (?==\?)", "", value)
    return re.sub(r"=\?utf-8\?b\?([\w+/=]*)\?=", lambda word: b64decode(word[1]).decode(), words)


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS)
def test_a_subject_stays_what_was_typed(db_ctx, post_office, subject):
    with db_ctx():
        shown = queued(subject=subject, text="Halo.\n").subject
        events.drain()
    headers, below = arrived(post_office)
    assert sorted(headers) == sorted(HEADERS)
    assert below.count(b"Halo.") == 2 and b"palsu" not in below.partition(b"\r\n\r\n")[0]
    assert all(word.startswith("=?utf-8?b?") and len(word) <= 75 for word in headers["Subject"].split() if "=?" in word)
    assert read_as_a_mail_program_does(headers["Subject"]) == shown == outbox.subject_line(subject)
    assert post_office.received[0]["Subject"] == shown and post_office.addressed == [["siti@contoh.example"]]
    (html,) = [part for part in post_office.received[0].walk() if part.get_content_type() == "text/html"]
    assert "X-Jahat" not in html and len(shown) <= 200


def test_the_wire_holds_no_word_that_its_writer_coded():
    for subject in SUBJECTS.values():
        assert "q?" not in outbox.coded(outbox.subject_line(subject)).lower().replace("?utf-8?b?", "")


def test_what_was_typed_plainly_arrives_plainly(db_ctx, post_office):
    with db_ctx():
        queued(subject="Siapa yang menetapkan peta rencana, dan kapan? (2026)")
        events.drain()
    assert b"\r\nSubject: Siapa yang menetapkan peta rencana, dan kapan? (2026)\r\n" in post_office.raw[0]


def test_the_mail_in_the_folder_is_the_same(app, db_ctx, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "MAIL_FOLDER", str(tmp_path))
    with db_ctx():
        queued(subject=GIVEN)
        queued("uji:2", to="büro@contoh.example", subject=f"é {BODY}")
        events.drain()
    for file, shown in zip(sorted(Path(tmp_path).glob("*.eml")), (GIVEN, f"é {BODY}"), strict=True):
        above = file.read_bytes().partition(b"\n\n")[0]
        assert b"X-Jahat" not in above and b"palsu" not in above
        assert email.message_from_bytes(file.read_bytes(), policy=policy.default)["Subject"] == shown


def test_a_question_with_such_a_title_is_told_as_it_was_asked(cast, db_ctx, post_office):
    with db_ctx():
        make_question(cast.guest_member.viewer, title=f"{GIVEN} {BODY}", invited=("18.11",))
        db.session.commit()
        events.drain()
    headers, _ = arrived(post_office)
    assert "X-Jahat" not in headers and headers["List-Unsubscribe"].startswith("<http")
    assert f"{GIVEN} {BODY}" in read_as_a_mail_program_does(headers["Subject"])


def test_an_office_with_such_a_name_invites(cast, db_ctx, post_office):
    with db_ctx():
        office("18.11").name = f"Diskominfo {GIVEN}"
        accounts.invite(office("18.11"), "baru@contoh.example", "member", cast.host_manager.viewer)
        db.session.commit()
        events.drain()
    headers, _ = arrived(post_office)
    assert "X-Jahat" not in headers and read_as_a_mail_program_does(headers["Subject"]).endswith(GIVEN)


@pytest.mark.parametrize("name", [GIVEN, f'"{GIVEN}"', "Bérguru", "Kominfo, Kab. (Mesuji)", "=?utf-8?b?###?=", "=?utf-8?q?B=C3=A9rguru?="])
def test_the_name_of_the_sender_is_coded_by_us(app, db_ctx, post_office, monkeypatch, name):
    monkeypatch.setitem(app.config, "MAIL_FROM", f"{name} <kabar@contoh.example>")
    with db_ctx():
        queued()
        events.drain()
    headers, _ = arrived(post_office)
    assert sorted(headers) == sorted(HEADERS) and headers["From"].rstrip(">").endswith("kabar@contoh.example")
    assert post_office.received[0]["From"].addresses[0].addr_spec == "kabar@contoh.example"
    if "rguru" in name:
        assert post_office.received[0]["From"].addresses[0].display_name == "Bérguru"


ADDRESSES = [
    "=?utf-8?q?x=0d=0abcc=3ay=40z.example?=@contoh.example", "a@=?utf-8?q?x=0d=0aX-Jahat=3aya?=.example", "a@contoh.example\r\nX-Jahat: ya",
    "a@contoh.example, b@contoh.example", "A <a@contoh.example>", '"a b"@contoh.example', "a\u2028b@contoh.example",
    "a\u202eb@contoh.example", "a\x00@contoh.example", "a", "a@", "@contoh.example", "a..b@contoh.example", "",
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_is_no_address_gets_no_mail_and_holds_up_nobody(db_ctx, post_office, monkeypatch, address):
    with db_ctx():
        # PostgreSQL holds no NUL; what an address is made of is asked all the same.
        bad = queued(to=address.replace("\0", ""))
        monkeypatch.setattr(bad, "to_address", address)
        with pytest.raises(events.Refused, match="bukan alamat"):
            outbox.compose(bad)
        db.session.rollback()
        if address.replace("\0", "") == address:
            events.drain()
            assert delivery_of(bad).gave_up_at is not None
    assert not post_office.raw


def test_nobody_is_invited_under_an_address_that_is_code():
    with pytest.raises(Invalid):
        identity.email(ADDRESSES[0])


def test_an_address_in_other_letters_gets_its_mail(db_ctx, post_office):
    with db_ctx():
        queued(to="büro@contoh.example", subject=f"é {GIVEN}")
        events.drain()
    assert post_office.addressed == [["büro@contoh.example"]] and post_office.received[0]["Subject"] == f"é {GIVEN}"


def test_an_address_that_the_server_cannot_take_holds_up_nobody_else(db_ctx, post_office, monkeypatch):
    monkeypatch.setattr(smtplib.SMTP, "has_extn", lambda self, extension: extension != "smtputf8" and extension in self.esmtp_features)
    with db_ctx():
        strange = queued(to="büro@contoh.example")
        queued("uji:2")
        events.drain()
        assert delivery_of(strange).gave_up_at is not None and "A sampai Z" in delivery_of(strange).error
    assert post_office.addressed == [["siti@contoh.example"]]


def test_an_enclosed_calendar_has_no_headers_but_ours(db_ctx, post_office):
    with db_ctx():
        queued(subject=GIVEN, calendar=CALENDAR.format(f"{GIVEN}\\nMETHOD:CANCEL é"))
        events.drain()
    *_, part = post_office.received[0].walk()
    assert sorted(part.keys()) == ["Content-Transfer-Encoding", "Content-Type", "MIME-Version"]
    assert part.get_param("method") == "REQUEST" and part.get_filename() is None and GIVEN in part.get_content()


def test_a_text_loses_what_no_mail_holds(db_ctx, post_office):
    with db_ctx():
        queued(text="a\x00b\ud800c\u202ed\u2028e\r\n.\r\nf\n", html="<p>a\x00\ud800b</p>")
        events.drain()
        assert db.session.scalars(select(Mail)).one().sent_at is not None
    plain, html = post_office.received[0].iter_parts()
    assert plain.get_content().splitlines() == ["abcd", "e", ".", "f"] and html.get_content().strip() == "<p>ab</p>"
