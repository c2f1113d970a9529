import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import drafts
from cases.files import LARGEST, MOST
from cases.filing import MOST_PARTIES
from cases.models import Attachment, Case, Channel, FilingDraft, Notice, Poster
from mediators.models import Region
from tests.cases.web.conftest import (
    Page,
    answers,
    check_error_page,
    one_other_than,
    photo,
    values,
)
from tests.factories import LEASE, code_sent_to, let_time_pass_for, new_phone
from tests.races import refused, together

STEPS = ("what", "wish", "respondent", "where", "contact", "check")
QUESTIONS = (
    "发生了什么事？",
    "您想怎么解决？",
    "对方是谁？",
    "在哪里发生的？",
    "怎么联系您？",
    "看一看，对不对",
)


def step(name):
    return reverse("file-step", args=[name])


def street():
    return Region.objects.filter(level=Region.Level.STREET).first()


def at_check(visitor, **changes):
    """Bring a visitor to the last step, with a code on the phone; return the code."""
    given = answers(**changes)
    visitor.begin(**given)
    phone = drafts.contact_phone(visitor.draft)
    let_time_pass_for(phone)
    visitor.press("没收到？再发一次")
    return code_sent_to(phone)


def submit(visitor, code):
    return visitor.press("提交，生成调解码", code=code, consent="on")


# --- The whole way ---


def test_a_dispute_is_filed_on_a_phone_page_by_page_without_script(visitor):
    phone = new_phone()
    asked = [visitor.go("/").heading]
    for button, typed in (
        ("开始申请", {}),
        ("下一步", {"description": LEASE, "photos": [photo()]}),
        ("下一步", {"wish": "money", "amount": "３４００"}),
        ("下一步", {"name": "李四光", "phone": "+86 138-0000 0001"}),
        ("下一步", {"region": street().pk, "place": "江南大道1号"}),
        ("下一步", {"name": "张三丰", "phone": phone}),
    ):
        asked.append(visitor.press(button, **typed).heading)
        assert visitor.page.status == 200
    assert asked == ["有纠纷，找人帮您调解", *QUESTIONS]
    for answer in (LEASE, "要回钱：3400元", "李四光", "13800000001", "江南大道1号", "1个", phone):
        assert answer in visitor.page.words
    page = submit(visitor, code_sent_to(phone))
    case = Case.objects.get()
    assert (page.address, page.heading) == (reverse("file-done"), "申请已提交")
    assert (case.description, case.wish, case.amount) == (LEASE, "money", Decimal("3400"))
    assert (case.region, case.place, case.channel.key) == (street(), "江南大道1号", "public")
    applicant, respondent = case.parties.order_by("id")
    assert (applicant.name, applicant.phone, applicant.answer) == ("张三丰", phone, "agrees")
    assert (respondent.name, respondent.phone) == ("李四光", "13800000001")
    assert applicant.phone_proved_at
    assert not respondent.phone_proved_at
    assert case.files.get().party == applicant
    purposes = set(applicant.consents.values_list("purpose", flat=True))
    assert purposes == {"privacy", "truth", "mediation"}


def test_the_result_has_number_code_colour_and_the_time_to_the_second(visitor):
    with time_machine.travel("2026-11-20 10:17:30+08:00", tick=False):
        page = submit(visitor, at_check(visitor))
    case = Case.objects.get()
    short = case.mediation_code.short
    for said in (
        case.number,
        f"{short[:4]}-{short[4:8]}-{short[8:]}",
        "待受理",
        "2026-11-20 10:17:30",
        "谈不成也不影响您去法院起诉",
    ):
        assert said in page.words
    assert page.all("svg", class_="qr")


def test_who_filed_is_known_as_the_party_from_then_on(visitor):
    submit(visitor, at_check(visitor))
    page = visitor.follow("看进度、补照片")
    assert page.address.endswith("/my/")
    assert page.status == 200


def test_the_receipt_is_a_pdf_for_whoever_filed_and_for_nobody_else(visitor, stranger):
    submit(visitor, at_check(visitor))
    answer = visitor.client.get(reverse("file-receipt"))
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert stranger.client.get(reverse("file-receipt")).status_code == 302


