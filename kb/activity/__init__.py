"""Audit pages over the event table: all of it for admins, the own office's for everybody of it. Writes no event.

May import: every room below.
"""
