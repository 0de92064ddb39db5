"""Makers of visits. The tests live on Monday 23 November 2026; the defaults of a host need five working days' notice."""

import re
from datetime import UTC, date, datetime, time
from html import unescape
from html.parser import HTMLParser

from sqlalchemy import delete

from kb.core import clock
from kb.core.db import db
from kb.visits.models import ClosedPeriod, Openness, OpenSession, Visit, VisitIndicator, VisitSession, VisitSlot
from kb.visits.workflow import HOLDS_SLOT
from tests.makers import office

MORNING = datetime(2026, 11, 23, 2, tzinfo=UTC)
TODAY = date(2026, 11, 23)
# The first day a host with default rules receives: five working days lie between.
FIRST_DAY = date(2026, 12, 1)
OPEN_DAY = date(2026, 12, 9)
HOLIDAY = date(2026, 12, 24)

MESUJI, PRINGSEWU, TUBABA = (f"Diskominfo Kabupaten {name}" for name in ("Mesuji", "Pringsewu", "Tulang Bawang Barat"))

FORM = {
    "mode": "berkunjung",
    "slot": f"{OPEN_DAY} 09:00",
    "purpose": "Kami ingin menyusun peta rencana SPBE tahun depan.",
    "indicators": ["spbe-2020/12", "spbe-2020/11"],
    "questions": "Bagaimana peta rencana disusun?\nSiapa yang menyetujuinya?",
    "head_name": "Rina Rahasia",
    "head_position": "Kepala Dinas Kominfo",
    "delegation_size": "6",
    "contact_name": "Budi Tertutup",
    "contact_phone": "0812 7777 1234",
    "contact_email": "budi.tertutup@pringsewu.example",
}

# What nobody outside the two offices may ever read.
SECRETS = (
    "Rina Rahasia",
    "Budi Tertutup",
    "0812 7777 1234",
    "budi.tertutup@pringsewu.example",
    "peta rencana SPBE tahun depan",
    "menyetujuinya",
)


def at_noon(day: date) -> datetime:
    """Noon in Jakarta, where it is the same day in all three zones."""
    return datetime.combine(day, time(5), UTC)


def make_visit(
    status: str = "requested",
    guest: str = "18.10",
    host: str = "18.11",
    day: date = OPEN_DAY,
    session: str = "09:00",
    indicators: tuple[str, ...] = ("spbe-2020/12",),
    **values,
) -> Visit:
    """A visit as it stands after its steps, with its slot if the state holds one. Not committed."""
    values = {
        "mode": "berkunjung", "session_ends": "11:30", "purpose": FORM["purpose"], "questions": FORM["questions"],
        "head_name": FORM["head_name"], "head_position": FORM["head_position"], "delegation_size": 6,
        "contact_name": FORM["contact_name"], "contact_phone": FORM["contact_phone"], "contact_email": FORM["contact_email"],
        "created_at": clock.now(), "requested_at": None if status == "draft" else clock.now(), **values,
    }  # fmt: skip
    visit = Visit(host=office(host), guest=office(guest), status=status, day=day, session=session, **values)
    visit.sessions = [VisitSession(day=day, session=session, ends=visit.session_ends)]
    visit.indicator_rows = [VisitIndicator(code=code) for code in indicators]
    db.session.add(visit)
    db.session.flush()
    if status != "draft":
        visit.reference = visit.reference or f"KK-UJI-{visit.id:04d}"
    if status in HOLDS_SLOT:
        db.session.add(VisitSlot(visit_id=visit.id, host_id=visit.host_id, day=day, session=session))
    db.session.flush()
    return visit


def make_openness(host: str = "18.11", sessions: tuple[tuple[int, int, int], ...] = ((0, 9, 11),), **values) -> Openness:
    """What a host says of itself, in place of what it said before; `sessions` as (weekday, first hour, last hour). Not committed."""
    forget_openness(host)
    values = {"notice_days": 5, "ahead_days": 120, "largest_delegation": 40, **values}
    rows = [OpenSession(weekday=weekday, starts=time(starts), ends=time(ends)) for weekday, starts, ends in sessions]
    home = office(host)
    home.joined_at = home.joined_at or clock.now()
    row = Openness(host_id=home.id, sessions=rows, **values)
    db.session.add(row)
    db.session.flush()
    return row


def forget_openness(host: str = "18.11") -> None:
    """The host has never said when it receives. Not committed."""
    db.session.execute(delete(Openness).where(Openness.host_id == office(host).id))
    db.session.expire_all()


def close(from_on: date, until_on: date, reason: str = "sidang DPRD", host: str = "18.11") -> None:
    """A closed period of a host. Not committed."""
    db.session.add(ClosedPeriod(host_id=office(host).id, from_on=from_on, until_on=until_on, reason=reason))
    db.session.flush()


class _FormReader(HTMLParser):
    """Collects what a browser would send."""

    def __init__(self, html: str):
        super().__init__(convert_charrefs=True)
        self.values: dict[str, list[str]] = {}
        self.textarea = ""
        self.feed(html.replace("\r\n", "\n"))

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.textarea = found.get("name", "") if tag == "textarea" else ""
        if self.textarea:
            self.values[self.textarea] = [""]
        elif tag == "input" and "name" in found and (found.get("type") not in ("radio", "checkbox") or "checked" in found):
            self.values.setdefault(found["name"], []).append(found.get("value", ""))

    def handle_data(self, data):
        if self.textarea:
            self.values[self.textarea][0] += data

    def handle_endtag(self, tag):
        if self.textarea:
            # HTML drops the line break that follows the start of a textarea.
            self.values[self.textarea][0] = self.values[self.textarea][0].removeprefix("\n")
        self.textarea = ""


def typed(html: str) -> dict[str, list[str]]:
    """What stands in the forms of a page, as a browser would send it, by name."""
    return _FormReader(html).values


def rewrite_people(client, ident: int, text: str):
    """Open the list of people, write this, and save it."""
    page = f"/kunjungan/{ident}/rombongan"
    return client.post(page, data={"text": text, "started_from": typed(client.get(page).text)["started_from"][0]})


def faults_at(html: str, field: str) -> str:
    """The messages shown at a field, to which the summary on top must link."""
    assert f'href="#{field}"' in html.split("error-summary")[1].split("</ul>")[0], f"no link to {field}"
    group = re.search(rf'<fieldset[^>]*id="{field}".*?</fieldset>', html, re.DOTALL)
    found = re.findall(r'<p class="field-error"[^>]*>(.*?)</p>', group[0], re.DOTALL) if group else []
    found += re.findall(rf'<p class="field-error" id="{field}-salah">(.*?)</p>', html, re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "", " ".join(found)))
