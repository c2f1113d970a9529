"""The main job as people do it: poster → filing → code → mediator → signatures → green → points."""

import io
import re

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser

from tests.browser.people import Letterbox, Person
from tests.services import needs_chromium, needs_redis

pytestmark = [needs_chromium, pytest.mark.slow]
APPLICANT, RESPONDENT = "19900001001", "19900001002"
STORY = "我租的房子提前一个月退房，房东不退押金3400元。租房合同写明了提前三十天通知。"


def test_a_dispute_filed_on_a_phone_is_settled_and_earns_points(
    chromium: Browser, embedded_house: str
):
    walk_the_line(chromium, embedded_house)


@needs_redis
@pytest.mark.postgres
def test_the_same_line_on_postgresql_and_redis(chromium: Browser, large_house: str):
    walk_the_line(chromium, large_house)


def walk_the_line(chromium: Browser, house: str) -> None:
    letters = Letterbox(chromium, house)
    applicant, respondent = Person(chromium, house), Person(chromium, house)
    mediator, lead = Person(chromium, house), Person(chromium, house)

    number = file_from_the_poster(applicant, letters)
    accept(mediator, number)
    answer_the_invitation(respondent, letters)
    meet_and_write(mediator, number)
    sign(applicant, letters, APPLICANT, "演示申请人", by_hand=True)
    sign(respondent, letters, RESPONDENT, "演示对方", by_hand=False)
    set_the_seal(lead, number)
    see_green(applicant)
    see_points(mediator, number)


def file_from_the_poster(person: Person, letters: Letterbox) -> str:
    person.go("/p/xixing/")
    assert "西兴街道" in person.look()
    person.press("开始申请")
    person.press("下一步")
    assert "请写发生了什么事，至少5个字" in person.look()
    person.fill(description=STORY)
    person.press("下一步")
    person.choose("要回钱")
    person.fill(amount="3400")
    person.look()
    person.press("下一步")
    person.fill(name="演示对方", phone="199 0000 100")
    person.press("下一步")
    assert "手机号应是11位数字，现在是10位" in person.look()
    assert person.page.input_value("[name=name]") == "演示对方"
    person.fill(phone=RESPONDENT)
    person.press("下一步")
    person.fill(name="演示申请人", phone=f"+86 {APPLICANT}")
    person.look()
    person.press("下一步")
    assert "3400" in person.look()
    person.fill(code=letters.code(APPLICANT))
    person.choose("我写的是真的")
    person.press("提交，生成调解码")
    said = person.look()
    assert "待受理" in said or "待响应" in said
    assert scanned(person) == re.search(r"(.*/c/[\w-]+/)", address_of_code(person))[1]
    number = re.search(r"20\d\d-\d{6}", said)[0]
    person.follow("看进度、补照片")
    person.wait_to_read("待响应")
    return number


def address_of_code(person: Person) -> str:
    link = person.page.get_by_role("link", name="把调解码存成图片").get_attribute("href")
    return f"{person.house}{link}"


def scanned(person: Person) -> str:
    """Read the QR on the page as another phone's camera would."""
    picture = Image.open(io.BytesIO(person.page.locator("svg.qr").screenshot()))
    return zxingcpp.read_barcodes(picture)[0].text


def accept(person: Person, number: str) -> None:
    person.sign_in("mediator")
    assert number in person.look()
    person.go(f"/workbench/{number}/")
    assert STORY in person.look()
    person.go(f"/workbench/{number}/accept/")
    person.look()
    person.press("接案")
    assert "已办：接案" in person.look()


def answer_the_invitation(person: Person, letters: Letterbox) -> None:
    person.page.goto(letters.link(RESPONDENT))
    assert "押金" not in person.look()
    person.press("看看是什么事")
    person.look()
    person.fill(code=letters.code(RESPONDENT))
    person.press("进去")
    person.look()
    person.follow("回答愿不愿意调解")
    assert STORY in person.look()
    person.choose("愿意，谈谈看")
    person.press("提交")
    assert "调解中" in person.look()


def meet_and_write(person: Person, number: str) -> None:
    person.go(f"/workbench/{number}/contact/")
    person.look()
    person.press("记一次联系")
    person.go(f"/workbench/{number}/plan/")
    person.page.select_option("[name=mode]", "video")
    person.fill(starts_at="2099-12-01T14:30", link="https://meet.example.cn/room")
    person.look()
    person.press("约调解时间")
    person.follow("写调解记录")
    person.fill(course="双方都说明了情况。", concessions="对方私下愿退两千元")
    person.choose("谈成了")
    person.look()
    person.press("调解记录")
    person.go(f"/workbench/{number}/agreement/")
    person.fill(
        terms="演示对方退还押金3400元。\n双方再无其他争议。",
        performance="银行转账，一次付清",
        perform_by="2099-12-10",
    )
    person.look()
    person.press("写调解协议")
    person.go(f"/workbench/{number}/conclude/")
    person.press("协议定稿")
    person.go(f"/workbench/{number}/sign/")
    person.press("调解员签字")
    assert "等 演示申请人 签字" in person.look()


def sign(person: Person, letters: Letterbox, phone: str, name: str, *, by_hand: bool) -> None:
    person.page.goto(letters.link(phone))
    person.wait_to_read("看协议，签字")
    person.follow("看协议，签字")
    said = person.look()
    assert "演示对方退还押金3400元。" in said
    assert "两千元" not in said
    person.press_when_allowed("发签字验证码到我的手机", "发得太勤了")
    person.fill(name=name)
    if by_hand:
        draw(person)
    person.choose("我看完了协议")
    person.fill(code=letters.code(phone))
    person.press("确认签字")
    assert "签好了" in person.look()


def draw(person: Person) -> None:
    person.page.locator("canvas").scroll_into_view_if_needed()
    box = person.page.locator("canvas").bounding_box()
    person.page.mouse.move(box["x"] + 20, box["y"] + 40)
    person.page.mouse.down()
    for step in range(10):
        person.page.mouse.move(box["x"] + 20 + step * 25, box["y"] + 40 + step % 3 * 30)
    person.page.mouse.up()
    assert person.page.input_value("[name=picture]").startswith("data:image/png;base64,")


def set_the_seal(person: Person, number: str) -> None:
    person.sign_in("lead")
    person.go(f"/workbench/{number}/seal/")
    person.look()
    person.press("盖章")
    assert "已化解" in person.look()


def see_green(person: Person) -> None:
    person.page.reload()
    person.wait_to_read("已化解")
    assert person.page.locator(".code.k-green").count() == 1
    person.wait_to_read("调解协议书（PDF）")
    link = person.page.get_by_role("link", name="调解协议书（PDF）").get_attribute("href")
    answer = person.page.request.get(f"{person.house}{link}")
    assert answer.body().startswith(b"%PDF")


def see_points(person: Person, number: str) -> None:
    person.go("/points/")
    said = person.wait_to_read(number)
    assert "受理" in said or "接案" in said
    assert re.search(r"\+\s*3", said), said
