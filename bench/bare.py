"""The yardsticks: a bare Flask page, and a bare Flask + SQLAlchemy + Jinja page of one row. Same server, same workers."""

import os

from flask import Flask, render_template
from flask_sqlalchemy import SQLAlchemy
from jinja2 import DictLoader
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Base of the one table."""


db = SQLAlchemy(model_class=Base)


class Page(db.Model):
    """One row."""

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    html: Mapped[str]


app = Flask("bare")
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
db.init_app(app)

TEMPLATE = "<!doctype html><title>{{ page.title }}</title><h1>{{ page.title }}</h1>{{ page.html|safe }}"
# A file's template is compiled once; a string's would be compiled at each request and flatter us.
app.jinja_loader = DictLoader({"page.html": TEMPLATE})


@app.get("/kosong")
def empty():
    """No database, no template."""
    return "<!doctype html><title>x</title><p>x"


@app.get("/baris")
def row():
    """One row through the ORM into a template."""
    return render_template("page.html", page=db.session.get(Page, 1))


def prepare() -> None:
    """Make the table and its row, of the size of an article of the library."""
    with app.app_context():
        db.create_all()
        if db.session.get(Page, 1) is None:
            db.session.add(Page(id=1, title="Satu baris", html="<p>" + "kata " * 600 + "</p>"))
            db.session.commit()
