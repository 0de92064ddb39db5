"""The one search over articles, questions, notes, visits (their public part) and offices; two engines behind one contract.

Writes no event; consumes article.*, question.*, answer.*, note.*, visit.*, office.* as `search`. May import: every room below.
"""
