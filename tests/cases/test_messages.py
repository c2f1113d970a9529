import re

import pytest
from django.utils.translation import override

from cases import messages
from cases.messages import TEXTS, Recipient, to_party, write
from cases.models import Notice
from tests.factories import make_staff, new_phone

# The longest plausible value of every placeholder.
SAMPLES = {
    "code": "123456",
    "minutes": "10",
    "number": "2026-003417",
    "link": "https://tiaojie.hhtz.gov.cn/j/0123456789abcdefghijkl/",
    "body": "滨江区西兴街道人民调解委员会",
    "surname": "张某",
    "phone": "0571-00000000",
    "when": "11月21日14:30",
    "mode": "手机视频",
    "day": "2026-11-25",
}
SIGNATURE = "【滨江调解】"
PART = 67  # characters of one part of a text message in several parts


@pytest.mark.parametrize("template", TEXTS)
def test_every_text_can_be_filled_in_and_takes_at_most_two_parts(template):
    text = SIGNATURE + str(TEXTS[template]) % SAMPLES
    assert "%(" not in text
    assert len(text) <= 2 * PART, len(text)


@pytest.mark.parametrize("template", TEXTS)
def test_a_text_holds_no_detail_of_the_case(template):
    names = set(re.findall(r"%\((\w+)\)s", str(TEXTS[template])))
    assert names <= set(SAMPLES)


def test_a_message_is_kept_with_its_text_and_values(db):
    phone = new_phone()
    notice = write("filed", Recipient(phone=phone), key="k", number="2026-000001", link="x")
    assert (notice.phone, notice.state, notice.template) == (phone, "waiting", "filed")
    assert "2026-000001" in notice.text
    assert '"number": "2026-000001"' in notice.params


def test_the_same_key_is_the_same_message(db):
    phone = new_phone()
    values = {"number": "1", "link": "x"}
    first = write("filed", Recipient(phone=phone), key="k", **values)
    assert write("filed", Recipient(phone=phone), key="k", **values) == first
    assert Notice.objects.count() == 1


def test_nobody_is_written_to_without_an_address(db):
    assert write("filed", Recipient(), key="k", number="1", link="x") is None
    assert not Notice.objects.exists()


def test_staff_are_written_to_in_the_workbench(db):
    notice = write("new_case", Recipient(user=make_staff("mediator")), key="k", number="1", day="x")
    assert notice.phone == ""


def test_messages_are_in_chinese_whatever_the_page_speaks(db):
    with override("en"):
        notice = write("filed", Recipient(phone=new_phone()), key="k", number="1", link="x")
    assert "收到您的申请" in notice.text


def test_a_party_s_link_is_its_own(case, applicant, respondent, settings):
    assert to_party(applicant).phone == applicant.phone
    assert messages.party_link(applicant) == f"{settings.SITE_URL}/j/{applicant.link}/"
    assert messages.party_link(applicant) != messages.party_link(respondent)


@pytest.mark.django_db(transaction=True)
def test_sending_is_woken_once_for_a_new_message_and_not_for_an_old_one(woken):
    for _ in range(2):
        write("filed", Recipient(phone=new_phone()), key="k", number="1", link="x")
    assert woken == ["sending"]
