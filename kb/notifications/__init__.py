"""Being told: the inbox, and outgoing mail. Writes mail.queued; consumes visit.*, note.published and account.* as
`inbox`, mail.queued as `mail`.

May import: every room below.
"""
