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
NUMBER = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,2})?")
FIELD = re.compile(r"(i|n|luar)([1-9][0-9]{0,5})")
# What others hang on to an address: not ours, and no fault.
FOREIGN = ("utm_", "fbclid", "gclid", "igsh", "mc_", "_")
# More signs than these that are no levels are one fault of the address.
MOST_FAULTS = 5
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
    """What could be read: the sheet, what is wrong and what is to be said, each by indicator (0: of the address as a whole).

    `typed` is what stood in the fields, by their names.
    """

    sheet: Sheet
    faults: list[tuple[int, str]] = field(default_factory=list)
    remarks: list[tuple[int, str]] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)

    def said(self, number: int, what: str = "faults") -> list[str]:
        """The faults, or the remarks, of one indicator."""
        return [text for at, text in getattr(self, what) if at == number]


def read(args: MultiDict, instrument: Instrument) -> Reading:
    """Read a sheet. What is wrong is said at its place, what is right is kept."""
    return _Reader(args, instrument).read()


class _Reader:
    """Reads one address or form: gathers what each indicator is given, then decides."""

    def __init__(self, args: MultiDict, instrument: Instrument):
        self.args, self.instrument = args, instrument
        self.found = Reading(Sheet(instrument))
        self.given: dict[int, set[Decimal]] = {}
        self.indices: dict[int, Decimal] = {}
        self.on_limit: dict[int, str] = {}
        self.unknown: list[str] = []

    def read(self) -> Reading:
        if sum(len(name) + len(text) + 2 for name, text in self.args.items(multi=True)) > LONGEST_QUERY:
            self._blame(0, "Alamat ini terlalu panjang untuk sebuah simulasi, jadi tidak dibaca.")
            return self.found
        for name, texts in self.args.lists():
            self._parameter(name.removeprefix("amp;"), list(dict.fromkeys(text.strip() for text in texts if text.strip())))
        if self.unknown:
            self._blame(0, f"Tidak dikenal pada alamat {self.instrument.short_name} ini: {', '.join(self.unknown[:5])}.")
        self._decide()
        return self.found

    def _blame(self, number: int, text: str) -> None:
        self.found.faults.append((number, text))

    def _parameter(self, name: str, texts: list[str]) -> None:
        """One name of the address, with all that was said for it."""
        part = FIELD.fullmatch(name)
        number = int(part[2]) if part else 0
        if not texts or name.startswith(FOREIGN):
            return
        if name != "tingkat" and number not in self.instrument.by_number:
            self.unknown.append(name[:20])
            return
        self.found.typed[name] = texts[0]
        if len(texts) > 1:
            self._blame(number, f"Tertulis dua kali dengan nilai berbeda: {texts[0][:20]} dan {texts[1][:20]}.")
        elif part:
            {"i": self._level, "n": self._value, "luar": self._outside}[part[1]](number, texts[0])
        else:
            self._signs(texts[0])

    def _give(self, number: int, value: Decimal) -> None:
        self.given.setdefault(number, set()).add(value)

    def _signs(self, text: str) -> None:
        """The groups of signs of an address."""
        signs, numbers = text.replace("-", "").lower(), [i.number for i in self.instrument.indicators]
        if len(signs) != len(numbers):
            self._blame(0, f"Alamat ini memuat {len(signs)} nilai, padahal {self.instrument.short_name} punya {len(numbers)} indikator.")
        wrong = []
        for number, sign in zip(numbers, signs, strict=False):
            if sign in "12345":
                self._give(number, Decimal(sign))
            elif sign != EMPTY:
                wrong.append((number, f"Tidak ada tingkat “{sign}”. {WHOLE}"))
        if len(wrong) > MOST_FAULTS:
            self._blame(0, f"{len(wrong)} tanda pada alamat ini bukan tingkat 1 sampai 5.")
        else:
            self.found.faults += wrong

    def _level(self, number: int, text: str) -> None:
        if text in ("1", "2", "3", "4", "5"):
            self._give(number, Decimal(text))
        else:
            self._blame(number, f"Tidak ada tingkat “{text[:20]}”. {WHOLE}")

    def _value(self, number: int, text: str) -> None:
        value = _number(text)
        if value is None or not 1 <= value <= 5:
            self._blame(number, f"“{text[:20]}” bukan nilai. {FRACTION if self.instrument.fractions else WHOLE}")
        elif not self.instrument.fractions and value != value.to_integral_value():
            self._blame(number, f"{self.instrument.short_name} hanya mengenal tingkat bulat, bukan {text[:20]}. {WHOLE}")
        else:
            self._give(number, value)

    def _outside(self, number: int, text: str) -> None:
        known, index = outside.of(self.instrument.id).get(number), _number(text)
        if known is None or not known.counted:
            self._blame(number, f"Indikator {number} tidak mengambil nilai dari indeks luar.")
            return
        try:
            if index is None:
                raise outside.OutOfRange(text)
            self._give(number, known.value(index))
            self.indices[number] = index
        except outside.OutOfRange:
            self._blame(number, f"{known.name} bernilai {_said(known.lowest)} sampai {_said(known.highest)}, paling banyak dua desimal.")
        except outside.OnLimit as limit:
            self.on_limit[number] = (
                f"{known.name} tepat {_said(index)} termasuk pita tingkat {limit.level} menurut peraturan, tetapi nilai di dalam pita itu "
                f"tidak diterbitkan, jadi tidak kami isi. Pilih tingkat {limit.level}, atau tulis nilainya."
            )

    def _decide(self) -> None:
        """One value for each indicator: of which nothing is wrong, and which was given nothing else."""
        blamed = {number for number, _ in self.found.faults}
        values = {}
        for number, given in sorted(self.given.items()):
            if len(given) > 1:
                self._blame(number, "Diisi dengan dua nilai berbeda. Pilih salah satu, kosongkan yang lain.")
            elif number not in blamed:
                values[number] = next(iter(given))
        self.found.remarks += [(number, text) for number, text in self.on_limit.items() if number not in self.given]
        indices = {number: index for number, index in self.indices.items() if number in values}
        self.found.sheet = Sheet(self.instrument, values, indices)
        self.found.faults.sort(key=lambda fault: fault[0])


def _said(value: Decimal) -> str:
    return _written(value).replace(".", ",")


def _number(text: str) -> Decimal | None:
    """A number as people write it, with comma or point and at most two decimals; None for anything else."""
    return Decimal(text.replace(",", ".")) if NUMBER.fullmatch(text) else None
