"""The form of an office's profile."""

from wtforms import BooleanField, EmailField, StringField, TextAreaField
from wtforms.validators import Email, Length, Optional, Regexp

from kb.core import pictures
from kb.core.forms import Form
from kb.core.uploads import UploadField
from kb.offices.service import LOGO_MEGABYTES, LOGO_SIDE


class ProfileForm(Form):
    """What a manager says about the own office, and what stands in the head of its letters."""

    about = TextAreaField("Tentang instansi (opsional)", [Optional(), Length(max=1000)])
    address = StringField("Alamat kantor (opsional)", [Optional(), Length(max=300)])
    phone = StringField(
        "Telepon kantor (opsional)",
        [Optional(), Length(max=40), Regexp(r"^[0-9+() .-]{5,}$", message="Nomor telepon hanya berisi angka, spasi, +, - dan kurung.")],
    )
    email = EmailField("Surel kantor (opsional)", [Optional(), Length(max=200), Email()])
    letterhead = StringField("Nama dinas pada kop surat (opsional)", [Optional(), Length(max=160)])
    logo_upload = UploadField(
        "Lambang daerah untuk kop surat, PNG atau JPEG, paling besar 1 MB (opsional)",
        lambda upload: pictures.take(upload, LOGO_MEGABYTES, LOGO_SIDE),
    )
    drop_logo = BooleanField("Hapus lambang yang ada")
