"""Tools without business knowledge: database, clock, errors, viewer, access, events, forms, markdown, pages, files.

Imports nothing of ours outside this folder. Writes no event of its own; `events` is the table all rooms write to.
"""
