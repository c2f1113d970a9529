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
        title="人民调解协议书",
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


def receipt(**changes: object) -> documents.ReceiptData:
    data = documents.ReceiptData(
        number="2026-003417",
        code="7K4M-Q2XD-9FP",
        url=URL,
        filed_at=dt.datetime(2026, 11, 22, 10, 5, 3, tzinfo=CHINA),
        applicants=["演**"],
        respondents=["乙*"],
        centre="演示中心",
        phone="0571-00000000",
    )
    return dataclasses.replace(data, **changes)


def signed_by(parties: int, **changes: object) -> documents.AgreementData:
    """An agreement of so many parties, each of whom has signed, and the mediator."""
    lines = [
        documents.PartyLine("申请人" if i % 2 else "被申请人", f"演示{i:02}")
        for i in range(parties)
    ]
    signatures = [
        documents.SignatureLine(
            line.role, line.name, "手写", "2026-11-22 10:01", drawn() if i % 2 else b""
        )
        for i, line in enumerate(lines)
    ]
    mediator = documents.SignatureLine("调解员", "演示调解员", "手写", "2026-11-22 10:03")
    return agreement(parties=lines, signatures=[*signatures, mediator], **changes)


def words_with_heights(page: pypdf.PageObject) -> list[tuple[str, float]]:
    """Return the pieces of text of a page with their height above its lower edge in points."""
    found: list[tuple[str, float]] = []

    def note(text: str, cm: list[float], at: list[float], _font: object, _size: object) -> None:
        if text.strip():
            found.append((text.replace(" ", ""), at[4] * cm[1] + at[5] * cm[3] + cm[5]))

    page.extract_text(visitor_text=note)
    return found


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
        "2026年12月1日",
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
    pdf = documents.agreement_pdf(agreement())
    assert documents.agreement_pdf(agreement()) == pdf
    made = pypdf.PdfReader(io.BytesIO(pdf)).metadata.creation_date
    assert made == agreement().effective  # nothing of the moment at which it was printed


def test_the_microseconds_of_a_database_time_stop_no_document():
    effective = dt.datetime(2026, 11, 22, 10, 4, 5, 123456, tzinfo=CHINA)
    assert "2026-11-2210:04" in text_of(documents.agreement_pdf(agreement(effective=effective)))


def test_another_agreement_gives_other_bytes():
    changed = agreement(terms=["被申请人退还申请人押金3401元。"])
    assert documents.agreement_pdf(agreement()) != documents.agreement_pdf(changed)


def test_what_people_type_is_printed_and_never_run_as_markup():
    evil = '#import "x" $1+1$ *b* #panic("x")'
    words = text_of(documents.agreement_pdf(agreement(facts=evil)))
    assert evil.replace(" ", "") in words


@pytest.mark.parametrize("parties", [1, 2, 6, 7, 20, 21])
def test_every_signature_of_many_parties_stands_above_the_foot_of_its_page(parties):
    pages = pypdf.PdfReader(io.BytesIO(documents.agreement_pdf(signed_by(parties)))).pages
    foots, others = [], []
    for words in map(words_with_heights, pages):
        foots += [height for text, height in words if "案件编号" in text]
        others += [(text, height) for text, height in words if "案件编号" not in text]
    signatures = [height for text, height in others if "方式：" in text]
    assert len(signatures) == parties + 1
    assert len(foots) == len(pages)
    assert min(height for _, height in others) > max(foots) + 10


@pytest.mark.parametrize("parties", [1, 2, 3, 6])
@pytest.mark.parametrize("terms", [1, 8, 11, 14])
def test_the_seal_never_stands_on_a_page_without_a_signature(parties, terms):
    pdf = documents.agreement_pdf(signed_by(parties, terms=["双方互谅互让。"] * terms))
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    assert [("方式：" in page) for page in pages if "防改编号" in page] == [True]


def test_every_page_says_its_number_and_how_many_there_are():
    pdf = documents.agreement_pdf(signed_by(20))
    pages = [p.extract_text().replace(" ", "") for p in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        assert f"第{number}/{len(pages)}页" in page


def test_an_agreement_of_usual_length_fits_on_one_page():
    pdf = documents.agreement_pdf(agreement())
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) == 1


def test_what_is_not_known_of_a_party_is_struck_out_so_that_nothing_can_be_written_in():
    parties = [
        documents.PartyLine("申请人", "演示甲", "139****9000", "演示路1号", "3301**********0012"),
        documents.PartyLine("被申请人", "演示乙"),
    ]
    words = text_of(documents.agreement_pdf(agreement(parties=parties)))
    assert "证件号码3301**********0012" in words
    assert "演示路1号" in words
    assert words.count("／") == 3


def test_terms_that_came_with_numbers_are_not_numbered_again():
    words = text_of(documents.agreement_pdf(agreement(terms=["一、退还押金。", "二、再无争议。"])))
    assert "一、退还押金。" in words
    assert "1.一、" not in words


