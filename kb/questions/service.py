"""What is done with questions and answers."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from kb.core import clock, events, markdown
from kb.core.access import require
from kb.core.days_off import holidays_from
from kb.core.db import db
from kb.core.errors import Conflict, Forbidden, Invalid
from kb.core.viewer import Viewer
from kb.offices.models import Office
from kb.questions import escalation, policy, queries, thread
from kb.questions.models import (
    Answer,
    AnswerRevision,
    Comment,
    Helpful,
    Invitation,
    Question,
    QuestionIndicator,
    QuestionRevision,
)

DAY = timedelta(hours=24)
# In 24 hours: enough for a busy office, too little for a flood.
QUESTIONS_OF_PERSON, QUESTIONS_OF_OFFICE = 5, 20
ANSWERS_OF_PERSON, ANSWERS_OF_OFFICE = 20, 60
COMMENTS_OF_PERSON, COMMENTS_OF_OFFICE = 40, 120
MOST_INVITED = 8
# Why an office is invited, when it is not for what it has shown.
ADDRESSED, CHOSEN = "dituju oleh penanya", "diundang oleh penanya"


@dataclass(frozen=True)
class Content:
    """What is asked. `addressed_id`: the one office it is put to; `about`: kind and id of the article or visit it is about."""

    title: str
    body: str
    indicators: tuple[str, ...] = ()
    visibility: str = "jejaring"
    addressed_id: int | None = None
    about: tuple[str, int] | None = None


@dataclass(frozen=True)
class Guest:
    """An office to invite, and why."""

    office_id: int
    reason: str


class NotMember(Forbidden):
    """The viewer's office does not belong to the network, or not any more."""

    def __init__(self):
        super().__init__("Instansi Anda tidak tergabung di Berguru, jadi belum dapat menulis di Tanya.")


class Repeated(Invalid):
    """The office has asked the very same already, in the question `question_id`."""

    def __init__(self, question_id: int):
        super().__init__(f"Instansi Anda sudah mengajukan pertanyaan yang sama: nomor {question_id}.", "title")
        self.question_id = question_id


class Widened(Conflict):
    """More people read the question now than when the writer opened it."""

    def __init__(self, question: Question):
        now = {"publik": "siapa pun, juga tanpa akun", "jejaring": "semua instansi yang sudah bergabung"}[question.visibility]
        super().__init__(
            f"Sementara Anda menulis, penanya membuka pertanyaan ini untuk lebih banyak orang: sekarang dapat dibaca {now}. "
            "Tulisan Anda belum terkirim. Periksa isinya, lalu kirim lagi bila setuju."
        )


@dataclass
class EditConflict(Conflict):
    """Somebody saved a newer version meanwhile; `theirs` is it."""

    theirs: Question | Answer = field(default=None)

    def __post_init__(self):
        super().__init__("Tulisan ini sudah diubah orang lain sejak Anda membukanya.")


# Asking


def check(content: Content, viewer: Viewer) -> Office:
    """Could this be asked now? Raises Invalid for what was asked already, over the limit, or put to an office that cannot answer."""
    office = writing_office(viewer)
    _check_addressed(content, office)
    _limit(Question, viewer, QUESTIONS_OF_PERSON, QUESTIONS_OF_OFFICE, "mengajukan {} pertanyaan")
    _refuse_repetition(content, office)
    return office


def ask(content: Content, viewer: Viewer, invited: tuple[Guest, ...] = ()) -> Question:
    """Put a question, and invite offices to answer it. Raises Invalid as `check` does."""
    office = check(content, viewer)
    now = clock.now()
    question = Question(
        office_id=office.id, author_id=viewer.user_id, addressed_id=content.addressed_id, status="open", version=1,
        about_kind=content.about[0] if content.about else None, about_id=content.about[1] if content.about else None,
        created_at=now, asked_at=now, edited_at=now, answer_count=0, stage=0,
    )  # fmt: skip
    _write(question, content)
    db.session.add(question)
    db.session.flush()
    _keep_revision(question, viewer)
    events.record("question.asked", question, viewer)
    if content.addressed_id:
        _invite(question, Guest(content.addressed_id, ADDRESSED), viewer)
    if content.visibility != "para_pihak":
        for guest in invited[:MOST_INVITED]:
            _invite(question, guest, viewer)
    return question