def test_no_box_is_ticked_and_no_choice_made_for_anybody(visitor):
    for name, fields in (
        ("wish", {"wish"}),
        ("respondent", {"unknown"}),
        ("where", {"region"}),
        ("check", {"consent"}),
    ):
        page = visitor.begin(**(answers() if name == "check" else known_before(name)))
        assert page.address == step(name)
        assert not any(page.field(field) for field in fields)


def test_words_that_look_like_a_program_are_only_words(visitor):
    at_check(visitor, description="<script>alert(1)</script>房东不退押金", name="<b>张</b>")
    assert "<script>alert" not in visitor.page.html
    assert "<script>alert(1)</script>房东不退押金" in visitor.page.words


# --- Errors ---

LONG = "房东不退押金。" * 149
WRONG = {
    "empty": ("what", {}, "请写发生了什么事，至少5个字"),
    "short": ("what", {"description": "欠钱"}, "请写发生了什么事，至少5个字"),
    "long": ("what", {"description": LONG}, "最多写1000个字，现在是1043个。可以把细节留给调解员"),
    "no wish": ("wish", {}, "请选一个您想要的结果"),
    "words for money": (
        "wish",
        {"wish": "money", "amount": "三千四"},
        "钱数只写数字，比如3400",
    ),
    "less than nothing": (
        "wish",
        {"wish": "money", "amount": "-1"},
        "钱数只写数字，比如3400",
    ),
    "a third of a cent": (
        "wish",
        {"wish": "money", "amount": "0.333"},
        "钱数只写数字，比如3400",
    ),
    "more than there is": (
        "wish",
        {"wish": "money", "amount": "9" * 13},
        "钱数只写数字，比如3400",
    ),
    "nobody": ("respondent", {"phone": "13800000001"}, "请写对方的姓名或单位名称"),
    "ten digits": (
        "respondent",
        {"name": "李四光", "phone": "1380000000"},
        "手机号应是11位数字，现在是10位",
    ),
    "no phone": (
        "respondent",
        {"name": "李四光"},
        "请写对方手机号，或者勾选“我不知道对方手机号”",
    ),
    "phone and unknown": (
        "respondent",
        {"name": "李四光", "phone": "13800000001", "unknown": "on"},
        "您写了手机号，又勾选了“不知道”。请留一个",
    ),
    "nowhere": ("where", {"place": "江南大道1号"}, "请选街道或社区"),
    "no name": ("contact", {"phone": "19900000000"}, "请写您的姓名"),
    "no own phone": ("contact", {"name": "张三丰"}, "请写您的手机号"),
    "own ten digits": (
        "contact",
        {"name": "张三丰", "phone": "1990000000"},
        "手机号应是11位数字，现在是10位",
    ),
    "no mobile": (
        "contact",
        {"name": "张三丰", "phone": "0571-88888888"},
        "验证码只能发到手机，请写11位手机号",
    ),
}


def known_before(name):
    """Return the answers to all questions that come before this one."""
    upto = answers()
    before = {
        "wish": ("description",),
        "respondent": ("description", "wish"),
        "where": ("description", "wish", "respondents"),
        "contact": ("description", "wish", "respondents", "region", "place"),
    }
    return {key: upto[key] for key in before.get(name, ())}


@pytest.mark.parametrize(("name", "typed", "said"), WRONG.values(), ids=WRONG)
def test_an_error_says_what_to_change_and_keeps_what_was_typed(visitor, name, typed, said):
    visitor.begin(**known_before(name))
    assert visitor.page.address == step(name)
    page = visitor.press("下一步", **typed)
    check_error_page(page, said)
    assert page.address == step(name)
    for field, value in typed.items():
        assert page.field(field) == value


def test_several_errors_are_all_named_on_top(visitor):
    visitor.begin(**known_before("contact"))
    check_error_page(visitor.press("下一步"), "还有2处要改", "请写您的姓名", "请写您的手机号")


