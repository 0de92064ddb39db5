"""The form of an office's profile."""

from wtforms import StringField, TextAreaField
from wtforms.validators import Length, Optional, Regexp

from kb.core.forms import Form


class ProfileForm(Form):
    """What a manager says about the own office."""

    about = TextAreaField("Tentang instansi (opsional)", [Optional(), Length(max=1000)])
    address = StringField("Alamat kantor (opsional)", [Optional(), Length(max=300)])
    phone = StringField(
        "Telepon kantor (opsional)",
        [Optional(), Length(max=40), Regexp(r"^[0-9+() .-]{5,}$", message="Nomor telepon hanya berisi angka, spasi, +, - dan kurung.")],
    )