def writing_office(viewer: Viewer) -> Office:
    """The viewer's office, locked while its limits are counted. Raises NotMember unless it belongs to the network.

    Who takes more locks takes this one first, then the question's. Others may still point to the office meanwhile (`key_share`).
    """
    require(seen=True, allowed=policy.can_write(viewer))
    office = db.session.get(Office, viewer.office_id, with_for_update={"key_share": True})
    if not office.is_member:
        raise NotMember
    return office


def may_write(viewer: Viewer) -> bool:
    """Is this somebody whose office belongs to the network? Asks without locking, for pages that offer forms."""
    return policy.can_write(viewer) and db.session.get(Office, viewer.office_id).is_member


def _check_addressed(content: Content, office: Office) -> None:
    if content.addressed_id is None:
        if content.visibility == "para_pihak":
            raise Invalid("Pilih instansi yang dituju: pertanyaan ini hanya untuk kedua pihak.", "addressed")
        return
    addressed = db.session.get(Office, content.addressed_id)
    if addressed is None or addressed.id == office.id:
        raise Invalid("Pilih instansi lain sebagai tujuan pertanyaan.", "addressed")
    if not addressed.is_member:
        raise Invalid(
            "Instansi ini belum bergabung, jadi belum dapat menjawab. Pilih instansi lain atau tanyakan ke jejaring.", "addressed"
        )


def _limit(model, viewer: Viewer, of_person: int, of_office: int, done: str) -> None:
    for who, mine, most in (
        ("Anda", model.author_id == viewer.user_id, of_person),
        ("Instansi Anda", model.office_id == viewer.office_id, of_office),
    ):
        written = select(func.count()).select_from(model).where(mine, model.created_at > clock.now() - DAY)
        if db.session.scalar(written) >= most:
            raise Invalid(f"{who} sudah {done.format(most)} dalam 24 jam. Lanjutkan besok.")


def _refuse_repetition(content: Content, office: Office) -> None:
    same = select(Question.id).where(
        Question.office_id == office.id, Question.title == content.title, Question.body == content.body,
        Question.status.in_(("open", "answered")), Question.addressed_id.is_not_distinct_from(content.addressed_id),
    )  # fmt: skip
    if ident := db.session.scalar(same.limit(1)):
        raise Repeated(ident)


def edit(question: Question, content: Content, viewer: Viewer, started_from: int) -> None:
    """Save a change that started from a version. Who is addressed, and in a confidential question who reads it, stays.

    Raises EditConflict, and Invalid when somebody who already wrote would be shown to more readers than they wrote for.
    """
    require(policy.can_view(viewer, question))
    writing_office(viewer)
    lock(question)  # who writes now waits for it, and who wrote a moment ago is seen
    require(policy.can_view(viewer, question), policy.can_edit(viewer, question))
    if content.visibility != question.visibility:
        _check_visibility(question, content.visibility)
    is_wider = READERS[content.visibility] > READERS[question.visibility]
    _claim_version(question, started_from)
    _write(question, content)
    question.edited_at = clock.now()
    db.session.flush()
    if is_wider:
        _tell_reasons_anew(question)
    _keep_revision(question, viewer)
    events.record("question.edited", question, viewer)


def _others_wrote(question: Question) -> bool:
    others = select(Answer.id).where(Answer.question_id == question.id).limit(1)
    commented = select(Comment.id).where(Comment.question_id == question.id, Comment.office_id != question.office_id).limit(1)
    return bool(db.session.scalar(others) or db.session.scalar(commented))


def _check_visibility(question: Question, wanted: str) -> None:
    if wanted == "para_pihak" and question.addressed_id is None:
        raise Invalid("Pertanyaan ini tidak ditujukan kepada satu instansi, jadi tidak dapat dibatasi untuk kedua pihak.", "visibility")
    written = _others_wrote(question)
    if written and READERS[wanted] > READERS[question.visibility]:
        raise Invalid(
            "Sudah ada yang menulis untuk pembaca yang lebih sedikit. Ajukan pertanyaan baru bila ingin lebih terbuka.", "visibility"
        )
    if written and wanted == "para_pihak":
        raise Invalid("Instansi lain sudah menulis di sini dan tidak boleh kehilangan tulisannya.", "visibility")


