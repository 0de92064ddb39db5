"""Being told: the inbox, and outgoing mail. Writes mail.queued; consumes visit.*, note.published, question.*, answer.* and account.* as
`inbox`, mail.queued as `mail`.

May import: every room below.
"""