def test_a_text_with_an_error_is_still_there_when_the_page_is_opened_again(visitor):
    visitor.begin()
    visitor.press("下一步", description=LONG)
    assert visitor.go(step("what")).field("description") == LONG


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"consent": "on"}, "请写短信里的6位数字"),
        ({"code": "12345", "consent": "on"}, "请写短信里的6位数字"),
        ({"code": "abcdef", "consent": "on"}, "请写短信里的6位数字"),
    ],
)
def test_what_is_no_code_is_said_to_be_none(visitor, typed, said):
    at_check(visitor)
    check_error_page(visitor.press("提交，生成调解码", **typed), said)
    assert not Case.objects.exists()


def test_without_consent_there_is_no_case(visitor):
    code = at_check(visitor)
    check_error_page(visitor.press("提交，生成调解码", code=code), "请勾选“我写的是真的”")
    assert visitor.page.field("code") == code
    assert not Case.objects.exists()


def test_the_other_side_s_phone_cannot_be_one_s_own(visitor):
    phone = new_phone()
    other = {"kind": "person", "name": "李四光", "phone": phone, "whereabouts": ""}
    page = submit(visitor, at_check(visitor, phone=phone, respondents=[other]))
    check_error_page(page, "对方手机号和您的一样，请改一个")
    assert not Case.objects.exists()


# --- One-time codes ---


def test_a_wrong_code_says_how_many_tries_are_left_and_ends_after_five(visitor):
    wrong = one_other_than(at_check(visitor))
    for left in (4, 3, 2, 1, 0):
        check_error_page(submit(visitor, wrong), f"验证码不对，还可以试{left}次")
    check_error_page(submit(visitor, wrong), "这个验证码试了太多次，请再发一个")
    assert not Case.objects.exists()


def test_an_old_code_is_refused_and_a_new_one_works(visitor):
    with time_machine.travel("2026-11-20 10:17:30+08:00", tick=False) as clock:
        code = at_check(visitor)
        clock.shift(10 * 60 + 1)
        check_error_page(submit(visitor, code), "验证码过期了，请再发一个")
        assert "验证码已发出" in visitor.press("没收到？再发一次").words
        new = code_sent_to(drafts.contact_phone(visitor.draft))
        assert submit(visitor, new).heading == "申请已提交"


def test_codes_are_not_sent_too_often_and_the_page_says_when_again(visitor):
    with time_machine.travel("2026-11-20 10:17:30+08:00", tick=False) as clock:
        at_check(visitor)
        page = visitor.press("没收到？再发一次")
        assert "发得太勤了，请等1分钟再试。也可以打电话告诉我们" in page.words
        for _ in range(4):
            clock.shift(60)
            assert "验证码已发出" in visitor.press("没收到？再发一次").words
        clock.shift(60)
        assert "今天发的验证码太多了" in visitor.press("没收到？再发一次").words
    assert page.heading == QUESTIONS[-1]


# --- Order of the questions ---


@pytest.mark.parametrize("given", range(5))
def test_whoever_skips_ahead_is_sent_to_the_first_open_question(visitor, given):
    known = {} if not given else known_before(STEPS[given])
    visitor.begin(**known)
    for name in STEPS[given:]:
        assert visitor.go(step(name)).heading == QUESTIONS[given]


def test_an_unknown_step_leads_to_the_first_open_question(visitor):
    visitor.begin(**known_before("wish"))
    assert visitor.go(step("nonsense")).heading == QUESTIONS[1]


def test_going_back_shows_what_was_answered(visitor):
    given = answers()
    visitor.begin(**given)
    shown = []
    for _ in range(5):
        shown.append(visitor.follow("返回上一步").heading)
        page = visitor.page
        for field in ("description", "wish", "amount", "region", "place", "name"):
            if page.heading != QUESTIONS[2] and page.field(field) is not None:
                assert page.field(field) == str(given[field])
    assert shown == list(reversed(QUESTIONS[:5]))
    assert visitor.follow("返回上一步").address == reverse("home")