# How many readers, for comparison.
READERS = {"para_pihak": 0, "jejaring": 1, "publik": 2}


def opens_further(question: Question, visibility: str) -> bool:
    """Would this choice show the question to more readers than it has, and may it? What may not is refused when it is saved."""
    return READERS[visibility] > READERS[question.visibility] and not _others_wrote(question)


def _tell_reasons_anew(question: Question) -> None:
    """The reasons for its invitations were said to fewer readers, who may know more than those it has now."""
    reasons = queries.reasons(question)
    for row in db.session.scalars(select(Invitation).where(Invitation.question_id == question.id)):
        if row.reason not in (ADDRESSED, CHOSEN):
            row.reason = (reasons.get(row.office_id) or CHOSEN)[:300]


def _refuse_widened(question: Question, seen: str | None) -> None:
    """Nobody is shown to more readers than they wrote for: `seen` is the visibility that the writer knew of, if they told."""
    if seen in READERS and READERS[question.visibility] > READERS[seen]:
        raise Widened(question)


def _write(question: Question, content: Content) -> None:
    question.title, question.body, question.visibility = content.title, content.body, content.visibility
    question.html = markdown.render(content.body).html
    kept = {row.code: row for row in question.indicator_rows}
    question.indicator_rows = [kept.get(code) or QuestionIndicator(code=code) for code in dict.fromkeys(content.indicators)]


def content_of(question: Question) -> Content:
    """What was asked."""
    about = (question.about_kind, question.about_id) if question.about_kind else None
    return Content(question.title, question.body, tuple(question.indicators), question.visibility, question.addressed_id, about)


def _keep_revision(question: Question, viewer: Viewer) -> None:
    db.session.add(
        QuestionRevision(
            question_id=question.id, number=question.version, title=question.title, body=question.body,
            indicators=question.indicators, visibility=question.visibility, author_id=viewer.user_id, created_at=clock.now(),
        )
    )  # fmt: skip
    db.session.flush()


def _claim_version(thing: Question | Answer, started_from: int) -> None:
    model = type(thing)
    claim = update(model).where(model.id == thing.id, model.version == started_from).values(version=started_from + 1)
    taken = db.session.execute(claim).rowcount == 1
    db.session.refresh(thing)
    if not taken:
        raise EditConflict(theirs=thing)


# Inviting


def invite(question: Question, guest: Guest, viewer: Viewer) -> None:
    """Ask one more office to answer. Raises Invalid for one that cannot, was asked already, or is one too many."""
    require(policy.can_view(viewer, question), policy.can_invite(viewer, question))
    writing_office(viewer)
    lock(question)
    office = db.session.get(Office, guest.office_id)
    if office is None or office.id == question.office_id or not office.is_member:
        raise Invalid("Pilih instansi lain yang sudah bergabung.", "office")
    invited = list(db.session.scalars(select(Invitation.office_id).where(Invitation.question_id == question.id)))
    if office.id in invited:
        raise Invalid("Instansi ini sudah diundang.", "office")
    if len(invited) >= MOST_INVITED:
        raise Invalid(f"Paling banyak {MOST_INVITED} instansi dapat diundang.", "office")
    _invite(question, guest, viewer)


def _invite(question: Question, guest: Guest, viewer: Viewer) -> None:
    """The unique constraint keeps an office from being invited twice; one that is there already stays as it is."""
    known = select(Invitation.id).where(Invitation.question_id == question.id, Invitation.office_id == guest.office_id)
    office = db.session.get(Office, guest.office_id)
    if office is None or guest.office_id == question.office_id or not office.is_member or db.session.scalar(known):
        return
    row = Invitation(question_id=question.id, office_id=guest.office_id, reason=guest.reason[:300], created_at=clock.now())
    db.session.add(row)
    db.session.flush()
    events.record("question.invited", question, viewer, invited_office_id=guest.office_id)


