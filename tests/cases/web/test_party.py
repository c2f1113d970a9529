import base64
import datetime as dt
import io
import json

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageDraw
from pypdf import PdfReader

from cases import agreements, events, handling, judicial
from cases.files import MOST, Upload, store
from cases.filing import Person
from cases.models import Agreement, Attachment, Case, CaseType, Notice
from cases.progress import next_for
from tests.cases.web.conftest import (
    Page,
    check_error_page,
    everything,
    one_other_than,
    photo,
    token_of,
    words,
)
from tests.factories import (
    TERMS,
    WAYS,
    applicant_of,
    code_sent_to,
    file,
    fixed_agreement,
    let_time_pass_for,
    new_phone,
    reach,
    respondent_of,
    sign_as,
)

OWN = (
    "case", "answer", "withdraw", "files", "sign", "agreement", "receipt", "confirm", "mediator",
    "relation", "fees",
)  # fmt: skip
AT = "2026-11-20 10:17:30+08:00"


@pytest.fixture
def inviting(house):
    return reach("inviting", house)


@pytest.fixture
def agreed(house):
    return reach("agreed", house)


def own_file(case, party, title="收条.jpg"):
    return store(Upload(title, photo().read()), case=case, party=party)


def own_pages(case, *parties):
    """Return the address of every page of a party, and of every file of these parties."""
    token = token_of(case)
    files = Attachment.objects.filter(case=case, party__in=parties)
    return [
        *(reverse(f"party-{name}", args=[token]) for name in OWN),
        *(reverse("party-file", args=[token, file.pk]) for file in files),
    ]


# --- The door ---


@pytest.mark.parametrize("status", ["filed", "inviting", "agreed", "settled", "failed"])
def test_without_a_proved_phone_every_own_page_leads_to_the_door(stranger, house, status):
    case = reach(status, house)
    own_file(case, applicant_of(case))
    stranger.client.handler.enforce_csrf_checks = False
    for address in own_pages(case, applicant_of(case)):
        for call in (stranger.client.get, stranger.client.post, stranger.client.head):
            answer = call(address)
            door = (302, reverse("party-enter", args=[token_of(case)]))
            assert (answer.status_code, answer.get("Location")) in (door, (405, None))
    changed = Case.objects.get(pk=case.pk)
    assert changed.status == status


def test_a_party_comes_in_with_the_code_sent_to_its_phone(stranger, inviting):
    party = respondent_of(inviting)
    stranger.go_to("code", inviting)
    stranger.follow("我是当事人，用手机验证")
    page = stranger.press("发验证码", phone=f"+86 {party.phone[:3]} {party.phone[3:]}")
    assert f"如果 {party.masked_phone} 是这件案件当事人的手机" in page.words
    page = stranger.press("进去", code=code_sent_to(party.phone))
    assert page.address == reverse("party-case", args=[token_of(inviting)])
    assert inviting.description in page.words
    party.refresh_from_db()
    assert party.phone_proved_at


def test_a_stranger_s_phone_is_answered_word_for_word_like_a_party_s(stranger, inviting):
    said = []
    for phone in (respondent_of(inviting).phone, new_phone()):
        stranger.go_to("party-enter", inviting)
        pages = [
            stranger.press("发验证码", phone=phone),
            *(stranger.press("进去", code=code) for code in ("12", *["000000"] * 6)),
        ]
        stranger.go_to("party-enter", inviting)
        pages.append(stranger.press("发验证码", phone=phone))
        hidden = f"{phone[:3]}****{phone[-4:]}"
        said.append([(p.status, p.title, p.words.replace(hidden, "…")) for p in pages])
    assert said[0] == said[1]
    assert [status for status, _, _ in said[0]] == [200, *[422] * 7, 429]


