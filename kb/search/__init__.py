"""The one search over articles, notes, visits (their public part) and offices; two engines behind one contract.

Writes no event; consumes article.*, note.*, visit.*, office.* as `search`. May import: every room below.
"""
