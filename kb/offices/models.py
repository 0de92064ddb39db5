"""Tables of regions, offices and published index values."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, Numeric, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.core import clock
from kb.core.db import UtcDateTime, db
from kb.core.files import StoredFile

EDITORIAL = "redaksi"
KINDS = {"provinsi": "Provinsi", "kabupaten": "Kabupaten", "kota": "Kota"}
# Kinds of values that a decision of the ministry gives: as its report states it, or as others tell of it. The more trusted first.
DECREED = ("penetapan (laporan resmi)", "penetapan")


class Region(db.Model):
    """A province, kabupaten or kota, by its Kemendagri code."""

    __tablename__ = "region"
    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(12))
    province_code: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    province: Mapped["Region"] = relationship(remote_side="Region.code")


class Office(db.Model):
    """The office for communication and informatics of a government; or the editorial office, which has no region."""

    __tablename__ = "office"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(12), index=True)
    region_code: Mapped[str | None] = mapped_column(ForeignKey(Region.code), unique=True)
    timezone: Mapped[str] = mapped_column(String(40))
    joined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    about: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(String(300))
    phone: Mapped[str | None] = mapped_column(String(40))
    email: Mapped[str | None] = mapped_column(String(200))
    letterhead: Mapped[str | None] = mapped_column(String(160))
    logo_id: Mapped[int | None] = mapped_column(ForeignKey(StoredFile.id))
    region: Mapped[Region | None] = relationship()
    logo: Mapped[StoredFile | None] = relationship()

    @property
    def is_editorial(self) -> bool:
        return self.kind == EDITORIAL

    @property
    def is_member(self) -> bool:
        """Does it belong to the network: has it joined and not left? The editorial office always does."""
        return self.joined_at is not None or self.is_editorial

    @property
    def zone(self) -> str:
        """What people call its time: WIB, WITA or WIT."""
        return clock.ZONE_NAMES.get(self.timezone, "")


class IndexValue(db.Model):
    """A published index value with its provenance. Two sources that disagree are two rows; no instrument: the source names none.

    Domains are numbered as the instrument numbers them; a source may err in one of them (below 1), which is kept as it was published.
    """

    __tablename__ = "index_value"
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey(Office.id))
    instrument_id: Mapped[str | None] = mapped_column(String(20))
    year: Mapped[int]
    value: Mapped[Decimal] = mapped_column(Numeric(4, 2))
    published_as: Mapped[str] = mapped_column(String(10))
    grade: Mapped[str | None] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(40))
    confidence: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    domain_1: Mapped[Decimal | None] = mapped_column(Numeric(4, 2))
    domain_2: Mapped[Decimal | None] = mapped_column(Numeric(4, 2))
    domain_3: Mapped[Decimal | None] = mapped_column(Numeric(4, 2))
    domain_4: Mapped[Decimal | None] = mapped_column(Numeric(4, 2))
    # What setup wrote, in short: a row that says something else by now was changed by people. None: people added it.
    seeded: Mapped[str | None] = mapped_column(String(16))
    office: Mapped[Office] = relationship()
    __table_args__ = (
        Index("one_value_per_source", "office_id", "instrument_id", "year", "kind", unique=True),
        Index(
            "one_value_without_instrument",
            "office_id",
            "year",
            "kind",
            unique=True,
            sqlite_where=text("instrument_id IS NULL"),
            postgresql_where=text("instrument_id IS NULL"),
        ),
        Index("ix_index_value_year", "instrument_id", "year"),
    )

    @property
    def domains(self) -> tuple[Decimal | None, ...]:
        """The values of the domains as they were published, the first one first."""
        return tuple(getattr(self, column.key) for column in MEASURES[1:])


# What is measured: the index, then the domains.
MEASURES = (IndexValue.value, IndexValue.domain_1, IndexValue.domain_2, IndexValue.domain_3, IndexValue.domain_4)
