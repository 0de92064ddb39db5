"""The door for WSGI servers: `granian --interface wsgi wsgi:app`, and for `flask`."""

from kb import create_app

app = create_app()
