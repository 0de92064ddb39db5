"""Each answer has a letter of its own, and a letter that was sent stays as it was."""

from itertools import groupby

import sqlalchemy as sa
from alembic import op

revision = "letters"
down_revision = "visit_versions"

LETTERS = sa.table("visit_letter", sa.column("id"), sa.column("facts", sa.JSON()))
COLUMNS = {"receiver": 200, "contact": 160, "addressee": 200, "assignment": 160}


def upgrade():
    with op.batch_alter_table("visit_letter") as table:
        table.add_column(sa.Column("turn", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("facts", sa.JSON(), nullable=False, server_default="{}"))
        for name, length in COLUMNS.items():
            table.add_column(sa.Column(name, sa.String(length=length), nullable=False, server_default=""))
        table.drop_constraint(op.f("uq_visit_letter_visit_id"), type_="unique")
        table.create_unique_constraint(op.f("uq_visit_letter_visit_id"), ["visit_id", "kind", "turn"])
    for status, kind in (("proposed", "balasan-usul"), ("declined", "balasan-tolak")):
        visits = f"SELECT id FROM visit WHERE status = '{status}'"
        op.execute(f"UPDATE visit_letter SET kind = '{kind}' WHERE kind = 'balasan' AND visit_id IN ({visits})")
    _settle()


def _settle():
    """What is known of letters that were sent is kept as it is now; an earlier state nobody wrote down."""
    connection = op.get_bind()
    sent = sa.text(
        "SELECT l.id, l.kind, v.id AS visit_id, v.mode, v.status, v.reason FROM visit_letter l JOIN visit v ON v.id = l.visit_id "
        "WHERE v.status <> 'draft' AND (l.number <> '' OR l.file_id IS NOT NULL) "
        "AND l.kind IN ('permohonan', 'balasan', 'balasan-usul', 'balasan-tolak')"
    )
    for letter in connection.execute(sent).mappings().all():
        facts = {"sessions": _times(connection, letter["visit_id"]), "mode": letter["mode"]}
        if letter["kind"] == "balasan-usul":
            facts["options"] = _options(connection, letter["visit_id"])
        if letter["kind"] in ("balasan-usul", "balasan-tolak") or letter["status"] == "online":
            facts["reason"] = letter["reason"]
        if letter["kind"] == "balasan":
            facts["moved"] = letter["status"] == "online"
        connection.execute(LETTERS.update().where(LETTERS.c.id == letter["id"]).values(facts=facts))


def _times(connection, visit_id: int) -> list[list[str]]:
    query = sa.text("SELECT day, session, ends FROM visit_session WHERE visit_id = :visit ORDER BY day, session")
    return [[str(day), starts, ends] for day, starts, ends in connection.execute(query, {"visit": visit_id})]


def _options(connection, visit_id: int) -> list[list[list[str]]]:
    query = sa.text("SELECT number, day, session, ends FROM visit_option WHERE visit_id = :visit ORDER BY number, day, session")
    rows = connection.execute(query, {"visit": visit_id}).all()
    return [[[str(day), starts, ends] for _, day, starts, ends in found] for _, found in groupby(rows, key=lambda row: row[0])]


def downgrade():
    """Each visit keeps one reply, the refusal before the acceptance before the proposal, and the first of every other kind."""
    op.execute("UPDATE visit_letter SET kind = 'balasan', turn = turn + 1000 WHERE kind = 'balasan-tolak'")
    op.execute("UPDATE visit_letter SET kind = 'balasan', turn = -turn WHERE kind = 'balasan-usul'")
    newest = "SELECT max(turn) FROM visit_letter o WHERE o.visit_id = visit_letter.visit_id AND o.kind = 'balasan'"
    op.execute(f"DELETE FROM visit_letter WHERE (kind = 'balasan' AND turn <> ({newest})) OR (kind <> 'balasan' AND turn > 1)")
    with op.batch_alter_table("visit_letter") as table:
        table.drop_constraint(op.f("uq_visit_letter_visit_id"), type_="unique")
        table.create_unique_constraint(op.f("uq_visit_letter_visit_id"), ["visit_id", "kind"])
        for name in ("turn", "facts", *COLUMNS):
            table.drop_column(name)
