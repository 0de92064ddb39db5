"""Regions, offices and index values as the facts have them."""

from collections import Counter
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from kb.core.db import db
from kb.offices import league, queries, seed
from kb.offices.models import IndexValue, Office, Region
from tests.makers import office

REPORT = "penetapan (laporan resmi)"


def test_every_government_has_one_office(db_ctx):
    with db_ctx():
        kinds = Counter(db.session.scalars(select(Office.kind)))
        assert kinds == {"provinsi": 38, "kabupaten": 415, "kota": 93, "redaksi": 1}, "508 regencies and cities, 38 provinces"
        assert not set(db.session.scalars(select(Office.region_code))) & seed.WITHOUT_GOVERNMENT
        assert db.session.scalar(select(func.count()).select_from(Office).where(Office.joined_at.is_not(None))) == 1, "the editorial office"


def test_every_region_stands_in_its_province(db_ctx):
    with db_ctx():
        regions = {region.code: region for region in db.session.scalars(select(Region))}
        assert len(regions) == 552
        for region in regions.values():
            assert regions[region.province_code].kind == "provinsi" and region.code.startswith(region.province_code)
            assert -11.1 < region.lat < 6.2 and 94.9 < region.lon < 141.1


@pytest.mark.parametrize(
    ("code", "zone"), [("18.11", "Asia/Jakarta"), ("61", "Asia/Jakarta"), ("62", "Asia/Jakarta"), ("63", "Asia/Makassar"),
                       ("51", "Asia/Makassar"), ("81", "Asia/Jayapura"), ("96", "Asia/Jayapura")],
)  # fmt: skip
def test_every_office_keeps_the_time_of_its_province(db_ctx, code, zone):
    with db_ctx():
        assert office(code).timezone == zone


def test_the_two_offices_of_the_story_have_the_published_values(db_ctx):
    with db_ctx():
        found = {(value.year, str(value.value)): value for value in db.session.scalars(
            select(IndexValue).where(IndexValue.office_id == office("18.11").id, IndexValue.instrument_id == "spbe-2020"))}  # fmt: skip
        assert found[2022, "2.59"].grade in ("Cukup", None) and found[2023, "3.70"].grade in ("Sangat Baik", None)
        series = queries.index_values(office("18.11"))
        shown = {(value.row.year, value.row.value): value.grade for value in series[0].values}
        assert shown[2022, Decimal("2.59")] == "Cukup" and shown[2023, Decimal("3.70")] == "Sangat Baik"


def test_every_value_names_source_kind_and_confidence_and_disagreeing_sources_both_stand(db_ctx):
    with db_ctx():
        values = db.session.scalars(select(IndexValue)).all()
        assert all(value.source and value.confidence and value.kind and 1 <= value.value <= 5 for value in values)
        both = Counter((value.office_id, value.instrument_id, value.year) for value in values)
        assert max(both.values()) > 1


def test_a_value_whose_source_names_no_instrument_has_none_and_ranks_nowhere(db_ctx):
    with db_ctx():
        mesuji = office("18.11")
        (value,) = db.session.scalars(select(IndexValue).where(IndexValue.office_id == mesuji.id, IndexValue.year == 2020)).all()
        assert value.instrument_id is None and value.published_as == "1.6"
        (series,) = [one for one in queries.index_values(mesuji) if one.instrument_id is None]
        assert series.name == "instrumen tidak disebut sumbernya" and [found.grade for found in series.values] == [None]
        assert queries.index_values(mesuji)[-1] == series, "the named ones first"
        assert not queries.is_good(value)
        assert 2020 not in [row.year for row in queries.latest_values([mesuji.id]).values()]
        assert not any(queries.values_of_year([mesuji.id], 2020).values())
        value.office_id = office("94.01").id
        db.session.commit()
        assert queries.latest_values([value.office_id]) == {}
        assert queries.index_values(office("94.01"))[0].values[0].instrument == "instrumen tidak disebut sumbernya"


def test_an_installation_that_took_an_instrument_for_granted_is_corrected_in_place(db_ctx):
    with db_ctx():
        value = db.session.scalars(select(IndexValue).where(IndexValue.instrument_id.is_(None))).one()
        ident, value.instrument_id, value.seeded = value.id, "spbe-2018", seed.EARLIER
        db.session.commit()
        before = db.session.scalar(select(func.count()).select_from(IndexValue))
        for _ in range(2):
            seed.seed()
            db.session.commit()
        assert db.session.get(IndexValue, ident).instrument_id is None
        assert db.session.scalar(select(func.count()).select_from(IndexValue)) == before