def decline_invitation(question: Question, viewer: Viewer) -> bool:
    """Say that somebody else should answer: the office is not reminded any more. A second time changes nothing, and returns False.

    Raises Conflict when there is nothing to decline: no invitation, or nobody waits for its answer.
    """
    require(policy.can_view(viewer, question), policy.can_write(viewer))
    lock(question)
    mine = select(Invitation).where(Invitation.question_id == question.id, Invitation.office_id == viewer.office_id)
    invitation = db.session.scalars(mine.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if invitation is not None and invitation.declined_at is not None:
        return False
    _refuse_to_decline(question, invitation, viewer)
    invitation.declined_at = clock.now()
    events.record("question.invitation_declined", question, viewer)
    return True


def _refuse_to_decline(question: Question, invitation: Invitation | None, viewer: Viewer) -> None:
    if question.status == "merged":
        raise Conflict(
            f"Pertanyaan nomor {question.id} sudah digabung dengan pertanyaan serupa, beserta undangannya. Tidak ada yang dilewati."
        )
    if invitation is None:
        raise Conflict("Instansi Anda tidak diundang menjawab pertanyaan ini, jadi tidak ada undangan yang perlu dilewati.")
    if queries.has_answered(question, viewer.office_id):
        raise Conflict("Instansi Anda sudah menjawab pertanyaan ini, jadi undangannya tidak perlu dilewati.")
    if question.status != "open":
        state = {"answered": "terjawab", "closed": "ditutup"}[question.status]
        raise Conflict(f"Pertanyaan ini sudah {state}, jadi tidak ada lagi yang diingatkan untuk menjawab.")


# Answering


def answer(question: Question, body: str, viewer: Viewer, seen: str | None = None) -> Answer:
    """Answer in the name of the viewer's office, for the readers of the visibility that was `seen`.

    Raises Invalid over the limit or for a repetition, Conflict when it was closed, Widened when it was opened to more readers meanwhile.
    """
    require(policy.can_view(viewer, question))
    office = writing_office(viewer)
    lock(question)
    _refuse_over(question)
    require(policy.can_view(viewer, question), policy.can_answer(viewer, question))
    _refuse_widened(question, seen)
    _limit(Answer, viewer, ANSWERS_OF_PERSON, ANSWERS_OF_OFFICE, "menulis {} jawaban")
    same = select(Answer.id).where(
        Answer.question_id == question.id, Answer.office_id == office.id, Answer.body == body, Answer.withdrawn_at.is_(None)
    )
    if db.session.scalar(same):
        raise Invalid("Instansi Anda sudah menulis jawaban yang sama.", "body")
    now = clock.now()
    found = Answer(
        question_id=question.id, office_id=office.id, author_id=viewer.user_id, body=body, html=markdown.render(body).html,
        version=1, created_at=now, edited_at=now,
    )  # fmt: skip
    db.session.add(found)
    db.session.flush()
    _keep_answer(found, viewer)
    recount(question)
    events.record("answer.given", found, viewer, question_id=question.id)
    return found


def _refuse_over(question: Question) -> None:
    if question.status in ("closed", "merged"):
        raise Conflict("Pertanyaan ini baru saja ditutup. Salin tulisan Anda bila ingin memakainya di tempat lain.")


def edit_answer(found: Answer, body: str, viewer: Viewer, started_from: int) -> None:
    """Save a change that started from a version. Raises EditConflict.

    An accepted answer stays accepted, and what worked stays said: the page says that the text was changed since, and the asker is told.
    """
    require(policy.can_view(viewer, found.question), policy.can_edit_answer(viewer, found))
    writing_office(viewer)
    _claim_version(found, started_from)
    found.body, found.html = body, markdown.render(body).html
    # That it still holds was said of the earlier text.
    found.edited_at, found.confirmed_at = clock.now(), None
    _keep_answer(found, viewer)
    events.record("answer.edited", found, viewer, question_id=found.question_id)


def _keep_answer(found: Answer, viewer: Viewer) -> None:
    row = AnswerRevision(answer_id=found.id, number=found.version, body=found.body, author_id=viewer.user_id, created_at=clock.now())
    db.session.add(row)
    db.session.flush()


def recount(question: Question) -> None:
    """Count the answers that stand; the question's row is locked, so that two at once count each other.

    An open question that loses its last answer waits anew, as a reopened one does: nobody is alarmed thrice in one hour.
    """
    stands = (Answer.question_id == question.id, Answer.withdrawn_at.is_(None), Answer.hidden_at.is_(None))
    count, first = db.session.execute(select(func.count(Answer.id), func.min(Answer.created_at)).where(*stands)).one()
    if question.answer_count and not count and question.status == "open":
        wait_anew(question)
    question.answer_count, question.first_answer_at = count, first
    db.session.flush()


def wait_on(question: Question, hidden_at: datetime) -> None:
    """While it was hidden nobody could answer it: those days do not count as waiting."""
    if question.status == "open" and not question.answer_count:
        question.asked_at += timedelta(days=(clock.now() - hidden_at).days)


def wait_anew(question: Question) -> None:
    """From now on its waiting is counted; `created_at` still tells when it was asked."""
    question.asked_at, question.stage = clock.now(), 0


def lock(question: Question) -> None:
    """Nobody else changes the question, or writes below it, until the end of this transaction; and it is read anew."""
    db.session.refresh(question, with_for_update={"of": Question, "key_share": True})


def accept(found: Answer, viewer: Viewer) -> None:
    """The asking office takes this answer as the one that solves it; another one it accepted before steps back. Twice changes nothing.

    Raises Forbidden for an own answer, Conflict when the question was closed or the answer withdrawn meanwhile.
    """
    question = found.question
    require(policy.can_view(viewer, question), policy.can_decide(viewer, question))
    writing_office(viewer)
    if policy.is_own(viewer, found):
        raise Forbidden("Jawaban instansi sendiri tidak dapat diterima.")
    lock(question)
    db.session.refresh(found)
    if question.status not in ("open", "answered"):
        raise Conflict("Pertanyaan ini sudah ditutup. Buka kembali sebelum menerima jawaban.")
    if not found.stands:
        raise Conflict("Jawaban ini baru saja ditarik.")
    if found.accepted_at is not None:
        return
    earlier = select(Answer).where(Answer.question_id == question.id, Answer.accepted_at.is_not(None))
    for other in db.session.scalars(earlier).all():
        step_back(other)
        events.record("answer.unaccepted", other, viewer, question_id=question.id, replaced_by=found.id)
    found.accepted_at, question.status = clock.now(), "answered"
    events.record("answer.accepted", found, viewer, question_id=question.id)


def unaccept(found: Answer, viewer: Viewer) -> None:
    """The accepted answer does not solve it after all: the question is open again."""
    require(policy.can_view(viewer, found.question), policy.can_decide(viewer, found.question))
    writing_office(viewer)
    lock(found.question)
    db.session.refresh(found)
    if found.accepted_at is None:
        return
    step_back(found)
    events.record("answer.unaccepted", found, viewer, question_id=found.question_id)


def step_back(found: Answer) -> None:
    """An accepted answer is it no more; whatever was confirmed of it stays said in the audit log."""
    _solve_no_more(found)
    found.applied_at, found.applied_note, found.set_aside = None, "", None


def _solve_no_more(found: Answer) -> None:
    if found.accepted_at is None:
        return
    found.accepted_at = None
    if found.question.status == "answered":
        found.question.status = "open"


def set_aside(found: Answer) -> None:
    """Hide an answer: it solves nothing. What this takes from it and from the waiting of its question is kept for `bring_back`."""
    question, kept = found.question, {"accepted_at": found.accepted_at and found.accepted_at.isoformat()}
    waited = (question.asked_at, question.stage)
    _solve_no_more(found)
    found.hidden_at = clock.now()
    recount(question)
    if question.asked_at != waited[0]:
        kept |= {"asked_at": waited[0].isoformat(), "stage": waited[1], "waits_anew_from": question.asked_at.isoformat()}
    found.set_aside = kept


def bring_back(found: Answer) -> None:
    """Show it again, with all that `set_aside` took, unless people went on meanwhile: took another answer, or closed the question."""
    question, was = found.question, found.set_aside or {}
    found.hidden_at = None
    recount(question)
    if found.stands and was.get("waits_anew_from") == question.asked_at.isoformat():
        question.asked_at, question.stage = datetime.fromisoformat(was["asked_at"]), was["stage"]
    if found.stands and was.get("accepted_at") and question.status == "open":
        found.accepted_at, found.set_aside, question.status = datetime.fromisoformat(was["accepted_at"]), None, "answered"
    else:
        step_back(found)
    db.session.flush()


def confirm_applied(found: Answer, note: str, viewer: Viewer) -> None:
    """The asking office says that the accepted answer worked there. Raises Conflict when it is not accepted any more."""
    require(policy.can_view(viewer, found.question), viewer.is_of(found.question.office_id))
    writing_office(viewer)
    claim = (
        update(Answer)
        .where(Answer.id == found.id, Answer.accepted_at.is_not(None), Answer.applied_at.is_(None))
        .values(applied_at=clock.now(), applied_note=note[:300])
    )
    taken = db.session.execute(claim).rowcount == 1
    db.session.refresh(found)
    if taken:
        events.record("answer.applied", found, viewer, question_id=found.question_id)
    elif found.applied_at is None:
        raise Conflict("Jawaban ini tidak lagi diterima. Terima dahulu, baru nyatakan berhasil diterapkan.")


def confirm_current(found: Answer, viewer: Viewer) -> None:
    """Say that the answer still holds today."""
    require(policy.can_view(viewer, found.question), policy.can_confirm(viewer, found))
    writing_office(viewer)
    found.confirmed_at = clock.now()
    events.record("answer.confirmed", found, viewer, question_id=found.question_id)


def withdraw(found: Answer, viewer: Viewer) -> None:
    """The office takes its answer back; a question that it had solved is open again, and its asker is told. Twice changes nothing."""
    question = found.question
    require(policy.can_view(viewer, question), viewer.is_of(found.office_id))
    lock(question)
    db.session.refresh(found)
    if found.withdrawn_at is not None:
        return
    was_accepted = found.accepted_at is not None
    step_back(found)
    found.withdrawn_at = clock.now()
    recount(question)
    events.record("answer.withdrawn", found, viewer, question_id=question.id, was_accepted=was_accepted)


def find_helpful(found: Answer, viewer: Viewer) -> None:
    """Say that an answer helped: once per person, not for one's own office. A second time changes nothing."""
    require(policy.can_view(viewer, found.question))
    writing_office(viewer)
    if viewer.is_of(found.office_id):
        raise Forbidden("Jawaban instansi sendiri tidak dapat dinyatakan membantu.")
    require(seen=True, allowed=policy.can_find_helpful(viewer, found))
    try:
        with db.session.begin_nested():
            db.session.add(Helpful(answer_id=found.id, person_id=viewer.user_id, created_at=clock.now()))
    except IntegrityError:  # already said, perhaps a moment ago from another window
        return
    events.record("answer.helped", found, viewer, question_id=found.question_id)


def comment(question: Question, body: str, viewer: Viewer, on: Answer | None = None, seen: str | None = None) -> Comment:
    """Clarify a question or an answer, for the readers of the visibility that was `seen`.

    Raises Invalid over the limit, Conflict when the question was closed, Widened when it was opened to more readers meanwhile.
    """
    require(policy.can_view(viewer, question))
    writing_office(viewer)
    lock(question)
    _refuse_over(question)
    may = policy.can_comment(viewer, question) and (on is None or on.stands)
    require(policy.can_view(viewer, question), may)
    _refuse_widened(question, seen)
    _limit(Comment, viewer, COMMENTS_OF_PERSON, COMMENTS_OF_OFFICE, "menulis {} komentar")
    row = Comment(
        question_id=question.id, answer_id=on.id if on else None, office_id=viewer.office_id, author_id=viewer.user_id, body=body,
        created_at=clock.now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    events.record("question.commented", question, viewer, comment_id=row.id)
    return row


# Closing, reopening, merging


def close(question: Question, because: str, viewer: Viewer) -> None:
    """No answer is needed any more; says why. Raises Conflict when it is not open."""
    require(policy.can_view(viewer, question), policy.can_decide(viewer, question))
    writing_office(viewer)
    claim = (
        update(Question).where(Question.id == question.id, Question.status == "open").values(status="closed", closed_because=because[:300])
    )
    if db.session.execute(claim).rowcount != 1:
        raise Conflict("Pertanyaan ini sudah terjawab, ditutup atau digabung. Muat ulang halamannya.")
    db.session.refresh(question)
    events.record("question.closed", question, viewer)


def reopen(question: Question, viewer: Viewer) -> None:
    """Ask again: a closed question waits anew from today. Raises Conflict when it is not closed."""
    require(policy.can_view(viewer, question), policy.can_decide(viewer, question))
    writing_office(viewer)
    claim = (
        update(Question)
        .where(Question.id == question.id, Question.status == "closed")
        .values(status="open", closed_because="", asked_at=clock.now(), stage=0)
    )
    if db.session.execute(claim).rowcount != 1:
        raise Conflict("Pertanyaan ini tidak sedang ditutup. Muat ulang halamannya.")
    db.session.refresh(question)
    events.record("question.reopened", question, viewer)


def merge(question: Question, into: Question, viewer: Viewer) -> None:
    """Lead a duplicate to another question. Raises Invalid when some of its readers may not read the other one.

    Between the same readers its answers, comments and invitations move along; otherwise they stay readable where they were written.
    """
    require(policy.can_view(viewer, question), policy.can_merge(viewer, question))
    writing_office(viewer)
    if not policy.can_view(viewer, into) or into.hidden_at is not None:
        raise Invalid("Pertanyaan tujuan tidak ditemukan, atau sedang disembunyikan.", "into")
    for found in sorted({question, into}, key=lambda found: found.id):
        lock(found)
    if into.id == question.id:
        raise Invalid("Pertanyaan tidak dapat digabung dengan dirinya sendiri.", "into")
    if "merged" in (question.status, into.status):
        raise Conflict("Salah satu pertanyaan baru saja digabung. Muat ulang halamannya.")
    if not thread.all_may_read(question, into):
        raise Invalid("Sebagian pembaca pertanyaan ini tidak boleh membaca pertanyaan tujuan.", "into")
    if thread.same_readers(question, into):
        thread.move(question, into)
    db.session.execute(update(Question).where(Question.merged_into_id == question.id).values(merged_into_id=into.id))
    question.status, question.merged_into_id = "merged", into.id
    db.session.flush()
    recount(question)
    recount(into)
    events.record("question.merged", question, viewer, into=into.id)
    events.record("question.edited", into, viewer, merged=question.id)


# Escalating


def escalate(limit: int = 500) -> int:
    """Bring questions that wait too long to more people; the worker calls it every hour. Returns how many stages were reached."""
    today, reached = clock.today(), 0
    waiting = select(Question).where(
        Question.status == "open", Question.answer_count == 0, Question.hidden_at.is_(None), Question.stage < len(escalation.STAGES),
        Question.asked_at < clock.now() - timedelta(days=escalation.STAGES[0].days - 1),  # days are counted from midnight to midnight
    )  # fmt: skip
    found = db.session.scalars(waiting.order_by(Question.asked_at).limit(limit)).all()
    off = holidays_from(clock.day_of(found[0].asked_at).year, today.year) if found else {}
    for question in found:
        for stage in escalation.due(clock.day_of(question.asked_at), today, question.stage, off):
            reached += _reach(question, stage)
    return reached


def _reach(question: Question, stage: escalation.Stage) -> bool:
    """Two workers at once: the one that moves the stage tells."""
    claim = (
        update(Question)
        .where(Question.id == question.id, Question.stage < stage.number, Question.status == "open", Question.answer_count == 0)
        .values(stage=stage.number)
    )
    if db.session.execute(claim).rowcount != 1:
        return False
    if stage.number == 1:
        mine = (Invitation.question_id == question.id, Invitation.declined_at.is_(None))
        db.session.execute(update(Invitation).where(*mine).values(reminded_at=clock.now()))
    events.record(stage.name, question, Viewer())
    return True


# Finding


def target(question_id: int, viewer: Viewer) -> Question:
    """The question that a duplicate is to lead to. Raises Invalid when the viewer knows of none."""
    into = queries.find(question_id)
    if into is None or not policy.can_view(viewer, into):
        raise Invalid("Pertanyaan tujuan tidak ditemukan.", "into")
    return into


def find(question_id: int, viewer: Viewer) -> Question:
    """The question, for whom may see it. Raises NotFound."""
    question = queries.find(question_id)
    require(seen=question is not None and policy.can_view(viewer, question))
    return question


def find_answer(question_id: int, answer_id: int, viewer: Viewer) -> Answer:
    """One of its answers, for whom may read it. Raises NotFound."""
    found = queries.find_answer(find(question_id, viewer), answer_id)
    require(seen=found is not None and policy.can_read_answer(viewer, found))
    return found
