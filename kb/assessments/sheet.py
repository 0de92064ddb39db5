"""A sheet: the levels somebody gives the indicators of an instrument, whole or not; read from an address and written into one. Pure.

In the address each aspect is a group of signs, one for each indicator: its level, or `x` where nothing was given. What is no whole level
stands for itself: `n13=1.17` a value, `luar5=62.4` the outside index it follows from. A form sends one `i12=3` for each indicator.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from kb.assessments import outside
from kb.instruments.loader import Instrument

EMPTY = "x"
# A whole sheet of Pemdi with a value for each indicator has some 300 signs; what is far longer is no sheet of ours.
LONGEST_QUERY = 4000
NUMBER = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,8})?")
FIELD = re.compile(r"(i|n|luar)([1-9][0-9]{0,2})")
WHOLE = "Pilih tingkat 1 sampai 5."
FRACTION = "Tulis angka 1 sampai 5, paling banyak dua desimal, misalnya 2,5."


@dataclass(frozen=True)
class Sheet:
    """Values by indicator, as far as they were given. `outside`: the outside indices some of them follow from."""

    instrument: Instrument
    values: Mapping[int, Decimal] = field(default_factory=dict)
    outside: Mapping[int, Decimal] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return len(self.instrument.indicators)

    @property
    def filled(self) -> int:
        return len(self.values)

    @property
    def is_whole(self) -> bool:
        return self.filled == self.total

    @property
    def next_empty(self) -> int | None:
        """The first indicator without a value."""
        return next((i.number for i in self.instrument.indicators if i.number not in self.values), None)

    def level(self, number: int) -> int | None:
        """The whole level given to an indicator; None where none or something else was given."""
        value = self.values.get(number)
        is_level = value is not None and number not in self.outside and value == value.to_integral_value()
        return int(value) if is_level else None

    def typed(self, number: int) -> str:
        """The value that was typed instead of a level, as people write it."""
        is_typed = number in self.values and number not in self.outside and self.level(number) is None
        return _written(self.values[number]).replace(".", ",") if is_typed else ""

    def typed_outside(self, number: int) -> str:
        """The outside index that was typed, as people write it."""
        return _written(self.outside[number]).replace(".", ",") if number in self.outside else ""

    @property
    def query(self) -> str:
        """The sheet as it stands in an address, the same for the same sheet."""
        return urlencode(self.parts)

    @property
    def parts(self) -> list[tuple[str, str]]:
        """The names and texts of that address."""
        said: dict[str, str] = {"instrumen": self.instrument.id}
        if any(self.level(number) for number in self.values):
            groups = ("".join(str(self.level(i.number) or EMPTY) for i in aspect.indicators) for aspect in self.instrument.aspects)
            said["tingkat"] = "-".join(groups)
        for indicator in self.instrument.indicators:
            number = indicator.number
            if number in self.outside:
                said[f"luar{number}"] = _written(self.outside[number])
            elif number in self.values and self.level(number) is None:
                said[f"n{number}"] = _written(self.values[number])
        return list(said.items())


def _written(value: Decimal) -> str:
    """Without zeros behind the last digit that counts."""
    return f"{value.normalize():f}"


@dataclass
class Reading:
    """What could be read. `faults` by indicator (0: of the address as a whole), `typed` what stood there, `remarks` what is no fault."""

    sheet: Sheet
    faults: dict[int, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    remarks: dict[int, str] = field(default_factory=dict)


def read(args: MultiDict, instrument: Instrument) -> Reading:
    """Read a sheet. What is wrong is said at its place, what is right is kept."""
    found = Reading(Sheet(instrument))
    if sum(len(name) + len(text) + 2 for name, text in args.items(multi=True)) > LONGEST_QUERY:
        found.faults[0] = "Alamat ini terlalu panjang untuk sebuah simulasi, jadi tidak dibaca."
        return found
    values, indices = _levels(args.get("tingkat", ""), found), {}
    for name, text in args.items(multi=True):
        if (part := FIELD.fullmatch(name)) and text.strip():
            _field(found, part[1], int(part[2]), text.strip(), values, indices)
    found.sheet = Sheet(instrument, {number: values[number] for number in sorted(values)}, indices)
    return found


def _levels(text: str, found: Reading) -> dict[int, Decimal]:
    """The groups of signs of an address."""
    signs, numbers = text.replace("-", "").strip().lower(), [i.number for i in found.sheet.instrument.indicators]
    if text and len(signs) != len(numbers):
        found.faults[0] = (
            f"Alamat ini memuat {len(signs)} nilai, padahal {found.sheet.instrument.short_name} punya {len(numbers)} indikator."
        )
    values = {}
    for number, sign in zip(numbers, signs, strict=False):
        if sign in "12345":
            values[number] = Decimal(sign)
        elif sign != EMPTY:
            found.faults[number] = f"Tidak ada tingkat “{sign}”. {WHOLE}"
    return values


def _field(found: Reading, kind: str, number: int, text: str, values: dict[int, Decimal], indices: dict[int, Decimal]) -> None:
    """One field of the form, or one value that stands for itself in the address."""
    instrument, name = found.sheet.instrument, f"{kind}{number}"
    if number not in instrument.by_number:
        found.faults[0] = f"{instrument.short_name} tidak punya indikator {number}."
        return
    found.typed.setdefault(name, text)
    if found.typed[name] != text:
        found.faults[number] = f"Indikator {number} tertulis dua kali dengan nilai berbeda: {found.typed[name][:20]} dan {text[:20]}."
        values.pop(number, None)
        return
    reader = {"i": _whole, "n": _value, "luar": _outside}[kind]
    reader(found, number, text, values, indices)


def _give(found: Reading, number: int, value: Decimal, values: dict[int, Decimal]) -> None:
    """Give an indicator its value, unless another one was given in another field."""
    if values.setdefault(number, value) != value:
        found.faults[number] = f"Indikator {number} diisi dengan dua nilai berbeda. Pilih salah satu, kosongkan yang lain."
        values.pop(number)


def _whole(found: Reading, number: int, text: str, values: dict[int, Decimal], _indices) -> None:
    if text in ("1", "2", "3", "4", "5"):
        _give(found, number, Decimal(text), values)
    else:
        found.faults[number] = f"Tidak ada tingkat “{text[:20]}”. {WHOLE}"


def _value(found: Reading, number: int, text: str, values: dict[int, Decimal], _indices) -> None:
    value = _number(text)
    if value is None or not 1 <= value <= 5 or _written(value) != _written(round(value, 2)):
        found.faults[number] = f"“{text[:20]}” bukan nilai. {FRACTION if found.sheet.instrument.fractions else WHOLE}"
    elif not found.sheet.instrument.fractions and value != value.to_integral_value():
        found.faults[number] = f"{found.sheet.instrument.short_name} hanya mengenal tingkat bulat, bukan {text[:20]}. {WHOLE}"
    else:
        _give(found, number, value, values)


def _outside(found: Reading, number: int, text: str, values: dict[int, Decimal], indices: dict[int, Decimal]) -> None:
    known, index = outside.of(found.sheet.instrument.id).get(number), _number(text)
    if known is None or not known.counted:
        found.faults[number] = f"Indikator {number} tidak mengambil nilai dari indeks luar."
        return
    try:
        if index is None or _written(index) != _written(round(index, 2)):
            raise outside.OutOfRange(text)
        value = known.value(index)
    except outside.OutOfRange:
        found.faults[number] = f"{known.name} bernilai {_said(known.lowest)} sampai {_said(known.highest)}, paling banyak dua desimal."
    except outside.OnLimit as limit:
        found.remarks[number] = (
            f"{known.name} tepat {_said(index)} termasuk pita tingkat {limit.level} menurut peraturan, tetapi nilai di dalam pita itu "
            f"tidak diterbitkan, jadi tidak kami isi. Pilih tingkat {limit.level}, atau tulis nilainya."
        )
    else:
        _give(found, number, value, values)
        if number in values:
            indices[number] = index


def _said(value: Decimal) -> str:
    return _written(value).replace(".", ",")


def _number(text: str) -> Decimal | None:
    """A number as people write it, with comma or point; None for anything else."""
    return Decimal(text.replace(",", ".")) if NUMBER.fullmatch(text) else None
