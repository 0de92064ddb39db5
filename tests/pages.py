"""A test client that checks every HTML page it opens: what a browser, a screen reader and our policy ask of each."""

import re
from collections import Counter
from html.parser import HTMLParser

from flask.testing import FlaskClient

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
OPTIONAL_END = {"li", "p", "td", "th", "tr", "dt", "dd", "option", "thead", "tbody"}
# What differs between two pages that are the same: the key that a form is carried out once by, and the token against forgery.
KEY = re.compile(r'name="once"[^>]*|value="[0-9a-f]{32}"|name="csrf_token"[^>]*')

# What a browser says of a form that stood on a page of ours; a test client says nothing, as old browsers do.
OWN_PAGE = {"Origin": "http://localhost"}


def token_in(page) -> str:
    """The token of the first form on a page."""
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text).group(1)


def without_keys(html: str) -> str:
    """A page as it can be compared with another one."""
    return KEY.sub("", html)


def is_submit_button(tag: str, attributes: dict) -> bool:
    """Does pressing it send its form?"""
    return (tag == "button" and attributes.get("type", "submit") == "submit") or (
        tag == "input" and attributes.get("type") in ("submit", "image")
    )


def wrong_default(buttons: list[dict], fields: int) -> str:
    """What Enter in a field would press although nobody said that it may (templates/_macros/forms.html); empty when all is well.

    A form without fields and with one button is pressed by hand only.
    """
    if not buttons:
        return "form without a button"
    does_nothing = "disabled" in buttons[0] and len(buttons) > 1 and buttons[1].get("formmethod") == "dialog"
    if does_nothing or not (fields or len(buttons) > 1):
        return ""
    first = buttons[0]
    if "data-enter" not in first:
        return f"Enter presses a button that does not say it may: {first}"
    ends = first.get("value") in ("publish", "send") or "button-danger" in first.get("class", "")
    return f"Enter publishes, sends or ends: {first}" if ends else ""


class PageChecker(HTMLParser):
    """Reads a page and keeps what is wrong with it in `faults`."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.faults, self.open, self.ids, self.labels, self.controls = [], [], Counter(), set(), []
        self.h1 = 0
        self.title = ""
        self.form = None

    def updatepos(self, _begin, end):
        """Nobody asks in which line a fault stands, and counting lines takes a tenth of reading a page."""
        return end

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        self.ids.update([attributes["id"]] if "id" in attributes else [])
        self.h1 += tag == "h1"
        if "style" in attributes or tag == "style" or any(name.startswith("on") for name in attributes):
            self.faults.append(f"inline style or script at <{tag}> {attributes}")
        if tag == "script" and "src" not in attributes:
            self.faults.append("inline script")
        if tag == "img" and "alt" not in attributes:
            self.faults.append(f"picture without alt: {attributes}")
        if tag == "label":
            self.labels.add(attributes.get("for"))
        self._control(tag, attributes)

    def _control(self, tag, attributes):
        if tag == "form":
            if self.form is not None:
                self.faults.append("form in a form")
            self.form = {"post": attributes.get("method", "get").lower() == "post", "token": False, "buttons": [], "fields": 0}
        elif self.form is not None and attributes.get("name") == "csrf_token":
            self.form["token"] = True
        if self.form is not None and is_submit_button(tag, attributes):
            self.form["buttons"].append(attributes)
        elif self.form is not None and tag in ("input", "select"):
            self.form["fields"] += attributes.get("type") not in ("hidden", "button", "reset")
        if tag in ("input", "select", "textarea") and attributes.get("type") not in ("hidden", "submit", "button"):
            self.controls.append((attributes.get("id"), attributes, "label" in self.open))

    def handle_endtag(self, tag):
        while self.open and self.open[-1] != tag and self.open[-1] in OPTIONAL_END:
            self.open.pop()
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1:] or 'nothing'}")
        else:
            self.open.pop()
        if tag == "form" and self.form is not None:
            if self.form["post"] and not self.form["token"] and self.expects_token:
                self.faults.append("POST form without csrf_token")
            if self.form["post"] and (wrong := wrong_default(self.form["buttons"], self.form["fields"])):
                self.faults.append(wrong)
            self.form = None

    def handle_data(self, data):
        if self.open and self.open[-1] == "title" and "svg" not in self.open:
            self.title += data

    expects_token = True

    def finish(self) -> list[str]:
        self.faults += [f"id twice: {name}" for name, times in self.ids.items() if times > 1]
        if self.h1 != 1:
            self.faults.append(f"{self.h1} h1")
        if len(self.title.removesuffix("– Berguru").strip()) < 3:
            self.faults.append(f"title: {self.title!r}")
        for ident, attributes, wrapped in self.controls:
            if not wrapped and ident not in self.labels and "aria-label" not in attributes and attributes.get("aria-hidden") != "true":
                self.faults.append(f"control without label: {attributes}")
        return self.faults


def faults(html: str, expects_token: bool = True) -> list[str]:
    """What is wrong with this page."""
    checker = PageChecker()
    checker.expects_token = expects_token
    checker.feed(html)
    return checker.finish()


class PageClient(FlaskClient):
    """Checks each HTML page it gets; use `check=False` for fragments."""

    def open(self, *args, check=True, **kwargs):
        kwargs.setdefault("buffered", True)  # so that a file that is sent is also closed
        response = super().open(*args, **kwargs)
        for answer in (*response.history, response):
            answer.request.environ["wsgi.input"].close()  # a large form lies in a file of the test client's own
        if response.status_code == 302 and response.request.method == "GET" and "formulir=" in response.location:
            response = super().open(response.location, **{key: value for key, value in kwargs.items() if key == "buffered"})
        text = response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 304, 307, 308)
        if check and text and "<html" in response.text[:200]:
            found = faults(response.text, self.application.config.get("WTF_CSRF_ENABLED", True))
            assert not found, f"{response.request.path}: {found}"
        return response
