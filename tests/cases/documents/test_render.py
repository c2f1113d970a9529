import dataclasses
import datetime as dt
import io

import pypdf
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from cases import documents
from cases.documents import render

CHINA = dt.timezone(dt.timedelta(hours=8))
URL = "https://jf.example.cn/c/Zk3vR8dQp1xW0aBcDeFgHi/"


def drawn() -> bytes:
    picture, out = Image.new("RGBA", (300, 100)), io.BytesIO()
    ImageDraw.Draw(picture).line([(10, 80), (150, 20), (290, 60)], fill="black", width=6)
    picture.save(out, "PNG")
    return out.getvalue()


def agreement(**changes: object) -> documents.AgreementData:
    data = documents.AgreementData(
        number="（2026）滨西兴人调字第1号",
        case_number="2026-003417",
        body="西兴街道人民调解委员会（演示）",
        form="书面",
        parties=[
            documents.PartyLine("申请人", "演示甲", "139****9000"),
            documents.PartyLine("被申请人", "演示乙", "138****8000"),
        ],
        facts="申请人提前一个月退房，被申请人不退押金3400元。",
        terms=["被申请人退还申请人押金3400元。", "双方再无其他争议。"],
        performance="银行转账，一次付清",
        perform_by="2026-12-01",
        signatures=[
            documents.SignatureLine("申请人", "演示甲", "手写", "2026-11-22 10:01", drawn()),
            documents.SignatureLine("被申请人", "演示乙", "输入姓名", "2026-11-22 10:02"),
            documents.SignatureLine("调解员", "演示调解员", "输入姓名", "2026-11-22 10:03"),
        ],
        sealed_by="演示负责人",
        sealed_at="2026-11-22 10:04",
        effective=dt.datetime(2026, 11, 22, 10, 4, tzinfo=CHINA),
        digest="ab" * 32,
        url=URL,
    )
    return dataclasses.replace(data, **changes)


def text_of(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return "".join(page.extract_text() for page in pages).replace("\n", "").replace(" ", "")


def codes_in(pdf: bytes) -> set[str]:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    pictures = [image.image for page in pages for image in page.images]
    return {code.text for p in pictures for code in zxingcpp.read_barcodes(p.convert("L"))}


def test_an_agreement_says_everything_that_the_law_asks_for():
    pdf = documents.agreement_pdf(agreement())
    words = text_of(pdf)
    for said in (
        "人民调解协议书",
        "（2026）滨西兴人调字第1号",
        "演示甲",
        "被申请人退还申请人押金3400元",
        "银行转账",
        "2026-12-01",
        "第二十九条",
        "三十日内",
        "平台电子印记",
    ):
        assert said in words, said
    assert URL in codes_in(pdf)
    assert "可靠电子签名" not in words


def test_an_oral_agreement_says_so_and_carries_no_seal():
    words = text_of(documents.agreement_pdf(agreement(form="口头", sealed_at="", signatures=[])))
    assert "口头协议登记表" in words
    assert "平台电子印记" not in words


def test_the_same_agreement_gives_the_same_bytes():
    assert documents.agreement_pdf(agreement()) == documents.agreement_pdf(agreement())


def test_another_agreement_gives_other_bytes():
    changed = agreement(terms=["被申请人退还申请人押金3401元。"])
    assert documents.agreement_pdf(agreement()) != documents.agreement_pdf(changed)


def test_what_people_type_is_printed_and_never_run_as_markup():
    evil = '#import "x" $1+1$ *b* #panic("x")'
    words = text_of(documents.agreement_pdf(agreement(facts=evil)))
    assert evil.replace(" ", "") in words


def test_forty_parties_and_long_terms_run_over_several_pages():
    parties = [documents.PartyLine("申请人", f"演示{i:02}") for i in range(40)]
    pdf = documents.agreement_pdf(agreement(parties=parties, terms=["很长的一条。" * 60] * 12))
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) > 2


def test_a_receipt_proves_the_second_of_application_with_names_masked():
    pdf = documents.receipt_pdf(
        documents.ReceiptData(
            number="2026-003417",
            code="7K4M-Q2XD-9FP",
            url=URL,
            filed_at=dt.datetime(2026, 11, 22, 10, 5, 3, tzinfo=CHINA),
            applicants=["演**"],
            respondents=["乙*"],
            centre="演示中心",
            phone="0571-00000000",
        )
    )
    words = text_of(pdf)
    assert "2026-11-2210:05:03" in words
    assert "第十二条" in words
    assert URL in codes_in(pdf)


def test_a_poster_prints_the_address_beside_the_code():
    url = "https://jf.example.cn/p/xixing/"
    pdf = documents.poster_pdf(documents.PosterData("西兴街道", url, "演示中心", "0571-00000000"))
    assert url in text_of(pdf)
    assert codes_in(pdf) == {url}


def test_a_document_that_cannot_be_made_names_its_template():
    with pytest.raises(documents.DocumentError, match="receipt"):
        render.render("receipt", {"number": "1"}, images={})