def test_a_wrong_code_opens_nothing_and_says_what_to_do(stranger, inviting):
    phone = respondent_of(inviting).phone
    stranger.go_to("party-enter", inviting)
    stranger.press("发验证码", phone=phone)
    page = stranger.press("进去", code=one_other_than(code_sent_to(phone)))
    check_error_page(page, "验证码不对，还可以试4次")
    assert stranger.go_to("party-case", inviting).heading == "验证手机"


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "请写您的手机号"), ("1380000", "现在是7位"), ("0571-88888888", "验证码只能发到手机")],
)
def test_what_is_no_mobile_phone_is_said_to_be_none(stranger, inviting, typed, said):
    stranger.go_to("party-enter", inviting)
    check_error_page(stranger.press("发验证码", phone=typed), said)


def test_asking_too_often_says_when_again_and_the_first_code_still_opens(stranger, inviting):
    phone = respondent_of(inviting).phone
    with time_machine.travel(AT, tick=False):
        stranger.go_to("party-enter", inviting)
        stranger.press("发验证码", phone=phone)
        stranger.go_to("party-enter", inviting)
        page = stranger.press("发验证码", phone=phone)
        assert (page.status, "请等1分钟再试" in page.words) == (429, True)
        assert stranger.press("进去", code=code_sent_to(phone)).address.endswith("/my/")


def test_a_party_of_one_case_has_no_way_into_another(visitor, house):
    own, foreign = reach("agreed", house), reach("agreed", house)
    file = own_file(foreign, applicant_of(foreign))
    visitor.enter(applicant_of(own))
    visitor.client.handler.enforce_csrf_checks = False
    for address in own_pages(foreign, applicant_of(foreign)):
        for call in (visitor.client.get, visitor.client.post):
            assert call(address).status_code in (302, 405)
    mixed = reverse("party-file", args=[token_of(own), file.pk])
    assert visitor.client.get(mixed).status_code == 404


def test_one_person_in_two_cases_proves_the_phone_for_each(visitor, house):
    phone = new_phone()
    cases = [file(applicants=[Person("张三丰", phone)]).case for _ in range(2)]
    visitor.enter(applicant_of(cases[0]))
    assert visitor.go_to("party-case", cases[1]).heading == "验证手机"
    visitor.enter(applicant_of(cases[1]))
    for case in cases:
        assert visitor.go_to("party-case", case).heading == "待受理"


def test_leaving_ends_the_access_at_once(visitor, inviting):
    visitor.enter(respondent_of(inviting))
    page = visitor.press("退出（这不是我的手机）")
    assert page.address == reverse("code", args=[token_of(inviting)])
    for address in own_pages(inviting):
        assert visitor.client.get(address).status_code in (302, 405)


def test_only_pressing_the_button_leaves(visitor, inviting):
    visitor.enter(respondent_of(inviting))
    assert visitor.go_to("party-leave", inviting).link("看我的案件")
    assert visitor.go_to("party-case", inviting).address.endswith("/my/")


def test_after_half_an_hour_without_a_page_the_phone_is_asked_again(visitor, inviting):
    with time_machine.travel(AT, tick=False) as clock:
        visitor.enter(respondent_of(inviting))
        clock.shift(29 * 60)
        assert visitor.go_to("party-case", inviting).address.endswith("/my/")
        clock.shift(31 * 60)
        assert visitor.go_to("party-case", inviting).heading == "验证手机"


# --- The link of a message ---


def link_of(party):
    return reverse("invitation", args=[party.link])


def test_the_link_of_a_message_says_who_asks_and_that_nothing_is_to_pay(stranger, inviting):
    page = stranger.go(link_of(respondent_of(inviting)))
    assert page.heading == "张**请您一起调解"
    for said in ("不收费。不会让您转账", "不是起诉。您可以不同意", "12345", "怕是诈骗"):
        assert said in page.words
    for hidden in (inviting.description, "张三丰", "李四光", respondent_of(inviting).phone, "3400"):
        assert hidden not in page.html