def test_an_agreement_is_an_archive_file_with_its_fonts_inside():
    reader = pypdf.PdfReader(io.BytesIO(documents.agreement_pdf(agreement())))
    says = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in says
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in says
    fonts = [font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values()]
    descriptors = [f["/DescendantFonts"][0].get_object()["/FontDescriptor"] for f in fonts]
    assert descriptors
    assert all({"/FontFile2", "/FontFile3"} & set(d) for d in descriptors)


@pytest.mark.parametrize(
    ("make", "data"),
    [
        (documents.agreement_pdf, agreement()),
        (documents.receipt_pdf, receipt()),
        (
            documents.poster_pdf,
            documents.PosterData("西兴街道", URL, "演示中心", "0571-00000000"),
        ),
    ],
)
def test_the_code_is_read_from_the_printed_page_in_black_and_white(monkeypatch, make, data):
    to_pdf = render.typst.compile

    def to_picture(source: str, **options: object) -> bytes:
        return to_pdf(source, **(options | {"pdf_standards": [], "format": "png", "ppi": 150}))

    monkeypatch.setattr(render.typst, "compile", to_picture)
    page = Image.open(io.BytesIO(make(data)))
    for version in (page, page.convert("1")):
        assert {code.text for code in zxingcpp.read_barcodes(version)} == {URL}


def test_forty_parties_and_long_terms_run_over_several_pages():
    parties = [documents.PartyLine("申请人", f"演示{i:02}") for i in range(40)]
    pdf = documents.agreement_pdf(agreement(parties=parties, terms=["很长的一条。" * 60] * 12))
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) > 2


def test_a_receipt_proves_the_second_of_application_with_names_masked():
    pdf = documents.receipt_pdf(receipt())
    words = text_of(pdf)
    for said in ("2026-11-2210:05:03", "演**", "第十二条", "中断", "3个工作日", "不收费"):
        assert said in words, said
    assert URL in codes_in(pdf)
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) == 1
    assert documents.receipt_pdf(receipt()) == pdf


def test_a_poster_prints_the_address_beside_the_code():
    url = "https://jf.example.cn/p/xixing/"
    pdf = documents.poster_pdf(documents.PosterData("西兴街道", url, "演示中心", "0571-00000000"))
    words = text_of(pdf)
    facts = (
        "有纠纷，扫一扫",
        "请人调解",
        "西兴街道",
        "不收费",
        "不用下载App",
        "大约3分钟",
        "0571-00000000",
    )
    for said in (url, *facts):
        assert said in words, said
    assert codes_in(pdf) == {url}


def test_a_poster_with_a_long_address_and_place_stays_on_its_page():
    url = "https://mediation.binjiang.hangzhou.example.gov.cn/p/xixing8k2345/"
    place = "长河街道演示大厦一楼便民服务大厅东侧综合窗口旁" * 2
    pdf = documents.poster_pdf(
        documents.PosterData(place, url, "演示中心", "0571-00000000 转 8001")
    )
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) == 1
    assert url in text_of(pdf)
    assert place in text_of(pdf)


def test_a_poster_printed_again_is_the_same_file():
    data = documents.PosterData("西兴街道", URL, "演示中心", "0571-00000000")
    pdf = documents.poster_pdf(data)
    assert "/CreationDate" not in (pypdf.PdfReader(io.BytesIO(pdf)).metadata or {})
    assert documents.poster_pdf(data) == pdf


def test_a_document_that_cannot_be_made_names_its_template():
    for template in ("agreement", "receipt", "poster"):
        with pytest.raises(documents.DocumentError, match=template):
            render.render(template, {"phone": "1"})


def test_a_document_without_a_template_is_refused():
    with pytest.raises(documents.DocumentError, match="petition"):
        render.render("petition", {})


def test_data_that_is_no_text_is_refused():
    with pytest.raises(documents.DocumentError, match="agreement"):
        render.render("agreement", {"facts": object()})


def test_rare_characters_and_emoji_are_printed_as_their_number_and_stop_nothing():
    parties = [documents.PartyLine("申请人", "演𬎆"), documents.PartyLine("被申请人", "䶮")]
    facts = "退押金\U0001f600\x00\u202e，\ud83d。"
    words = text_of(documents.agreement_pdf(agreement(parties=parties, facts=facts)))
    assert "演〔U+2C386〕" in words
    assert "䶮" in words
    assert "退押金〔U+1F600〕，〔U+D83D〕。" in words


def test_a_signature_that_is_no_picture_is_refused():
    junk = documents.SignatureLine("申请人", "演示甲", "手写", "", b"\x89PNG\r\n\x1a\njunk")
    with pytest.raises(documents.DocumentError, match="agreement"):
        documents.agreement_pdf(agreement(signatures=[junk]))


def test_the_digest_of_a_document_is_its_sha_256():
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert documents.digest(b"") == empty
