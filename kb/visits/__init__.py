"""Working visits (kunjungan kerja): when a host is open, requests, and what becomes of them.

Writes visit.requested, visit.accepted, visit.declined, visit.withdrawn, visit.cancelled, visit.held, visit.letter_added, visit.opened.
May import: core, instruments, offices, accounts.
"""