def test_behind_the_link_a_code_to_that_phone_opens_the_case(stranger, inviting):
    party = respondent_of(inviting)
    stranger.go(link_of(party))
    page = stranger.press("看看是什么事")
    assert party.masked_phone in page.words
    assert party.phone not in page.html
    check_error_page(stranger.press("进去", code=""), "请写短信里的6位数字")
    page = stranger.press("进去", code=code_sent_to(party.phone))
    assert page.address.endswith("/my/")
    assert stranger.go(link_of(party)).address.endswith("/my/")


def test_pressed_twice_the_link_says_wait_and_the_first_code_opens(stranger, inviting):
    party = respondent_of(inviting)
    with time_machine.travel(AT, tick=False):
        for status in (200, 429):
            stranger.go(link_of(party))
            assert stranger.press("看看是什么事").status == status
        assert "请等1分钟再试" in stranger.page.words
        assert stranger.press("进去", code=code_sent_to(party.phone)).address.endswith("/my/")


def test_a_link_to_a_landline_asks_for_a_mobile_phone(stranger, house):
    company = Person("某某公司", "057188888888", kind="company")
    case = reach("inviting", house, respondents=[company])
    stranger.go(link_of(respondent_of(case)))
    page = stranger.press("看看是什么事")
    assert "验证码只能发到手机" in page.words
    assert page.field("phone") is None or page.form_with("发验证码")


def test_a_link_that_leads_nowhere_says_so(stranger, inviting):
    page = stranger.go(reverse("invitation", args=["a" * 22]))
    assert (page.status, page.heading) == (404, "这个链接打不开了")
    assert page.link("用调解码查进度") == "/c/"


def test_the_link_of_another_case_is_no_key_and_no_obstacle(stranger, house, inviting):
    foreign = respondent_of(reach("inviting", house))
    stranger.client.handler.enforce_csrf_checks = False
    door = reverse("party-enter", args=[token_of(inviting)])
    page = Page(stranger.client.post(door, {"link": foreign.link}))
    assert page.status == 422
    assert not Notice.objects.filter(template="one_time_code").exists()
    phone = respondent_of(inviting).phone
    stranger.page = page
    stranger.press("发验证码", phone=phone)
    assert stranger.press("进去", code=code_sent_to(phone)).address.endswith("/my/")


# --- Willing or not ---


def test_willing_and_unwilling_stand_side_by_side_and_neither_is_chosen(visitor, inviting):
    visitor.enter(respondent_of(inviting))
    page = visitor.go(page_link(visitor.page, "回答愿不愿意调解"))
    options = [e for e in everything(page.tree) if dict(e.attributes).get("class") == "opt"]
    assert [words(option) for option in options] == ["愿意，谈谈看", "不愿意"]
    assert page.field("agrees") is None
    check_error_page(visitor.press("提交"), "请选“愿意”或“不愿意”")


def page_link(page, words_within):
    """Return the address of the one link that has these words in it."""
    (found,) = {dict(a.attributes)["href"] for a in page.all("a") if words_within in words(a)}
    return found


def test_a_willing_respondent_begins_mediation(visitor, inviting):
    visitor.enter(respondent_of(inviting))
    visitor.go(page_link(visitor.page, "回答愿不愿意调解"))
    page = visitor.press("提交", agrees="yes")
    assert "已记下：您愿意调解" in page.words
    assert page.heading == "调解中"
    assert Case.objects.get(pk=inviting.pk).status == "mediating"


def test_an_unwilling_respondent_ends_it_in_one_step_and_is_told_the_way_to_court(
    visitor, inviting
):
    visitor.enter(respondent_of(inviting))
    visitor.go(page_link(visitor.page, "回答愿不愿意调解"))
    page = visitor.press("提交", agrees="no")
    assert Case.objects.get(pk=inviting.pk).status == "failed"
    for said in ("未达成", "您可以去法院起诉", "一方不愿意调解"):
        assert said in page.words


