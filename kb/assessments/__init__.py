"""Simulations of the index: what levels give, what lifts most, and how two sheets differ. Nothing is stored: a sheet is an address.

Writes no events. May import: core, instruments, offices, accounts.
"""