def test_a_changed_answer_leads_back_to_the_overview(visitor):
    visitor.begin(**answers())
    visitor.go(step("wish"))
    page = visitor.press("下一步", wish="apology", amount="")
    assert page.heading == QUESTIONS[-1]
    assert "要道歉" in page.words
    assert "3400元" not in page.words.replace(LEASE, "")


@pytest.mark.parametrize("name", STEPS)
def test_a_deep_link_without_a_filing_says_it_is_gone_and_where_to_begin(visitor, name):
    page = visitor.go(step(name))
    assert page.status == 410
    assert "已过7天" in page.words
    assert visitor.press("重新申请").heading == QUESTIONS[0]


def test_a_forged_cookie_opens_nobody_s_filing(visitor, stranger):
    visitor.begin(**answers())
    stranger.client.cookies["draft"] = visitor.draft.token
    assert stranger.go(step("check")).status == 410


# --- Later, and on another phone ---


def test_a_filing_is_put_aside_and_taken_up_again(visitor):
    with time_machine.travel("2026-11-20 10:17:30+08:00", tick=False) as clock:
        visitor.begin()
        page = visitor.press("先存下来，以后再填", description=LEASE)
        assert "我们存到2026年11月27日" in page.words
        clock.shift(6 * 86_400)
        visitor.go("/")
        visitor.follow("接着上次填")
        assert visitor.page.field("description") == LEASE


def test_a_filing_is_put_aside_with_a_question_half_answered(visitor):
    visitor.begin(**known_before("contact"))
    page = visitor.press("先存下来，以后再填", name="张三丰")
    assert page.address == reverse("file-later")
    assert page.status == 200


def test_a_filing_is_taken_up_on_another_phone_by_number_and_code(visitor, stranger):
    given = answers()
    visitor.begin(**given)
    let_time_pass_for(given["phone"])
    stranger.go("/")
    stranger.follow("接着上次填（换了手机）")
    stranger.press("发验证码", phone=given["phone"])
    page = stranger.press("找回", code=code_sent_to(given["phone"]))
    assert page.heading == QUESTIONS[-1]
    assert LEASE in page.words
    assert stranger.draft == visitor.draft


def test_a_wrong_code_or_phone_finds_no_filing_and_says_so(visitor, stranger):
    given = answers()
    visitor.begin(**given)
    stranger.go(reverse("file-resume"))
    check_error_page(stranger.press("发验证码"), "请写您的手机号")
    check_error_page(stranger.press("发验证码", phone="123"), "现在是3位")
    let_time_pass_for(given["phone"])
    stranger.press("发验证码", phone=given["phone"])
    wrong = one_other_than(code_sent_to(given["phone"]))
    check_error_page(stranger.press("找回", code="12"), "请写短信里的6位数字")
    check_error_page(stranger.press("找回", code=wrong), "验证码不对，还可以试4次")
    assert "draft" not in stranger.client.cookies


def test_a_phone_without_a_filing_is_answered_in_the_same_words(visitor, stranger):
    given = answers()
    visitor.begin(**given)
    said = []
    for phone in (given["phone"], new_phone()):
        let_time_pass_for(phone)
        stranger.go(reverse("file-resume"))
        pages = [stranger.press("发验证码", phone=phone), stranger.press("找回", code="000000")]
        again = stranger.go(reverse("file-resume")) and stranger.press("发验证码", phone=phone)
        said.append([(p.status, p.words) for p in (*pages, again)])
    assert said[0] == said[1]
    check_error_page(again, "发得太勤了，请等1分钟再试")


def test_a_filing_is_gone_after_seven_days(visitor):
    with time_machine.travel("2026-11-20 10:17:30+08:00", tick=False) as clock:
        visitor.begin(**answers())
        assert visitor.go(step("check")).status == 200
        clock.shift(dt.timedelta(days=7))
        assert visitor.go(step("check")).status == 410
        assert "没找到没填完的申请" in visitor.go(reverse("file-later")).words


# --- Photos ---

DOCX = SimpleUploadedFile("合同.docx", b"PK\x03\x04" + b"\0" * 200)


