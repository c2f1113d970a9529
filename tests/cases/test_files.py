import hashlib
import io
import zipfile

import pytest
from PIL import Image, PngImagePlugin

from cases import drafts
from cases.errors import FileRefused
from cases.files import LARGEST, MOST, MOST_PIXELS, Upload, remove, store
from cases.models import Attachment

GPS = 0x8825
ORIENTATION = 0x0112
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
SCRIPT = b"<script>alert(1)</script>"


def a_picture(form="JPEG", size=(40, 30), mode="RGB", **options):
    out = io.BytesIO()
    Image.new(mode, size, "white").save(out, form, **options)
    return out.getvalue()


def a_photo():
    """A photo as a phone takes it: turned by its orientation, with the place it was taken at."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS).update({1: "N", 2: (30.0, 11.0, 12.5), 3: "E", 4: (120.0, 12.0, 33.0)})
    return a_picture(exif=exif)


def opened(file):
    with file.stored.open() as stream:
        picture = Image.open(io.BytesIO(stream.read()))
        picture.load()
    return picture


@pytest.fixture
def draft(db):
    return drafts.start(None)


def keep(draft, data, name="照片.jpg"):
    return store(Upload(name, data), draft=draft)


def test_a_photo_is_drawn_anew_upright_and_without_the_place_it_was_taken_at(draft):
    assert Image.open(io.BytesIO(a_photo())).getexif().get_ifd(GPS)
    picture = opened(keep(draft, a_photo()))
    assert picture.size == (30, 40)
    assert not picture.getexif()
    assert "exif" not in picture.info


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_the_usual_kinds_of_picture_are_taken(draft, form):
    file = keep(draft, a_picture(form), f"图.{form.lower()}")
    assert file.content_type == "image/jpeg"
    assert file.stored.name.endswith(".jpg")
    assert opened(file).format == "JPEG"


def test_a_transparent_screenshot_is_laid_on_white(draft):
    picture = opened(keep(draft, _clear_png()))
    assert picture.getpixel((5, 5)) == (255, 255, 255)


def _clear_png():
    out = io.BytesIO()
    Image.new("RGBA", (40, 30), (0, 0, 0, 0)).save(out, "PNG")
    return out.getvalue()


def test_scripts_hidden_in_a_picture_do_not_survive(draft):
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", SCRIPT.decode())
    for data in (a_picture("PNG", pnginfo=notes) + SCRIPT, a_photo() + SCRIPT):
        with keep(draft, data).stored.open() as stream:
            assert SCRIPT not in stream.read()


def test_a_pdf_is_kept_byte_for_byte(draft):
    file = keep(draft, PDF, "合同.pdf")
    with file.stored.open() as stream:
        assert stream.read() == PDF
    assert (file.content_type, file.size) == ("application/pdf", len(PDF))
    assert file.sha256 == hashlib.sha256(PDF).hexdigest()


def _zip():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        SCRIPT,
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        b"<!DOCTYPE html>" + SCRIPT,
        b"MZ" + b"\0" * 200,
        b"#!/bin/sh\n",
        _zip(),
        a_picture("GIF"),
        a_picture("BMP"),
        a_picture("TIFF"),
        a_photo()[:150],
        a_picture("PNG")[:60],
        b"\xff\xd8\xff\xe0" + b"x" * 100,
        b"\x89PNG\r\n\x1a\n" + SCRIPT,
    ],
    ids=[
        "empty",
        "script",
        "svg",
        "html",
        "exe",
        "shell",
        "zip",
        "gif",
        "bmp",
        "tiff",
        "cut jpg",
        "cut png",
        "fake jpg",
        "fake png",
    ],
)
def test_everything_else_is_refused_whatever_it_calls_itself(draft, data):
    with pytest.raises(FileRefused, match=r"照片\.jpg"):
        keep(draft, data)
    assert not Attachment.objects.exists()


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_drawn(draft):
    side = int(MOST_PIXELS**0.5) + 1
    bomb = a_picture("PNG", size=(side, side), mode="1")
    assert len(bomb) < 50_000
    with pytest.raises(FileRefused, match="太大"):
        keep(draft, bomb)
    giant = a_picture("PNG", size=(14_000, 14_000), mode="1")
    with pytest.raises(FileRefused):
        keep(draft, giant)


def test_a_file_of_more_than_ten_megabytes_is_refused_with_its_size(draft):
    with pytest.raises(FileRefused, match="11MB"):
        keep(draft, PDF + b"0" * (LARGEST + 1_100_000))


def test_a_large_photo_becomes_smaller(draft):
    assert max(opened(keep(draft, a_picture(size=(4000, 3000)))).size) == 2400


def test_nine_files_and_no_tenth(draft):
    for _ in range(MOST):
        keep(draft, PDF)
    with pytest.raises(FileRefused, match="9"):
        keep(draft, PDF)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "\u202egpj.exe", "a" * 300 + ".jpg", "", ".htaccess", "名\0字.jpg"]
)
def test_the_name_it_came_with_is_only_a_title(draft, name):
    file = keep(draft, a_picture(), name)
    folder, stored = file.stored.name.rsplit("/", 1)
    assert folder.startswith("attachments/20")
    assert len(stored) == 36
    assert "\u202e" not in file.title
    assert "\0" not in file.title
    assert 1 <= len(file.title) <= 120


def test_two_files_of_one_name_are_two_files(draft):
    assert keep(draft, PDF).stored.name != keep(draft, PDF).stored.name


def test_a_file_of_a_draft_can_be_taken_out_again(draft):
    file = keep(draft, PDF)
    storage, name = file.stored.storage, file.stored.name
    remove(file)
    assert not storage.exists(name)
    assert not Attachment.objects.exists()


def test_a_file_of_a_case_stays(case, applicant):
    file = store(Upload("合同.pdf", PDF), case=case, party=applicant)
    with pytest.raises(FileRefused, match="不能删除"):
        remove(file)
    assert case.files.get() == file


def test_the_limit_is_each_party_s_own(case, applicant, respondent):
    for _ in range(MOST):
        store(Upload("合同.pdf", PDF), case=case, party=applicant)
    store(Upload("合同.pdf", PDF), case=case, party=respondent)
    with pytest.raises(FileRefused):
        store(Upload("合同.pdf", PDF), case=case, party=applicant)