@pytest.mark.parametrize("side", ["applicant", "respondent"])
@pytest.mark.parametrize("status", ["mediating", "agreed"])
def test_either_side_may_stop_at_any_time(visitor, house, status, side):
    case = reach(status, house)
    visitor.enter(case.parties.get(side=side))
    visitor.follow("我不想调解了")
    visitor.press("提交", agrees="no")
    assert Case.objects.get(pk=case.pk).status == "failed"


@pytest.mark.parametrize("status", ["filed", "dispatched", "settled", "failed", "withdrawn"])
def test_an_answer_at_the_wrong_time_is_refused_in_words(visitor, house, status):
    case = reach(status, house)
    visitor.enter(respondent_of(case))
    visitor.go_to("party-answer", case)
    page = visitor.press("提交", agrees="yes")
    check_error_page(page, "现在不用回答：调解还没有开始，或者已经结束")
    assert Case.objects.get(pk=case.pk).status == status


# --- Withdrawing ---


def test_the_applicant_withdraws_after_reading_what_that_means(visitor, inviting):
    visitor.enter(applicant_of(inviting))
    page = visitor.follow("撤回申请")
    assert "调解码变灰" in page.words
    page = visitor.press("撤回", note="已经和好了")
    assert (page.heading, "申请已撤回" in page.words) == ("已撤回", True)
    case = Case.objects.get(pk=inviting.pk)
    assert (case.status, case.end_note) == ("withdrawn", "已经和好了")


def test_a_respondent_withdraws_nothing(visitor, inviting):
    page = visitor.enter(respondent_of(inviting))
    assert "撤回申请" not in page.words
    visitor.go_to("party-withdraw", inviting)
    page = visitor.press("撤回")
    assert (page.status, page.heading) == (409, "现在不能这样做")
    assert "不能“撤回申请”" in page.words
    assert visitor.go(page.link("返回看最新情况")).status == 200
    assert Case.objects.get(pk=inviting.pk).status == "inviting"


@pytest.mark.parametrize("status", ["settled", "failed", "withdrawn"])
def test_what_is_over_is_not_withdrawn(visitor, house, status):
    case = reach(status, house)
    page = visitor.enter(applicant_of(case))
    assert "撤回申请" not in page.words
    visitor.go_to("party-withdraw", case)
    assert visitor.press("撤回").status == 409
    assert Case.objects.get(pk=case.pk).status == status


# --- Photos and papers ---


def test_a_party_adds_its_papers_and_opens_them_again(visitor, inviting):
    visitor.enter(respondent_of(inviting))
    page = visitor.go_to("party-files", inviting)
    assert "还没有照片" in page.words
    page = visitor.press("加照片", photos=[photo("收条.jpg"), photo("合同.jpg")])
    assert "已收到2个文件" in page.words
    answer = visitor.client.get(page.link("收条.jpg"))
    assert answer["Content-Type"] == "image/jpeg"
    assert answer.content[:3] == b"\xff\xd8\xff"


def test_no_browser_runs_or_keeps_a_paper_that_was_sent_in(visitor, inviting):
    party = respondent_of(inviting)
    paper = own_file(inviting, party)
    visitor.enter(party)
    answer = visitor.client.get(reverse("party-file", args=[token_of(inviting), paper.pk]))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


def test_the_other_side_s_papers_are_not_found_and_not_listed(visitor, inviting):
    paper = own_file(inviting, applicant_of(inviting), "内部账本.jpg")
    visitor.enter(respondent_of(inviting))
    assert "内部账本" not in visitor.go_to("party-files", inviting).html
    address = reverse("party-file", args=[token_of(inviting), paper.pk])
    assert visitor.client.get(address).status_code == 404


def test_nothing_chosen_is_said(visitor, inviting):
    visitor.enter(respondent_of(inviting))
    visitor.go_to("party-files", inviting)
    check_error_page(visitor.press("加照片"), "还没有选文件")


