"""questions"""

import sqlalchemy as sa
from alembic import op

revision = 'questions'
down_revision = '0001'


def upgrade():
    op.create_table('missed_search',
    sa.Column('words', sa.String(length=80), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('first_on', sa.Date(), nullable=False),
    sa.Column('last_on', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('words', name=op.f('pk_missed_search'))
    )
    with op.batch_alter_table('missed_search', schema=None) as batch_op:
        batch_op.create_index('ix_missed_search_often', ['times', 'last_on'], unique=False)

    op.create_table('demand_claim',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('subject', sa.String(length=120), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("kind IN ('search', 'question', 'indicator')", name=op.f('ck_demand_claim_kind')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_demand_claim_author_id_person')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_demand_claim_office_id_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_demand_claim')),
    sa.UniqueConstraint('kind', 'subject', 'office_id', name=op.f('uq_demand_claim_kind'))
    )
    with op.batch_alter_table('demand_claim', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_demand_claim_office_id'), ['office_id'], unique=False)

    op.create_table('question',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('addressed_id', sa.Integer(), nullable=True),
    sa.Column('about_kind', sa.String(length=20), nullable=True),
    sa.Column('about_id', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('html', sa.Text(), nullable=False),
    sa.Column('visibility', sa.String(length=10), nullable=False),
    sa.Column('status', sa.String(length=10), nullable=False),
    sa.Column('closed_because', sa.String(length=300), nullable=False),
    sa.Column('merged_into_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('answer_count', sa.Integer(), nullable=False),
    sa.Column('first_answer_at', sa.DateTime(), nullable=True),
    sa.Column('stage', sa.Integer(), nullable=False),
    sa.Column('is_flagged', sa.Boolean(), nullable=False),
    sa.Column('hidden_at', sa.DateTime(), nullable=True),
    sa.Column('hidden_because', sa.String(length=300), nullable=False),
    sa.Column('is_sample', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('asked_at', sa.DateTime(), nullable=False),
    sa.Column('edited_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("(status = 'merged') = (merged_into_id IS NOT NULL)", name=op.f('ck_question_merged_into')),
    sa.CheckConstraint("status IN ('open', 'answered', 'closed', 'merged')", name=op.f('ck_question_status')),
    sa.CheckConstraint("visibility <> 'para_pihak' OR addressed_id IS NOT NULL", name=op.f('ck_question_two_parties')),
    sa.CheckConstraint("visibility IN ('publik', 'jejaring', 'para_pihak')", name=op.f('ck_question_visibility')),
    sa.CheckConstraint('(about_kind IS NULL) = (about_id IS NULL)', name=op.f('ck_question_about')),
    sa.CheckConstraint('addressed_id <> office_id', name=op.f('ck_question_not_to_itself')),
    sa.CheckConstraint('merged_into_id <> id', name=op.f('ck_question_not_into_itself')),
    sa.ForeignKeyConstraint(['addressed_id'], ['office.id'], name=op.f('fk_question_addressed_id_office')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_question_author_id_person')),
    sa.ForeignKeyConstraint(['merged_into_id'], ['question.id'], name=op.f('fk_question_merged_into_id_question')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_question_office_id_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question'))
    )
    with op.batch_alter_table('question', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_question_addressed_id'), ['addressed_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_question_author_id'), ['author_id'], unique=False)
        batch_op.create_index('ix_question_list', ['status', 'asked_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_question_merged_into_id'), ['merged_into_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_question_office_id'), ['office_id'], unique=False)

    op.create_table('answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('html', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('accepted_at', sa.DateTime(), nullable=True),
    sa.Column('applied_at', sa.DateTime(), nullable=True),
    sa.Column('applied_note', sa.String(length=300), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(), nullable=True),
    sa.Column('hidden_at', sa.DateTime(), nullable=True),
    sa.Column('hidden_because', sa.String(length=300), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('edited_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('accepted_at IS NULL OR (withdrawn_at IS NULL AND hidden_at IS NULL)', name=op.f('ck_answer_accepted_stands')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_answer_author_id_person')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_answer_office_id_office')),
    sa.ForeignKeyConstraint(['question_id'], ['question.id'], name=op.f('fk_answer_question_id_question')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer'))
    )
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_answer_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_answer_office_id'), ['office_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_answer_question_id'), ['question_id'], unique=False)
        batch_op.create_index('one_accepted_answer', ['question_id'], unique=True, sqlite_where=sa.text('accepted_at IS NOT NULL'), postgresql_where=sa.text('accepted_at IS NOT NULL'))

    op.create_table('question_flag',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('subject_kind', sa.String(length=10), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('decided_at', sa.DateTime(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("subject_kind IN ('question', 'answer', 'comment')", name=op.f('ck_question_flag_subject_kind')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_question_flag_decided_by_id_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_question_flag_person_id_person')),
    sa.ForeignKeyConstraint(['question_id'], ['question.id'], name=op.f('fk_question_flag_question_id_question'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_flag')),
    sa.UniqueConstraint('subject_kind', 'subject_id', 'person_id', name=op.f('uq_question_flag_subject_kind'))
    )
    with op.batch_alter_table('question_flag', schema=None) as batch_op:
        batch_op.create_index('ix_question_flag_open', ['decided_at', 'created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_question_flag_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_question_flag_question_id'), ['question_id'], unique=False)

    op.create_table('question_indicator',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.ForeignKeyConstraint(['question_id'], ['question.id'], name=op.f('fk_question_indicator_question_id_question'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_indicator')),
    sa.UniqueConstraint('question_id', 'code', name=op.f('uq_question_indicator_question_id'))
    )
    with op.batch_alter_table('question_indicator', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_question_indicator_code'), ['code'], unique=False)

    op.create_table('question_invitation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('reminded_at', sa.DateTime(), nullable=True),
    sa.Column('declined_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_question_invitation_office_id_office')),
    sa.ForeignKeyConstraint(['question_id'], ['question.id'], name=op.f('fk_question_invitation_question_id_question'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_invitation')),
    sa.UniqueConstraint('question_id', 'office_id', name=op.f('uq_question_invitation_question_id'))
    )
    with op.batch_alter_table('question_invitation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_question_invitation_office_id'), ['office_id'], unique=False)

    op.create_table('question_revision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('indicators', sa.JSON(), nullable=False),
    sa.Column('visibility', sa.String(length=10), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_question_revision_author_id_person')),
    sa.ForeignKeyConstraint(['question_id'], ['question.id'], name=op.f('fk_question_revision_question_id_question'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_revision')),
    sa.UniqueConstraint('question_id', 'number', name=op.f('uq_question_revision_question_id'))
    )
    op.create_table('answer_helpful',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('answer_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['answer_id'], ['answer.id'], name=op.f('fk_answer_helpful_answer_id_answer'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_answer_helpful_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer_helpful')),
    sa.UniqueConstraint('answer_id', 'person_id', name=op.f('uq_answer_helpful_answer_id'))
    )
    with op.batch_alter_table('answer_helpful', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_answer_helpful_person_id'), ['person_id'], unique=False)

    op.create_table('answer_revision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('answer_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['answer_id'], ['answer.id'], name=op.f('fk_answer_revision_answer_id_answer'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_answer_revision_author_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer_revision')),
    sa.UniqueConstraint('answer_id', 'number', name=op.f('uq_answer_revision_answer_id'))
    )
    op.create_table('article_origin',
    sa.Column('article_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('answer_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['answer_id'], ['answer.id'], name=op.f('fk_article_origin_answer_id_answer')),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_article_origin_article_id_article'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['question_id'], ['question.id'], name=op.f('fk_article_origin_question_id_question')),
    sa.PrimaryKeyConstraint('article_id', name=op.f('pk_article_origin'))
    )
    with op.batch_alter_table('article_origin', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_article_origin_question_id'), ['question_id'], unique=False)

    op.create_table('question_comment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('answer_id', sa.Integer(), nullable=True),
    sa.Column('office_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('body', sa.String(length=2000), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('hidden_at', sa.DateTime(), nullable=True),
    sa.Column('hidden_because', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['answer_id'], ['answer.id'], name=op.f('fk_question_comment_answer_id_answer')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_question_comment_author_id_person')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_question_comment_office_id_office')),
    sa.ForeignKeyConstraint(['question_id'], ['question.id'], name=op.f('fk_question_comment_question_id_question')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_comment'))
    )
    with op.batch_alter_table('question_comment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_question_comment_answer_id'), ['answer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_question_comment_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_question_comment_question_id'), ['question_id'], unique=False)



def downgrade():
    with op.batch_alter_table('question_comment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_question_comment_question_id'))
        batch_op.drop_index(batch_op.f('ix_question_comment_author_id'))
        batch_op.drop_index(batch_op.f('ix_question_comment_answer_id'))

    op.drop_table('question_comment')
    with op.batch_alter_table('article_origin', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_article_origin_question_id'))

    op.drop_table('article_origin')
    op.drop_table('answer_revision')
    with op.batch_alter_table('answer_helpful', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_answer_helpful_person_id'))

    op.drop_table('answer_helpful')
    op.drop_table('question_revision')
    with op.batch_alter_table('question_invitation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_question_invitation_office_id'))

    op.drop_table('question_invitation')
    with op.batch_alter_table('question_indicator', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_question_indicator_code'))

    op.drop_table('question_indicator')
    with op.batch_alter_table('question_flag', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_question_flag_question_id'))
        batch_op.drop_index(batch_op.f('ix_question_flag_person_id'))
        batch_op.drop_index('ix_question_flag_open')

    op.drop_table('question_flag')
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.drop_index('one_accepted_answer', sqlite_where=sa.text('accepted_at IS NOT NULL'), postgresql_where=sa.text('accepted_at IS NOT NULL'))
        batch_op.drop_index(batch_op.f('ix_answer_question_id'))
        batch_op.drop_index(batch_op.f('ix_answer_office_id'))
        batch_op.drop_index(batch_op.f('ix_answer_author_id'))

    op.drop_table('answer')
    with op.batch_alter_table('question', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_question_office_id'))
        batch_op.drop_index(batch_op.f('ix_question_merged_into_id'))
        batch_op.drop_index('ix_question_list')
        batch_op.drop_index(batch_op.f('ix_question_author_id'))
        batch_op.drop_index(batch_op.f('ix_question_addressed_id'))

    op.drop_table('question')
    with op.batch_alter_table('demand_claim', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_demand_claim_office_id'))

    op.drop_table('demand_claim')
    with op.batch_alter_table('missed_search', schema=None) as batch_op:
        batch_op.drop_index('ix_missed_search_often')

    op.drop_table('missed_search')