def test_a_value_without_instrument_stands_once_per_office_year_and_kind(db_ctx):
    with db_ctx():
        value = db.session.scalars(select(IndexValue).where(IndexValue.instrument_id.is_(None))).one()
        names = ("office_id", "year", "value", "published_as", "kind", "confidence", "note", "source")
        db.session.add(IndexValue(**{name: getattr(value, name) for name in names}))
        with pytest.raises(IntegrityError):
            db.session.commit()
        db.session.rollback()


def test_a_published_value_with_more_decimals_is_kept_as_written_and_rounded_half_up(db_ctx, monkeypatch, tmp_path):
    row = "94.01,Uji,2023,2.605,,spbe-2020,penetapan,tinggi,,Uji,,,,"
    header = (seed.DATA / "index_values.csv").read_text().splitlines()[0]
    (tmp_path / "index_values.csv").write_text(f"{header}\n{row}\n")
    for name in ("regions.csv",):
        (tmp_path / name).write_text((seed.DATA / name).read_text())
    monkeypatch.setattr(seed, "DATA", tmp_path)
    with db_ctx():
        seed.seed()
        db.session.commit()
        db.session.expire_all()
        value = db.session.scalars(select(IndexValue).where(IndexValue.source == "Uji")).one()
        assert (value.value, value.published_as) == (Decimal("2.61"), "2.605")
        assert queries.index_values(office("94.01"))[0].values[0].grade == "Baik"


def test_seeding_again_changes_nothing_that_people_wrote(db_ctx):
    with db_ctx():
        mesuji = office("18.11")
        mesuji.about, mesuji.name = "Kami kecil.", "Dinas Kominfo Mesuji"
        db.session.commit()
        counts = [db.session.scalar(select(func.count()).select_from(model)) for model in (Region, Office, IndexValue)]
        seed.seed()
        db.session.commit()
        assert counts == [db.session.scalar(select(func.count()).select_from(model)) for model in (Region, Office, IndexValue)]
        assert (office("18.11").about, office("18.11").name) == ("Kami kecil.", "Dinas Kominfo Mesuji")


def test_the_leaders_are_one_row_an_office_highest_first(db_ctx):
    with db_ctx():
        found = league.leaders(league.states(), limit=50)
        assert len({value.office_id for value in found}) == len(found) > 3 and len({value.year for value in found}) == 1
        assert [value.value for value in found] == sorted((value.value for value in found), reverse=True)


def test_all_published_values_stand_with_their_domains(db_ctx):
    with db_ctx():
        values = db.session.scalars(select(IndexValue)).all()
        assert len(values) == 1150 and len({value.office_id for value in values}) == 535
        mesuji = next(value for value in values if value.office_id == office("18.11").id and (value.year, value.kind) == (2023, REPORT))
        assert (mesuji.value, mesuji.domains) == (Decimal("3.57"), tuple(map(Decimal, ("5.00", "3.80", "2.09", "3.56"))))
        whole = [value for value in values if None not in value.domains]
        assert len([value for value in whole if value.kind == REPORT]) == 1052
        odd = {(value.office.region_code, value.year): value for value in whole if min(value.domains) < 1}
        assert set(odd) == {("16.07", 2023), ("35", 2024)} and all("tidak mungkin" in value.note for value in odd.values())


# ---- setup brings values up to date and leaves alone what people changed


@pytest.fixture
def facts(monkeypatch, tmp_path):
    """`facts(*rows)`: the facts have these rows and no other."""
    (tmp_path / "regions.csv").write_text((seed.DATA / "regions.csv").read_text())
    header = (seed.DATA / "index_values.csv").read_text().splitlines()[0]
    monkeypatch.setattr(seed, "DATA", tmp_path)

    def setup(*rows: str) -> None:
        (tmp_path / "index_values.csv").write_text("\n".join([header, *rows]) + "\n")
        seed.seed()
        db.session.commit()
        db.session.expire_all()

    return setup


def known(code: str) -> list[IndexValue]:
    query = select(IndexValue).where(IndexValue.office_id == office(code).id).order_by(IndexValue.year, IndexValue.kind)
    return list(db.session.scalars(query))


FIRST = "94.01,Uji,2023,2.60,Baik,spbe-2020,penetapan,tinggi,,Uji,1.00,2.00,3.00,4.00"
SECOND = "94.01,Uji,2024,3.10,Baik,spbe-2020,penetapan,tinggi,,Uji,,,,"


