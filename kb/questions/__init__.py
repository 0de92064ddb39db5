"""Questions (tanya) and the answers that offices give: asking, inviting who knows, accepting, escalating, moderating.

Writes question.asked, question.edited, question.invited, question.invitation_declined, question.closed, question.reopened,
question.merged, question.reminded, question.widened, question.escalated, question.flagged, question.moderated, question.redacted,
question.commented (subject Question), answer.given, answer.edited, answer.accepted, answer.unaccepted, answer.applied,
answer.confirmed, answer.withdrawn, answer.moderated, answer.helped (Answer).
May import: core, instruments, offices, accounts. What other rooms know of a question comes through `surroundings`.
"""