def bad_files():
    big = SimpleUploadedFile("大图.jpg", b"\xff\xd8\xff" + b"0" * (LARGEST + 1_100_000))
    cut = photo("没传完.jpg")
    return {
        "docx": ([DOCX], "“合同.docx”打不开。请用照片（JPG、PNG）或PDF"),
        "11 MB": ([big], "“大图.jpg”有11MB，最大10MB。可以截图后再传"),
        "cut": (
            [SimpleUploadedFile(cut.name, cut.read()[:200])],
            "“没传完.jpg”打不开，可能没有传完。请再选一次",
        ),
        "ten": ([photo() for _ in range(MOST + 1)], "一次最多9张。其他的提交后再补"),
        "many": ([photo() for _ in range(30)], "一次最多9张。其他的提交后再补"),
    }


@pytest.mark.parametrize("name", ["docx", "11 MB", "cut", "ten", "many"])
def test_a_refused_photo_is_named_and_the_text_stays(visitor, name):
    photos, said = bad_files()[name]
    visitor.begin()
    page = visitor.press("下一步", description=LEASE, photos=photos)
    check_error_page(page, said)
    assert page.field("description") == LEASE
    assert visitor.go(step("what")).field("description") == LEASE
    assert Attachment.objects.count() == (MOST if len(photos) > MOST else 0)


def test_photos_that_came_are_kept_through_an_error_and_can_be_taken_out(visitor):
    visitor.begin()
    page = visitor.press("下一步", description="", photos=[photo("收条.jpg"), photo()])
    check_error_page(page, "至少5个字")
    assert "收条.jpg" in page.words
    page = visitor.press("删掉收条.jpg")
    assert "收条.jpg" not in page.words
    assert [file.title for file in visitor.draft.files.all()] == ["合同.jpg"]


def test_nobody_takes_out_the_photo_of_another_s_filing(visitor, stranger):
    visitor.begin()
    visitor.press("下一步", description="", photos=[photo()])
    stranger.begin()
    path = reverse("file-photo-remove", args=[visitor.draft.files.get().pk])
    for thief in (stranger.client, Client()):
        thief.handler.enforce_csrf_checks = False
        assert thief.post(path).status_code == 404
    assert visitor.draft.files.count() == 1


# --- Posters ---


@pytest.fixture
def poster(house):
    window = Channel.objects.get(key="window")
    return Poster.objects.create(token="xixing", label="窗口", channel=window, region=street())


def test_a_poster_fills_in_its_place_and_channel(visitor, poster):
    page = visitor.go(reverse("poster", args=[poster.token]))
    assert f"您在：{street()}" in page.words
    visitor.press("开始申请")
    given = answers()
    drafts.keep(visitor.draft, description=LEASE, wish="money", respondents=given["respondents"])
    page = visitor.go(step("check"))
    assert page.heading == "怎么联系您？"
    assert "第 4 步，共 5 步" in page.words
    phone = new_phone()
    page = visitor.press("下一步", name="张三丰", phone=phone)
    assert str(street()) in page.words
    submit(visitor, code_sent_to(phone))
    case = Case.objects.get()
    assert (case.region, case.channel.key, case.poster) == (street(), "window", poster)


def test_the_place_of_a_poster_can_be_changed_on_the_overview(visitor, poster):
    visitor.go(reverse("poster", args=[poster.token]))
    visitor.press("开始申请")
    drafts.keep(visitor.draft, **answers(region=street().pk))
    visitor.go(step("where"))
    elsewhere = Region.objects.filter(level=Region.Level.STREET).last()
    page = visitor.press("下一步", region=elsewhere.pk)
    assert page.heading == QUESTIONS[-1]
    assert str(elsewhere) in page.words


def test_a_switched_off_poster_says_so_and_still_lets_people_file(visitor, poster):
    Poster.objects.update(is_active=False)
    page = visitor.go(reverse("poster", args=[poster.token]))
    assert "这张海报停用了，仍可从这里申请" in page.words
    visitor.press("开始申请")
    assert visitor.draft.poster is None
    assert "region" not in drafts.answers(visitor.draft)


def test_a_poster_that_was_never_printed_is_not_found(visitor):
    assert visitor.go(reverse("poster", args=["never"])).status == 404


