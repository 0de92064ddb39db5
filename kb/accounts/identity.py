"""How an e-mail address, a telephone number and a NIP are written: one form of each, so that equal things are equal."""

import re

from email_validator import EmailNotValidError, validate_email

from kb.core.errors import Invalid

BAD_EMAIL = "Alamat surel tidak benar. Contoh: nama@kabupaten.go.id."
BAD_PHONE = "Nomor telepon tidak benar. Contoh: 0812 3456 7890 atau +62 812 3456 7890."
BAD_NIP = "NIP terdiri atas 18 angka."

# RFC 5321's limit, and the width of the column.
LONGEST_EMAIL = 254

INDONESIAN = re.compile(r"(?:\+?620?|0|(?=8))([1-9]\d{6,12})")


def email(text: str, field: str = "email") -> str:
    """The address in lower case. Raises Invalid. Whether it can receive mail is not asked."""
    if len(text) > LONGEST_EMAIL or "=?" in text:  # how words in code begin in a mail: no address has it, and mails are not sent to it
        raise Invalid(BAD_EMAIL, field)
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise Invalid(BAD_EMAIL, field) from error


def phone(text: str, field: str = "phone") -> str:
    """The number in international form (+62…), without blanks; read as people write it: 0812…, 62812…, 812…. Raises Invalid."""
    digits = re.sub(r"[\s().-]", "", text)
    if national := INDONESIAN.fullmatch(digits):
        digits = f"+62{national[1]}"
    if not re.fullmatch(r"\+[1-9]\d{7,14}", digits):
        raise Invalid(BAD_PHONE, field)
    return digits


def nip(text: str, field: str = "nip") -> str:
    """The eighteen digits of a civil servant's number. Raises Invalid."""
    digits = re.sub(r"[\s.]", "", text)
    if not re.fullmatch(r"[12]\d{17}", digits):
        raise Invalid(BAD_NIP, field)
    return digits


def whatsapp(number: str) -> str:
    """The address that opens a chat with a number in international form."""
    return f"https://wa.me/{number.lstrip('+')}"
