"""Posters of the desk: listed, found, printed with a code that opens the filing of their place."""

import pytest
import zxingcpp
from django.urls import reverse
from pypdf import PdfReader

from cases.models import Channel, Poster
from tests.cases.web.desk import OFFICES, Dispatcher, signed_in


@pytest.fixture
def desk(dispatcher) -> Dispatcher:
    return Dispatcher(dispatcher)


@pytest.fixture
def poster(house) -> Poster:
    return Poster.objects.create(
        token="stairs7",
        label="测试小区3幢楼道",
        channel=Channel.objects.get(key="public"),
        region=house.region,
    )


def test_posters_are_listed_and_found_by_where_they_hang(poster, desk):
    page = desk.go(reverse("posters"))
    assert poster.label in page.words
    assert poster.label in desk.go(reverse("posters") + "?q=楼道").words
    assert "没有找到“车站”。" in desk.go(reverse("posters") + "?q=车站").words


def test_a_poster_is_a_page_whose_code_opens_the_filing_of_its_place(
    house, poster, desk, settings, tmp_path
):
    answer = desk.client.get(reverse("poster-pdf", args=[poster.token]))
    assert answer["Content-Type"] == "application/pdf"
    (tmp_path / "poster.pdf").write_bytes(answer.content)
    (sheet,) = PdfReader(tmp_path / "poster.pdf").pages
    assert poster.label in "".join(sheet.extract_text().split())
    found = [code.text for image in sheet.images for code in zxingcpp.read_barcodes(image.image)]
    assert found == [f"{settings.SITE_URL}{reverse('poster', args=[poster.token])}"]


@pytest.mark.parametrize("office", OFFICES)
def test_posters_are_printed_at_the_desk_only(house, poster, office):
    answer = signed_in(getattr(house, office)).get(reverse("poster-pdf", args=[poster.token]))
    assert answer.status_code == 404


def test_a_poster_that_is_not_there_is_not_printed(house, desk):
    assert desk.client.get(reverse("poster-pdf", args=["nothing"])).status_code == 404