def test_a_corrected_fact_replaces_what_setup_wrote(db_ctx, facts):
    with db_ctx():
        facts(FIRST)
        (ident,) = [value.id for value in known("94.01")]
        facts(FIRST.replace("2.60,Baik", '"2,59",Cukup').replace("4.00", "4.50"))
        (value,) = known("94.01")
        assert (value.id, value.published_as, value.grade, value.domain_4) == (ident, "2.59", "Cukup", Decimal("4.50"))


CHANGES = [{"value": Decimal("2.61")}, {"note": "Diperiksa kantor."}, {"domain_2": None}, {"grade": "Cukup"}, {"source": "Kami"},
           {"confidence": "rendah"}, {"published_as": "2.6"}]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_what_people_changed_stays_whatever_the_facts_say(db_ctx, facts, change):
    with db_ctx():
        facts(FIRST)
        for name, new in change.items():
            setattr(known("94.01")[0], name, new)
        db.session.commit()
        for row in (FIRST, FIRST.replace("2.60,Baik", "2.40,Cukup")):
            facts(row)
            (value,) = known("94.01")
            assert {name: getattr(value, name) for name in change} == change
        facts()
        assert len(known("94.01")) == 1, "nor is it taken away when the facts no longer hold it"


@pytest.mark.parametrize("change", [{"kind": "penetapan kantor"}, {"year": 2022}, {"instrument_id": "spbe-2018"}])
def test_a_row_that_people_gave_another_kind_year_or_instrument_is_theirs(db_ctx, facts, change):
    with db_ctx():
        facts(FIRST)
        ident = known("94.01")[0].id
        for name, new in change.items():
            setattr(known("94.01")[0], name, new)
        db.session.commit()
        facts(FIRST)
        assert {name: getattr(db.session.get(IndexValue, ident), name) for name in change} == change
        assert len(known("94.01")) == 2, "and the fact stands beside it again"


def test_what_people_added_before_setup_noted_anything_stays(db_ctx, facts):
    """A row of an earlier version that the facts do not hold may be anybody's."""
    with db_ctx():
        facts(FIRST)
        value = known("94.01")[0]
        value.kind, value.seeded = "penetapan kantor", seed.EARLIER
        db.session.commit()
        facts(SECOND)
        assert [(value.year, value.kind) for value in known("94.01")] == [(2023, "penetapan kantor"), (2024, "penetapan")]


def test_what_people_added_stays_and_what_the_facts_no_longer_hold_goes(db_ctx, facts):
    with db_ctx():
        facts(FIRST, SECOND)
        added = {
            "value": Decimal("3.3"),
            "published_as": "3.3",
            "kind": "penilaian mandiri",
            "confidence": "rendah",
            "note": "",
            "source": "Kami",
        }
        db.session.add(IndexValue(office_id=office("94.01").id, instrument_id="spbe-2020", year=2024, **added))
        db.session.commit()
        facts(FIRST)
        assert [(value.year, value.kind) for value in known("94.01")] == [(2023, "penetapan"), (2024, "penilaian mandiri")]


def test_the_values_of_an_earlier_version_become_those_of_the_facts(db_ctx, facts):
    """As the migration leaves them: nobody had noted what setup wrote."""
    with db_ctx():
        facts(FIRST)
        value = known("94.01")[0]
        value.value, value.published_as, value.domain_1, value.seeded = Decimal("2.5"), "2.5", None, seed.EARLIER
        db.session.commit()
        facts(FIRST)
        assert (known("94.01")[0].published_as, known("94.01")[0].domain_1) == ("2.60", Decimal("1.00"))


# ---- grades


@pytest.mark.parametrize(
    ("said", "published", "grade", "other"),
    [("2.60", "Cukup", "Cukup", ""), ("2.60", "", "Baik", "Cukup"), ("2.59", "", "Cukup", ""), ("3.00", "", "Baik", ""),
     ("4.20", "", "Memuaskan", "Sangat Baik")],
)  # fmt: skip
def test_a_grade_is_computed_only_where_none_was_published_and_near_a_limit_both_are_named(
    db_ctx, client, facts, said, published, grade, other
):
    with db_ctx():
        facts(FIRST.replace("2.60,Baik", f"{said},{published}"))
        (value,) = queries.index_values(office("94.01"))[0].values
        assert (value.grade, value.or_grade, value.grade_is_computed) == (grade, other, not published)
        assert queries.is_good(value.row) == (grade != "Cukup")
    row = client.get("/instansi/kabupaten-nabire").text.split("Indeks menurut tahun</h2>")[1].split("</table>")[0]
    assert grade in row and ("dihitung Berguru" in row) == (not published) and (f"dari nilai tepat, mungkin {other}" in row) == bool(other)
