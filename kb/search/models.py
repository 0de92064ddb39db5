"""The table of searches that found nothing. It holds no person: nobody can tell from it who searched."""

from datetime import date

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kb.core.db import db


class MissedSearch(db.Model):
    """Words that were searched and stand together in nothing, and on how many days (`times`)."""

    __tablename__ = "missed_search"
    words: Mapped[str] = mapped_column(String(80), primary_key=True)
    times: Mapped[int]
    first_on: Mapped[date]
    last_on: Mapped[date]
    __table_args__ = (Index("ix_missed_search_often", "times", "last_on"),)
