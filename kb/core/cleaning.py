"""What people type, paste from Word or import, cleaned: the one place that decides which signs a text may hold."""

import re
import unicodedata
from pathlib import PurePosixPath

# What ends a line: also a line break of Word (vertical tab), form feed, separators of old files, next line, U+2028 and U+2029.
LINE_END = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Control characters other than tab and line feed, lone surrogates, what is no character, and marks that turn the direction of text around.
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
# XML 1.0 cannot hold these: one of them, and Word and Excel call the whole file damaged.
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LONGEST_FILE_NAME = 200
# Letters and symbols by their category, yet nothing to see: Hangul fillers, the empty Braille pattern.
FILLERS = "\u115f\u1160\u3164\uffa0\u2800"


def plain_ends(text: str) -> str:
    """Text in which each line ends as ours do."""
    return LINE_END.sub("\n", text)


def clean_line(text: str | None) -> str | None:
    """The same as `clean` for what stands on one line: a line end is a blank."""
    cleaned = clean(text)
    return None if cleaned is None else cleaned.replace("\n", " ")


def clean(text: str | None) -> str | None:
    """Text without control characters, with plain line ends, composed letters and no blanks around it; empty when nothing can be seen."""
    if text is None:
        return None
    cleaned = unicodedata.normalize("NFC", FORBIDDEN.sub("", plain_ends(text))).strip()
    return cleaned if any(map(_can_be_seen, cleaned)) else ""


def for_xml(text: str) -> str:
    """Text that a DOCX or XLSX can hold; what is stored may be older than our rules for what is typed."""
    return NOT_IN_XML.sub("", text)


def file_name(name: str | None) -> str:
    """What an uploaded file is called: on one line, without folders and control characters; its end says of what kind it is and is kept."""
    last = PurePosixPath((clean_line(name) or "").replace("\\", "/")).name
    return " ".join(last.split())[-LONGEST_FILE_NAME:].strip() or "berkas"


def _can_be_seen(character: str) -> bool:
    """Not a blank, a zero-width or other format character, nor a mark without the letter it belongs to."""
    category = unicodedata.category(character)
    return category[0] not in "ZM" and category not in ("Cc", "Cf", "Cs") and character not in FILLERS
