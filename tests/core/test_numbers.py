"""What was deleted gives its number to nothing else: addresses and events would speak of another thing."""

from kb.core.db import db
from tests.articles.makers import make_article


def test_the_number_of_a_deleted_thing_is_not_given_again(cast, db_ctx):
    with db_ctx():
        kept = make_article(cast.host_member.viewer, "draft", title="Satu").id
        gone = make_article(cast.host_member.viewer, "draft", title="Dua")
        number = gone.id
        db.session.delete(gone)
        db.session.commit()
        after = [make_article(cast.host_member.viewer, "draft", title=title).id for title in ("Tiga", "Empat")]
        assert number > kept and min(after) > number and len(set(after)) == 2


def test_two_things_of_one_moment_get_two_numbers(cast, db_ctx):
    with db_ctx():
        first = make_article(cast.host_member.viewer, "draft", title="Satu")
        names = ("office_id", "title", "summary", "body", "html", "visibility", "created_at", "edited_at")
        values = {name: getattr(first, name) for name in names}
        model, number = type(first), first.id
        db.session.delete(first)
        db.session.commit()
        twins = [model(slug=slug, **values) for slug in ("kembar", "kembar-2")]
        db.session.add_all(twins)
        db.session.flush()
        assert len({twin.id for twin in twins} | {number}) == 3
