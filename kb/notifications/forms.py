"""The form of choices: one list of rhythms for each kind of matter."""

from wtforms import SelectField
from wtforms.fields import SelectChoice

from kb.core.forms import Form
from kb.notifications.choices import KINDS, RHYTHMS


class ChoicesForm(Form):
    """How each kind of matter is mailed."""

    @property
    def chosen(self) -> dict[str, str]:
        """Kind to rhythm."""
        return {kind: self[kind].data for kind in KINDS}


for _kind, _one in KINDS.items():
    setattr(ChoicesForm, _kind, SelectField(_one.label, choices=[SelectChoice(value, label) for value, label in RHYTHMS.items()]))
