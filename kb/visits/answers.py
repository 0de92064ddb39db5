"""What a request must tell before it can be sent. A draft may lack any of it: the first call usually comes before the letter. Pure."""

from kb.visits.models import Visit

# By the field of the form in which it is told.
NEEDED = {
    "slot": "Hari dan sesi",
    "purpose": "Maksud kunjungan",
    "questions": "Paling sedikit satu pertanyaan",
    "head_name": "Nama pimpinan rombongan",
    "head_position": "Jabatan pimpinan rombongan",
    "delegation_size": "Jumlah orang",
    "contact_name": "Nama narahubung",
    "contact_phone": "Nomor WhatsApp narahubung",
    "contact_email": "Surel narahubung",
}


def missing(visit: Visit) -> dict[str, str]:
    """What the host still has to be told, as field and label, in the order of the form."""
    told = {"slot": visit.sessions, "questions": visit.question_list}
    return {field: label for field, label in NEEDED.items() if not (told[field] if field in told else getattr(visit, field))}