def test_a_paper_that_cannot_be_taken_is_named_and_the_others_stay(visitor, inviting):
    visitor.enter(respondent_of(inviting))
    visitor.go_to("party-files", inviting)
    word = SimpleUploadedFile("合同.docx", b"PK\x03\x04" + b"\0" * 99)
    page = visitor.press("加照片", photos=[word, photo("收条.jpg")])
    check_error_page(page, "“合同.docx”打不开。请用照片（JPG、PNG）或PDF")
    assert [a.title for a in inviting.files.all()] == ["收条.jpg"]
    assert "收条.jpg" in page.words


def test_a_tenth_paper_is_refused(visitor, inviting):
    party = respondent_of(inviting)
    for _ in range(MOST):
        own_file(inviting, party)
    visitor.enter(party)
    visitor.go_to("party-files", inviting)
    check_error_page(visitor.press("加照片", photos=[photo()]), "一次最多9张")


# --- Signing ---


def ready_to_sign(visitor, case, side="respondent"):
    """Bring a party to the agreement, with a code for it; return the party and the code."""
    party = case.parties.get(side=side)
    visitor.enter(party)
    let_time_pass_for(party.phone)
    visitor.go(page_link(visitor.page, "看协议，签字"))
    visitor.press("发签字验证码到我的手机")
    return party, code_sent_to(party.phone)


def sign(visitor, name, code, **more):
    return visitor.press("确认签字", **{"name": name, "code": code, "agreed": "on", **more})


def test_the_whole_agreement_is_on_the_page_before_the_signature(visitor, agreed):
    visitor.enter(respondent_of(agreed))
    page = visitor.go(page_link(visitor.page, "看协议，签字"))
    agreement = fixed_agreement(agreed)
    for said in (
        *agreement.term_list,
        agreement.facts,
        agreement.performance,
        agreement.number,
        agreement.digest[:16],
        "3400.00元",
        "2026年12月31日前",
        "张三丰",
        "李四光",
    ):
        assert said in page.words
    assert page.field("agreed") is None


def test_a_party_signs_with_the_typed_name(visitor, agreed):
    party, code = ready_to_sign(visitor, agreed)
    page = sign(visitor, "李四光", code)
    assert "签好了" in page.words
    assert "看协议，签字" not in page.words
    signature = party.signatures.get()
    assert (signature.method, signature.name) == ("typed", "李四光")
    assert signature.digest == fixed_agreement(agreed).digest
    page = visitor.follow("看协议")
    assert "您已经签了" in page.words
    assert "2人签字" in page.words


def drawing():
    """Return what somebody drew by finger, as the page's script sends it."""
    picture, out = Image.new("RGBA", (300, 100)), io.BytesIO()
    ImageDraw.Draw(picture).line([(10, 80), (150, 20), (290, 60)], fill="#16202A", width=6)
    picture.save(out, "PNG")
    return out.getvalue()


def ink(data):
    """Return where a picture has ink."""
    return Image.open(io.BytesIO(data)).convert("RGBA").getchannel("A").tobytes()


def test_a_drawn_signature_is_kept_as_it_was_drawn(visitor, agreed):
    party, code = ready_to_sign(visitor, agreed)
    url = f"data:image/png;base64,{base64.b64encode(drawing()).decode()}"
    assert "签好了" in sign(visitor, "李四光", code, picture=url).words
    signature = party.signatures.get()
    assert signature.method == "drawn"
    assert ink(bytes(signature.picture)) == ink(drawing())


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:image/png;base64,***", "data:,x"])
def test_what_is_no_drawing_counts_as_not_drawn(visitor, agreed, url):
    party, code = ready_to_sign(visitor, agreed)
    assert "签好了" in sign(visitor, "李四光", code, picture=url).words
    assert party.signatures.get().method == "typed"