def test_looking_at_a_poster_or_the_first_page_begins_nothing(visitor, poster):
    visitor.go("/")
    visitor.go(reverse("poster", args=[poster.token]))
    visitor.client.head(reverse("file-start"))
    visitor.client.get(reverse("file-start"))
    assert not FilingDraft.objects.exists()


# --- For somebody else ---


def test_filing_for_somebody_else_records_both_and_lets_the_helper_into_nothing(visitor):
    visitor.go("/")
    visitor.press("帮别人申请")
    drafts.keep(visitor.draft, **known_before("contact"))
    assert visitor.go(step("check")).heading == "您帮谁申请？"
    helped, helper = new_phone(), new_phone()
    typed = {"name": "张三丰", "phone": helped, "proxy_name": "王五", "proxy_phone": helper}
    check_error_page(visitor.press("下一步", **typed), "请选您和他的关系")
    page = visitor.press("下一步", proxy_relation="grid_worker")
    assert "王五（网格员）" in page.words
    page = submit(visitor, code_sent_to(helper))
    case = Case.objects.get()
    assert (case.proxy.name, case.proxy.relation, case.proxy.phone) == (
        "王五",
        "grid_worker",
        helper,
    )
    applicant = case.parties.get(side="applicant")
    assert (applicant.name, applicant.phone, applicant.phone_proved_at) == ("张三丰", helped, None)
    assert "王五（网格员）" in page.words
    assert Notice.objects.get(template="proxy_filed").phone == helped
    assert visitor.follow("看进度").address == f"/c/{case.mediation_code.token}/"
    assert visitor.go_to("party-case", case).heading == "验证手机"


def test_whoever_is_helped_needs_no_phone(visitor):
    given = {"phone": "", "proxy_name": "王五", "proxy_relation": "family", "for_other": True}
    code = at_check(visitor, **given, proxy_phone=new_phone())
    assert submit(visitor, code).heading == "申请已提交"
    assert Case.objects.get().parties.get(side="applicant").phone == ""


# --- Several respondents ---


def test_several_respondents_are_listed_taken_out_and_all_filed(visitor):
    given = answers()
    del given["respondents"]
    visitor.begin(**given)
    page = visitor.press("再加一个对方", name="李四光", unknown="on", whereabouts="西兴菜场")
    assert "李四光" in page.words
    page = visitor.press("再加一个对方", kind="company", name="某某公司", phone="0571-88888888")
    page = visitor.press("下一步", name="写错的人", unknown="on")
    assert page.heading == QUESTIONS[-1]
    visitor.go(step("respondent"))
    page = visitor.press("删掉写错的人")
    assert "写错的人" not in page.words
    assert {"李四光", "某某公司"} <= {other["name"] for other in visitor_others(visitor)}
    visitor.follow("下一步")
    let_time_pass_for(given["phone"])
    visitor.press("没收到？再发一次")
    submit(visitor, code_sent_to(given["phone"]))
    others = Case.objects.get().parties.filter(side="respondent").values_list("kind", "name")
    assert list(others) == [("person", "李四光"), ("company", "某某公司")]


def visitor_others(visitor):
    return drafts.answers(visitor.draft)["respondents"]


def test_when_the_only_respondent_is_taken_out_the_question_is_open_again(visitor):
    visitor.begin(**answers())
    visitor.go(step("respondent"))
    visitor.press("删掉李四光")
    assert visitor.go(step("check")).heading == QUESTIONS[2]


def test_one_respondent_too_many_is_refused_where_it_is_typed(visitor):
    one = {"kind": "person", "name": "李四光", "phone": "", "whereabouts": ""}
    visitor.begin(**answers(respondents=[one] * MOST_PARTIES))
    visitor.go(step("respondent") + "?add=1")
    page = visitor.press("下一步", name="第二十一个", unknown="on")
    check_error_page(page, "最多加20个对方。更多的请打电话告诉我们")
    assert len(visitor_others(visitor)) == MOST_PARTIES


# --- Sent twice ---


