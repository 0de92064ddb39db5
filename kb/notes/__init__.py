"""Consultation notes (catatan konsultasi): what a visit taught, and its follow-ups. A note may follow a visit.

Writes note.created, note.edited, note.published, note.narrowed, note.followed_up.
May import: core, instruments, offices, accounts, articles, visits.
"""
