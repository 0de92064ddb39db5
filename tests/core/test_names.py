"""How people are greeted: by their name, never by a title."""

import pytest

from kb.core.names import familiar


@pytest.mark.parametrize(
    ("name", "greeted"),
    [
        ("Dra. Sri Wahyuni, M.M.", "Sri"),
        ("Drs. Joko Susilo", "Joko"),
        ("Drs Joko SE", "Joko"),
        ("Dr. Ir. H. Bambang Sutejo, S.T., M.Kom.", "Bambang"),
        ("dr. Ani Rahayu", "Ani"),
        ("Prof. Dr. Budi", "Budi"),
        ("Hj. Siti Aminah", "Siti"),
        ("HJ SITI AMINAH", "SITI"),
        ("KH. Ahmad Dahlan", "Ahmad"),
        ("K.H. Ahmad Dahlan", "Ahmad"),
        ("R. Agus Salim", "Agus"),
        ("R.A. Kartini", "Kartini"),
        ("apt. Dewi Lestari, S.Farm.", "Dewi"),
        ("H.Ahmad Fauzi", "Ahmad"),
        ("Dr., Ir. Joko", "Joko"),
        ("Ahmad,S.Kom", "Ahmad"),
        ("Muh. Rizki", "Rizki"),
        ("M. Yusuf", "Yusuf"),
        ("M.Yusuf", "Yusuf"),
        ("A Rahman", "Rahman"),
        ("Abd. Rahman", "Rahman"),
        ("Muhammad Yusuf", "Muhammad"),
        ("Ni Made", "Made"),
        ("Ni Made Ayu Lestari", "Made"),
        ("I Gede", "Gede"),
        ("La Ode Hasan", "Hasan"),
        ("Budi", "Budi"),
        ("sri wahyuni", "sri"),
        ("dra. sri wahyuni", "sri"),
        ("O'Connor", "O'Connor"),
        ("Nurul-Huda", "Nurul-Huda"),
        # Nothing but titles: what they wrote stays whole.
        ("Dr. H.", "Dr. H."),
        ("Ir. H., M.Si", "Ir. H., M.Si"),
        ("S.Kom", "S.Kom"),
        ("  Dr.   H. ", "Dr. H."),
        ("..", ".."),
        ("", ""),
    ],
)
def test_a_person_is_greeted_by_their_name(name, greeted):
    assert familiar(name) == greeted