def test_back_refresh_and_sending_again_show_the_same_result_and_make_no_second_case(visitor):
    code = at_check(visitor)
    form, _ = visitor.page.form_with("提交，生成调解码")
    first = submit(visitor, code)
    again = [
        visitor.client.post(step("check"), {**values(form), "code": code, "consent": "on"}),
        visitor.client.get(step("check")),
        visitor.client.get(step("what")),
    ]
    for answer in again:
        assert (answer.status_code, answer["Location"]) == (302, reverse("file-done"))
    assert visitor.go(reverse("file-done")).words == first.words
    assert Case.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_four_posts_at_once_are_one_case_and_end_on_the_same_result(visitor):
    code = at_check(visitor)
    cookies = visitor.client.cookies

    def send():
        client = Client()
        client.cookies = cookies.copy()
        answer = client.post(step("check"), {"code": code, "consent": "on"})
        assert (answer.status_code, answer["Location"]) == (302, reverse("file-done"))
        return Page(client.get(reverse("file-done"))).words

    results = together([send] * 4)
    assert refused(results) == []
    assert len(set(results)) == 1
    assert Case.objects.get().number in results[0]


def test_a_new_filing_after_the_first_is_another_case(visitor):
    submit(visitor, at_check(visitor))
    submit(visitor, at_check(visitor, phone=new_phone()))
    assert Case.objects.count() == 2


# --- Pages that lay open too long ---


@pytest.mark.parametrize("address", ["file-start", "file-code", "file-step", "file-resume"])
def test_a_page_that_lay_open_too_long_says_so_and_leads_back(visitor, address):
    visitor.begin(**answers())
    path = reverse(address, args=["check"] if address == "file-step" else [])
    page = Page(visitor.client.post(path, {"code": "123456"}))
    assert (page.status, page.heading) == (403, "这一页放得太久了")
    assert visitor.go(page.link("返回再试")).status == 200
    assert drafts.answers(visitor.draft)["description"] == LEASE


@pytest.mark.parametrize(
    ("name", "args", "leads_to"),
    [
        ("file-start", [], "/"),
        ("file-code", [], "/file/check/"),
        ("file-photo-remove", [1], "/file/what/"),
        ("file-respondent-remove", [0], "/file/respondent/"),
    ],
)
def test_an_address_that_only_takes_forms_leads_a_reader_to_its_page(visitor, name, args, leads_to):
    visitor.begin(**answers())
    before = drafts.answers(visitor.draft)
    page = visitor.go(reverse(name, args=args))
    assert (page.status, page.address) == (200, leads_to)
    assert drafts.answers(visitor.draft) == before


def test_a_filing_not_yet_finished_has_no_result_and_a_finished_one_no_photo_to_take_out(visitor):
    visitor.begin()
    visitor.press("下一步", description="", photos=[photo()])
    assert visitor.go(reverse("file-done")).address == "/"
    file = visitor.draft.files.get()
    submit(visitor, at_check_again(visitor))
    visitor.client.handler.enforce_csrf_checks = False
    answer = visitor.client.post(reverse("file-photo-remove", args=[file.pk]))
    assert answer.status_code == 409
    assert "已经提交的材料不能删除" in answer.content.decode()
    assert Case.objects.get().files.count() == 1


def at_check_again(visitor):
    given = answers()
    drafts.keep(visitor.draft, **given)
    visitor.go(step("check"))
    visitor.press("没收到？再发一次")
    return code_sent_to(given["phone"])


def test_a_draft_that_became_a_case_is_forgotten_without_its_case(visitor):
    submit(visitor, at_check(visitor))
    drafts.forget_old(timezone.now() + dt.timedelta(days=8))
    assert visitor.go(reverse("file-done")).address == "/"
    assert Case.objects.exists()


def test_whoever_files_alone_never_sees_questions_about_a_helper(visitor):
    visitor.begin(**known_before("contact"))
    (form,) = [f for f in visitor.page.all("form") if "phone" in values(f)]
    assert {"name", "phone"} <= set(values(form))
    assert not any(name.startswith("proxy") for name in values(form))