WRONG = {
    "no name": ({"name": ""}, "还没有写名字"),
    "another name": ({"name": "李四"}, "写的姓名和协议里的不一样，请写“李四光”"),
    "not agreed": ({"agreed": None}, "请先看完协议，再勾选"),
    "no code": ({"code": ""}, "请写短信里的6位数字"),
    "wrong code": ({"code": "wrong"}, "验证码不对，还可以试4次"),
    "not a picture": (
        {"picture": "data:image/png;base64," + base64.b64encode(b"<svg/>").decode()},
        "请重写",
    ),
}


@pytest.mark.parametrize(("typed", "said"), WRONG.values(), ids=WRONG)
def test_a_signature_that_lacks_something_says_what_and_signs_nothing(visitor, agreed, typed, said):
    party, code = ready_to_sign(visitor, agreed)
    values = {"name": "李四光", "code": code, "agreed": "on", **typed}
    if values["code"] == "wrong":
        values["code"] = one_other_than(code)
    page = visitor.press("确认签字", **values)
    check_error_page(page, said)
    assert (page.field("name") or "") == values["name"]
    assert not party.signatures.exists()


def test_a_text_changed_since_is_shown_anew_with_nothing_ticked(visitor, agreed, house):
    party, code = ready_to_sign(visitor, agreed)
    agreements.revise(agreed, actor=house.mediator)
    text = agreements.Text(**{**TERMS.__dict__, "terms": "乙方退还甲方押金3000元。"})
    agreements.draft(Case.objects.get(pk=agreed.pk), text=text, actor=house.mediator)
    agreements.conclude(agreed, actor=house.mediator)
    page = sign(visitor, "李四光", code)
    assert page.status == 409
    assert "协议刚改过，请看新的一版" in page.words
    assert "乙方退还甲方押金3000元。" in page.words
    assert (page.field("agreed"), page.field("name")) == (None, None)
    assert page.field("shown") == fixed_agreement(agreed).digest
    assert not party.signatures.exists()
    check_error_page(sign(visitor, "李四光", code), "验证码")
    let_time_pass_for(party.phone)
    visitor.press("发签字验证码到我的手机")
    assert "签好了" in sign(visitor, "李四光", code_sent_to(party.phone)).words


def test_while_the_text_is_being_changed_there_is_nothing_to_sign(visitor, agreed, house):
    party, code = ready_to_sign(visitor, agreed)
    agreements.revise(agreed, actor=house.mediator)
    page = sign(visitor, "李四光", code)
    assert page.address.endswith("/my/")
    assert "现在没有要签的协议" in page.words
    assert not party.signatures.exists()


def test_codes_for_signing_are_not_sent_too_often(visitor, agreed):
    with time_machine.travel(AT, tick=False):
        ready_to_sign(visitor, agreed)
        page = visitor.press("发签字验证码到我的手机")
    assert "请等1分钟再试" in page.words
    assert page.heading == "请看清楚协议"


def test_an_agreement_about_personal_status_is_read_here_and_signed_in_person(visitor, agreed):
    Case.objects.update(case_type=CaseType.objects.get(key="inheritance"))
    visitor.enter(respondent_of(agreed))
    page = visitor.go_to("party-sign", agreed)
    assert "这类协议要当面签字（电子签名法第3条）" in page.words
    assert "确认签字" not in page.words
    assert TERMS.performance in page.words


def test_signing_twice_is_one_signature(visitor, agreed):
    party, code = ready_to_sign(visitor, agreed)
    form = {"name": "李四光", "code": code, "agreed": "on", "picture": ""}
    form["shown"] = visitor.page.field("shown")
    sign(visitor, "李四光", code)
    visitor.client.handler.enforce_csrf_checks = False
    visitor.client.post(reverse("party-sign", args=[token_of(agreed)]), form)
    assert party.signatures.count() == 1


# --- Settled ---


def text_of(answer):
    reader = PdfReader(io.BytesIO(answer.content))
    return "".join(page.extract_text() for page in reader.pages)


