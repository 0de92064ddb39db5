"""visits from the first thought to the report"""

import sqlalchemy as sa
from alembic import op

revision = 'visits'
down_revision = 'questions'

STATUSES = (
    'draft', 'requested', 'waitlisted', 'proposed', 'accepted', 'online', 'declined', 'withdrawn', 'cancelled', 'held', 'reported', 'closed',
)  # fmt: skip
EARLIER = ('draft', 'requested', 'accepted', 'declined', 'withdrawn', 'cancelled', 'held')


def upgrade():
    op.create_table('holiday_change',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('is_lifted', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_holiday_change'))
    )
    op.create_table('calendar_feed',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('office_id', sa.Integer(), nullable=True),
    sa.Column('token', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('(user_id IS NULL) <> (office_id IS NULL)', name=op.f('ck_calendar_feed_one_owner')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_calendar_feed_office_id_office')),
    sa.ForeignKeyConstraint(['user_id'], ['person.id'], name=op.f('fk_calendar_feed_user_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_feed')),
    sa.UniqueConstraint('office_id', name=op.f('uq_calendar_feed_office_id')),
    sa.UniqueConstraint('token', name=op.f('uq_calendar_feed_token')),
    sa.UniqueConstraint('user_id', name=op.f('uq_calendar_feed_user_id'))
    )
    op.create_table('agenda_item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('starts', sa.String(length=5), nullable=False),
    sa.Column('ends', sa.String(length=5), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('speaker', sa.String(length=200), nullable=False),
    sa.Column('room', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_agenda_item_visit_id_visit'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agenda_item'))
    )
    with op.batch_alter_table('agenda_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_agenda_item_visit_id'), ['visit_id'], unique=False)

    op.create_table('visit_letter',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('number', sa.String(length=80), nullable=False),
    sa.Column('dated_on', sa.Date(), nullable=True),
    sa.Column('nature', sa.String(length=40), nullable=False),
    sa.Column('attachment', sa.String(length=80), nullable=False),
    sa.Column('place', sa.String(length=80), nullable=False),
    sa.Column('copies', sa.Text(), nullable=False),
    sa.Column('signer_name', sa.String(length=120), nullable=False),
    sa.Column('signer_position', sa.String(length=160), nullable=False),
    sa.Column('signer_rank', sa.String(length=80), nullable=False),
    sa.Column('signer_nip', sa.String(length=30), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_visit_letter_file_id_stored_file')),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_visit_letter_visit_id_visit'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit_letter')),
    sa.UniqueConstraint('visit_id', 'kind', name=op.f('uq_visit_letter_visit_id'))
    )
    op.create_table('visit_member',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('side', sa.String(length=5), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('nip', sa.String(length=30), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('present_at', sa.DateTime(), nullable=True),
    sa.CheckConstraint("side IN ('guest', 'host')", name=op.f('ck_visit_member_side')),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_visit_member_visit_id_visit'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit_member'))
    )
    with op.batch_alter_table('visit_member', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_visit_member_visit_id'), ['visit_id'], unique=False)

    op.create_table('visit_option',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('session', sa.String(length=5), nullable=False),
    sa.Column('ends', sa.String(length=5), nullable=False),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_visit_option_visit_id_visit'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit_option')),
    sa.UniqueConstraint('visit_id', 'number', 'day', 'session', name=op.f('uq_visit_option_visit_id'))
    )
    with op.batch_alter_table('visit_option', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_visit_option_visit_id'), ['visit_id'], unique=False)

    op.create_table('visit_photo',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('caption', sa.String(length=200), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_visit_photo_file_id_stored_file')),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_visit_photo_visit_id_visit'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit_photo'))
    )
    with op.batch_alter_table('visit_photo', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_visit_photo_visit_id'), ['visit_id'], unique=False)

    op.create_table('visit_reminder',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_visit_reminder_visit_id_visit'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit_reminder')),
    sa.UniqueConstraint('visit_id', 'kind', 'day', name=op.f('uq_visit_reminder_visit_id'))
    )
    op.create_table('visit_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('session', sa.String(length=5), nullable=False),
    sa.Column('ends', sa.String(length=5), nullable=False),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_visit_session_visit_id_visit'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit_session')),
    sa.UniqueConstraint('visit_id', 'day', 'session', name=op.f('uq_visit_session_visit_id'))
    )
    with op.batch_alter_table('visit_session', schema=None) as batch_op:
        batch_op.create_index('ix_visit_session_when', ['day', 'session'], unique=False)

    op.create_table('visit_survey',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('side', sa.String(length=5), nullable=False),
    sa.Column('answered', sa.Integer(), nullable=False),
    sa.Column('prepared', sa.Integer(), nullable=False),
    sa.Column('applicable', sa.Integer(), nullable=False),
    sa.Column('comment', sa.String(length=500), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_visit_survey_visit_id_visit'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit_survey')),
    sa.UniqueConstraint('visit_id', 'side', name=op.f('uq_visit_survey_visit_id'))
    )
    with op.batch_alter_table('mail', schema=None) as batch_op:
        batch_op.add_column(sa.Column('calendar', sa.Text(), nullable=True))

    with op.batch_alter_table('office', schema=None) as batch_op:
        batch_op.add_column(sa.Column('email', sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column('letterhead', sa.String(length=160), nullable=True))
        batch_op.add_column(sa.Column('logo_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_office_logo_id_stored_file'), 'stored_file', ['logo_id'], ['id'])

    with op.batch_alter_table('openness', schema=None) as batch_op:
        batch_op.add_column(sa.Column('visits_per_session', sa.Integer(), server_default='1', nullable=False))
        batch_op.add_column(sa.Column('visits_per_month', sa.Integer(), nullable=True))

    _keep_letters_and_sessions()
    with op.batch_alter_table('visit', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_visit_status'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_visit_status'), f"status IN ({', '.join(repr(name) for name in STATUSES)})")
        batch_op.add_column(sa.Column('already_read', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('meeting_link', sa.String(length=300), server_default='', nullable=False))
        batch_op.add_column(sa.Column('room', sa.String(length=200), server_default='', nullable=False))
        batch_op.add_column(sa.Column('wants_joint', sa.Boolean(), server_default=sa.text('false'), nullable=False))
        batch_op.add_column(sa.Column('joint_with_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('options_until', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('sequence', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('attended', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('erased_at', sa.DateTime(), nullable=True))
        batch_op.create_index(batch_op.f('ix_visit_joint_with_id'), ['joint_with_id'], unique=False)
        batch_op.drop_constraint(batch_op.f('fk_visit_letter_file_id_stored_file'), type_='foreignkey')
        batch_op.create_foreign_key(batch_op.f('fk_visit_joint_with_id_visit'), 'visit', ['joint_with_id'], ['id'])
        batch_op.drop_column('letter_on')
        batch_op.drop_column('letter_number')
        batch_op.drop_column('letter_file_id')

    with op.batch_alter_table('visit_slot', schema=None) as batch_op:
        batch_op.add_column(sa.Column('seat', sa.Integer(), server_default='1', nullable=False))
        batch_op.drop_constraint(batch_op.f('one_visit_per_slot'), type_='unique')
        batch_op.create_unique_constraint('one_visit_per_seat', ['host_id', 'day', 'session', 'seat'])


def _keep_letters_and_sessions():
    """The request letter and the wished session, which were columns of the visit, become rows of their own."""
    op.execute(
        "INSERT INTO visit_letter (visit_id, kind, number, dated_on, nature, attachment, place, copies,"
        " signer_name, signer_position, signer_rank, signer_nip, file_id)"
        " SELECT id, 'permohonan', COALESCE(letter_number, ''), letter_on, 'Biasa', '-', '', '', '', '', '', '', letter_file_id"
        " FROM visit WHERE letter_number IS NOT NULL OR letter_on IS NOT NULL OR letter_file_id IS NOT NULL"
    )
    op.execute("INSERT INTO visit_session (visit_id, day, session, ends) SELECT id, day, session, session_ends FROM visit")


def downgrade():
    """States, letters and sessions go back to where they were; what has no place there (agendas, members, photos) is lost."""
    for state, earlier in {'waitlisted': 'requested', 'proposed': 'requested', 'online': 'accepted', 'reported': 'held', 'closed': 'held'}.items():
        op.execute(f"UPDATE visit SET status = '{earlier}' WHERE status = '{state}'")
    op.execute("DELETE FROM visit_slot WHERE seat > 1")
    with op.batch_alter_table('visit_slot', schema=None) as batch_op:
        batch_op.drop_constraint('one_visit_per_seat', type_='unique')
        batch_op.create_unique_constraint('one_visit_per_slot', ['host_id', 'day', 'session'])
        batch_op.drop_column('seat')
    with op.batch_alter_table('visit', schema=None) as batch_op:
        batch_op.add_column(sa.Column('letter_number', sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column('letter_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('letter_file_id', sa.Integer(), nullable=True))
    for column, earlier in {'number': 'letter_number', 'dated_on': 'letter_on', 'file_id': 'letter_file_id'}.items():
        op.execute(
            f"UPDATE visit SET {earlier} ="
            f" (SELECT {column} FROM visit_letter WHERE visit_letter.visit_id = visit.id AND kind = 'permohonan')"
        )
    with op.batch_alter_table('visit', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_visit_status'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_visit_status'), f"status IN ({', '.join(repr(name) for name in EARLIER)})")
        batch_op.drop_constraint(batch_op.f('fk_visit_joint_with_id_visit'), type_='foreignkey')
        batch_op.create_foreign_key(batch_op.f('fk_visit_letter_file_id_stored_file'), 'stored_file', ['letter_file_id'], ['id'])
        batch_op.drop_index(batch_op.f('ix_visit_joint_with_id'))
        for column in (
            'erased_at', 'attended', 'sequence', 'options_until', 'joint_with_id', 'wants_joint', 'room', 'meeting_link', 'already_read',
        ):  # fmt: skip
            batch_op.drop_column(column)
    with op.batch_alter_table('openness', schema=None) as batch_op:
        batch_op.drop_column('visits_per_month')
        batch_op.drop_column('visits_per_session')
    with op.batch_alter_table('office', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_office_logo_id_stored_file'), type_='foreignkey')
        for column in ('logo_id', 'letterhead', 'email'):
            batch_op.drop_column(column)
    with op.batch_alter_table('mail', schema=None) as batch_op:
        batch_op.drop_column('calendar')
    for table in (
        'visit_survey', 'visit_session', 'visit_reminder', 'visit_photo', 'visit_option', 'visit_member', 'visit_letter', 'agenda_item',
        'calendar_feed', 'holiday_change',
    ):  # fmt: skip
        op.drop_table(table)
