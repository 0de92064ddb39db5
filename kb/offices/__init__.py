"""Regions, the offices (Diskominfo) of their governments, and published index values. Writes office.joined and office.edited.

May import: core, instruments.
"""
