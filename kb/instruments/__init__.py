"""The evaluation instruments SPBE 2020 and Pemdi 2026 as data with provenance, and their arithmetic. Pure: no database, no Flask.

Writes no event. May import: nothing of ours.
"""