def test_the_agreement_in_force_is_there_as_pdf_and_not_before(visitor, agreed, house):
    party = respondent_of(agreed)
    visitor.enter(party)
    address = reverse("party-agreement", args=[token_of(agreed)])
    assert visitor.client.get(address).status_code == 404
    WAYS["settled"][1](agreed, house)
    events.relay()
    page = visitor.go_to("party-case", agreed)
    assert page.heading == "已化解"
    answer = visitor.client.get(page.link("调解协议书（PDF）"))
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    with Agreement.objects.get(case=agreed).document.open() as kept:
        assert answer.content == kept.read()
    assert "3400" in text_of(answer)


def test_the_receipt_is_a_pdf_with_the_number(visitor, inviting):
    visitor.enter(applicant_of(inviting))
    answer = visitor.client.get(visitor.page.link("打印回执（PDF）"))
    assert answer["Content-Type"] == "application/pdf"
    assert inviting.number in text_of(answer)


# --- What one side must never read of the other ---

CANARY = "最低底线两千八"
MET = ("mediating", "agreed", "settled", "confirming", "confirmed", "failed", "litigating")


def with_secrets(house, status):
    """Return a case in this status in which one side told the mediator what nobody may read."""
    case = reach("mediating", house)
    applicant = applicant_of(case)
    session = handling.plan_session(
        case,
        actor=house.mediator,
        mode="phone",
        place="电话",
        starts_at=timezone.now() + dt.timedelta(hours=1),
    )
    handling.record_session(
        session,
        actor=house.mediator,
        present=[applicant],
        course="分别谈了一次",
        result="continue",
        concessions=f"申请人{CANARY}",
    )
    handling.log_contact(
        applicant, actor=house.mediator, means="phone", outcome="reached", note=CANARY
    )
    own_file(case, applicant, f"{CANARY}.jpg")
    return onward(case, status, house)


def onward(case, status, house):
    """Bring a case from mediation to a later status."""
    if status == "mediating":
        return case
    before, step = WAYS[status]
    case = onward(case, before, house)
    step(case, house)
    return Case.objects.get(pk=case.pk)


@pytest.mark.parametrize("status", MET)
def test_what_one_side_conceded_is_on_no_page_paper_or_message_of_the_other(visitor, house, status):
    case = with_secrets(house, status)
    events.relay()
    assert CANARY in case.sessions.get().concessions
    visitor.enter(respondent_of(case))
    read = 0
    for address in own_pages(case, respondent_of(case)):
        answer = visitor.client.get(address)
        body = answer.content
        text = text_of(answer) if body.startswith(b"%PDF") else body.decode()
        assert CANARY not in text
        read += answer.status_code == 200
    assert read >= 5
    for notice in Notice.objects.filter(case=case):
        assert CANARY not in notice.text + notice.params
    for event in case.events.all():
        assert CANARY not in json.dumps(event.facts, ensure_ascii=False)


def test_a_party_never_reads_the_other_side_s_phone_or_link(visitor, house):
    case = reach("settled", house)
    events.relay()
    other = applicant_of(case)
    visitor.enter(respondent_of(case))
    for address in own_pages(case, respondent_of(case)):
        answer = visitor.client.get(address)
        body = answer.content
        text = text_of(answer) if body.startswith(b"%PDF") else body.decode()
        assert other.phone not in text
        assert other.link not in text


# --- Judicial confirmation ---


@pytest.fixture
def settled(house):
    return reach("settled", house)


def test_when_both_have_applied_the_court_has_the_case(visitor, stranger, settled):
    for person, side, word, said in (
        (visitor, "applicant", "settled", "等另一方也申请后"),
        (stranger, "respondent", "confirming", "各方都已申请"),
    ):
        person.enter(settled.parties.get(side=side))
        page = person.go(page_link(person.page, "请法院确认协议"))
        assert "不收费。双方都要申请。" in page.words
        page = person.press("我要申请")
        assert said in page.words
        assert "请法院确认协议" not in page.words
        assert Case.objects.get(pk=settled.pk).status == word
    assert "司法确认中" in page.words


