"""Reading what an address asks of a list of published values, kindly: what cannot be read is left out, and said."""

from collections.abc import Container
from dataclasses import dataclass, field

from flask import request

from kb.core.cleaning import clean_line
from kb.core.pages import Page, page_number


@dataclass
class Asking:
    """What stands in the address, and in `remarks` what could not be read of it; `instead`: what is done then."""

    instead: str = ""
    remarks: list[str] = field(default_factory=list)

    def typed(self, name: str) -> str:
        """What the address says of it."""
        return clean_line(request.args.get(name, ""))[:40]

    def chosen(self, name: str, called: str, allowed: Container[str], instead: str = "") -> str:
        """One of the words that are allowed; none where something else was typed, which is remarked."""
        typed, then = self.typed(name), instead or self.instead
        if typed and typed not in allowed:
            self.remarks.append(f"Tidak ada {called} “{typed}”{': ' if then else ''}{then}.")
        return typed if typed in allowed else ""

    def remark_end(self, page: Page) -> None:
        """Say so when a page beyond the last one was asked for."""
        if page_number() > page.number:
            self.remarks.append(f"Halaman {page_number()} tidak ada; ini halaman terakhir.")
