"""Published values of each indicator to look at, as ready sheets: what an office claimed, and what was found. Pure."""

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from kb.assessments.sheet import Sheet
from kb.instruments import loader

FILE = Path(__file__).parent / "data" / "published.csv"
DENPASAR = "Monev SPBE Kota Denpasar, basis data yang dipublikasikan (github:putuokky/monev-spbe-dps, commit 4a6caf1)"
ACEH_TENGAH = "Portal Pemdi Kabupaten Aceh Tengah (github:Niumination/PemdiAcehTengah, data/evaluasi-asesor-2026.json, commit 426abdd)"
ROUNDED = "Aspek 5 terbit 1,08: nilai indikator 13 di sumber sudah dibulatkan menjadi 1,17, kemungkinan dari 7/6."
# By region, year and kind of value: what it is called, where it stands, and what is to be known of it.
TITLES = {
    ("51.71", 2021, "klaim"): ("Kota Denpasar 2021, penilaian mandiri", DENPASAR, ""),
    ("51.71", 2021, "pusat"): ("Kota Denpasar 2021, dinilai pusat", DENPASAR, ""),
    ("11.04", 2026, "asesor"): ("Kabupaten Aceh Tengah 2026, asesor eksternal 21 September (belum penetapan)", ACEH_TENGAH, ROUNDED),
}


@dataclass(frozen=True)
class Published:
    """A sheet that was published, with its name and source. All are of high confidence in the facts."""

    title: str
    source: str
    note: str
    sheet: Sheet


@cache
def sheets() -> tuple[Published, ...]:
    """The published sheets, a claim before what was found of it."""
    values: dict[tuple, dict[int, Decimal]] = {}
    instruments: dict[tuple, str] = {}
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = (row["code"], int(row["year"]), row["kind"])
            values.setdefault(key, {})[int(row["indicator"])] = Decimal(row["value"])
            instruments[key] = row["instrument"]
    return tuple(Published(*TITLES[key], Sheet(loader.get(instruments[key]), found)) for key, found in values.items())


def named(sheet: Sheet) -> Published | None:
    """The published sheet that this one is, if it is one."""
    return next((one for one in sheets() if one.sheet == sheet), None)
