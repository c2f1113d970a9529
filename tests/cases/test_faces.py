import pytest
from django.core.cache import cache
from django.utils.translation import override

from cases import faces
from cases.faces import all_faces, colour_of, face_of
from cases.models import Case, CodeColour, ColourScheme
from cases.models.reference import contrast
from mediators.reference import revise

COLOURS = {
    "filed": "blue",
    "dispatched": "orange",
    "inviting": "orange",
    "mediating": "yellow",
    "agreed": "yellow",
    "settled": "green",
    "confirming": "green",
    "confirmed": "green",
    "failed": "grey",
    "litigating": "grey",
    "withdrawn": "grey",
    "rejected": "grey",
    "merged": "grey",
}


@pytest.fixture(autouse=True)
def _no_face_of_a_rolled_back_test():
    yield
    faces.forget()


@pytest.mark.parametrize(("status", "colour"), COLOURS.items())
def test_each_status_has_its_colour(db, status, colour):
    assert colour_of(status) == colour


def test_every_status_has_a_face_and_no_other_does(db):
    assert set(all_faces()) == set(Case.Status.values)


def test_a_face_never_speaks_by_colour_alone(db):
    for face in all_faces().values():
        assert face.word
        assert face.icon
        assert face.frame
        assert face.name


def test_words_are_readable_on_their_colour(db):
    for colour in CodeColour.objects.all():
        assert contrast(colour.hex, colour.text_hex) >= 4.5, colour.key


def test_an_unknown_status_has_no_face(db):
    with pytest.raises(KeyError):
        face_of("lost")


def test_a_face_speaks_the_reader_s_language(db):
    with override("en"):
        english = face_of("filed")
    assert english.word == face_of("filed", language="en").word
    assert english.word.isascii()
    assert not face_of("filed", language="zh-hans").word.isascii()


def _seconds_later() -> None:
    cache.clear()  # the change is read once in five seconds


def test_a_colour_edited_in_the_admin_shows_at_once(db, dispatcher):
    assert face_of("filed").word != "新来的"
    row = CodeColour.objects.get(scheme__is_active=True, colour="blue")
    row.word = "新来的"
    row.faces = {status: {} for status in row.faces}
    revise(row, by=dispatcher)
    _seconds_later()
    assert face_of("filed").word == "新来的"


def test_another_scheme_can_be_put_in_force(db, dispatcher):
    assert face_of("confirmed")
    old, new = ColourScheme.objects.get(key="A"), ColourScheme.objects.get(key="B")
    old.is_active, new.is_active = False, True
    revise(old, by=dispatcher)
    revise(new, by=dispatcher)
    _seconds_later()
    assert set(all_faces()) == set(Case.Status.values)
    assert face_of("failed") != face_of("failed", language="en")


def test_faces_cost_no_query_once_they_are_known(db, django_assert_num_queries):
    all_faces()
    with django_assert_num_queries(0):
        for status in Case.Status.values:
            face_of(status)
