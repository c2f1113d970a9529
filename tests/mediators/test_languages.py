import datetime as dt

import pytest
from django.utils import timezone
from django.utils.translation import override

from mediators import languages
from mediators.models import BodyKind, Region

AT = dt.datetime(2026, 11, 25, 14, 30, tzinfo=timezone.get_default_timezone())


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [
        ("zh-hans", "11月25日", "11月25日 14:30"),
        ("en", "Nov. 25", "Nov. 25, 14:30"),
    ],
)
def test_a_day_is_written_as_the_reader_writes_it(language, day, moment):
    with override(language):
        assert languages.day(AT.date()) == day
        assert languages.moment(AT) == moment
        assert languages.moment(AT.astimezone(dt.UTC)) == moment


def test_a_name_is_english_for_english_readers_where_there_is_one():
    with override("en"):
        assert languages.named("西兴街道", "Xixing Subdistrict") == "Xixing Subdistrict"
        assert languages.named("西兴街道", "") == "西兴街道"
    with override("zh-hans"):
        assert languages.named("西兴街道", "Xixing Subdistrict") == "西兴街道"
    with override(None):
        assert languages.named("西兴街道", "Xixing Subdistrict") == "西兴街道"


@pytest.mark.parametrize("model", [Region, BodyKind])
def test_reference_data_calls_itself_by_the_name_for_the_reader(db, model):
    row = model.objects.first()
    with override("en"):
        assert str(row) == row.name_en
    with override("zh-hans"):
        assert str(row) == row.name