def test_after_the_last_day_the_application_is_refused_in_words(visitor, settled):
    late = settled.confirm_by + dt.timedelta(days=1)
    with time_machine.travel(f"{late} 10:00+08:00", tick=False):
        visitor.enter(applicant_of(settled))
        visitor.go_to("party-confirm", settled)
        page = visitor.press("我要申请")
        assert page.status == 409
        assert "申请，现在已经过了。对方不照协议做，可以拿协议去法院起诉" in page.words
    assert not settled.confirmations.exists()


@pytest.mark.parametrize("status", ["mediating", "agreed", "confirming", "failed"])
def test_without_an_agreement_in_force_there_is_nothing_to_confirm(visitor, house, status):
    case = reach(status, house)
    page = visitor.enter(applicant_of(case))
    assert "请法院确认协议" not in page.words
    visitor.go_to("party-confirm", case)
    page = visitor.press("我要申请")
    assert (page.status, "有生效的书面协议，才能申请司法确认" in page.words) == (409, True)


def test_a_party_reads_that_the_court_would_not_confirm(visitor, house):
    case = reach("confirming", house)
    judicial.refuse(case.confirmations.get(), refusal="unclear", actor=house.clerk)
    page = visitor.enter(respondent_of(case))
    assert page.heading == "已化解"
    assert "法院没有确认协议" in page.words


# --- The case page ---


@pytest.mark.parametrize("status", Case.Status.values)
def test_each_side_s_page_says_what_comes_next_in_every_status(visitor, house, status):
    case = reach(status, house)
    for party in case.parties.all():
        page = visitor.enter(party)
        (lead,) = page.all("p", class_="lead")
        assert words(lead) == next_for(party)
        assert visitor.go(page_link(page, "照片和材料")).status == 200


def test_nothing_to_do_is_said(visitor, house):
    page = visitor.enter(applicant_of(reach("dispatched", house)))
    assert "现在不用您做什么。有事我们发短信。" in page.words


def test_the_next_meeting_is_shown_with_time_and_place_until_it_was_held(visitor, house):
    case = reach("mediating", house)
    session = handling.plan_session(
        case,
        actor=house.mediator,
        mode="on_site",
        place="西兴街道调解室",
        starts_at=timezone.now() + dt.timedelta(days=1),
    )
    page = visitor.enter(respondent_of(case))
    local = timezone.localtime(session.starts_at)
    assert f"{local.month}月{local.day}日 {local:%H:%M}" in page.words
    assert "西兴街道调解室" in page.words
    handling.record_session(
        session, actor=house.mediator, present=[], course="谈了", result="continue"
    )
    assert "西兴街道调解室" not in visitor.go_to("party-case", case).words


def test_a_rejected_applicant_reads_the_reason(visitor, house):
    case = file().case
    handling.reject(case, actor=house.dispatcher, reason="criminal")
    page = visitor.enter(applicant_of(case))
    assert page.heading == "不予受理"
    assert "原因：涉嫌犯罪，请报警" in page.words


def test_a_party_that_has_signed_waits_and_has_nothing_to_do(visitor, agreed):
    party = respondent_of(agreed)
    sign_as(party, fixed_agreement(agreed))
    let_time_pass_for(party.phone)
    assert "现在不用您做什么" in visitor.enter(party).words


def test_drafts_are_nobody_s_papers(visitor, house):
    case = reach("mediating", house)
    agreements.draft(case, text=TERMS, actor=house.mediator)
    page = visitor.enter(respondent_of(case))
    assert TERMS.performance not in page.words
    page = visitor.go_to("party-sign", case)
    assert TERMS.performance not in page.words
