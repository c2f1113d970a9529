import datetime as dt
import json

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from cases import drafts
from cases.errors import CodeRefused, InvalidFiling, TooOften
from cases.files import Upload, store
from cases.models import Attachment, Case, Channel, FilingDraft, Poster
from mediators.models import Region
from tests.cases.test_files import a_photo
from tests.factories import LEASE, code_sent_to, let_time_pass_for, new_phone

pytestmark = pytest.mark.usefixtures("house")


@pytest.fixture
def draft():
    """A draft with every answer given."""
    return drafts.keep(
        drafts.start(None),
        description=LEASE,
        wish="money",
        amount="3400",
        name="张三丰",
        phone=new_phone(),
        respondents=[{"name": "李四光", "phone": ""}],
    )


def proved(draft):
    let_time_pass_for(drafts.contact_phone(draft))
    drafts.ask_code(draft)
    return code_sent_to(drafts.contact_phone(draft))


def test_answers_are_kept_one_by_one_and_found_again():
    draft = drafts.start(None)
    drafts.keep(draft, description=LEASE)
    drafts.keep(drafts.find(draft.token), wish="money")
    assert drafts.answers(drafts.find(draft.token)) == {"description": LEASE, "wish": "money"}


def test_a_later_answer_replaces_the_earlier_one():
    draft = drafts.keep(drafts.start(None), wish="money")
    assert drafts.answers(drafts.keep(draft, wish="apology")) == {"wish": "apology"}


def test_the_database_sees_no_answer(draft):
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM cases_filingdraft")
        stored = cursor.fetchone()[0]
    assert stored.startswith("v1.")
    assert "张三丰" not in stored


def test_a_poster_fills_in_its_place_and_channel(draft):
    street = Region.objects.filter(level=Region.Level.STREET).first()
    window = Channel.objects.get(key="window")
    poster = Poster.objects.create(token="street", label="街道", channel=window, region=street)
    said = {**drafts.answers(draft), "region": street.pk}
    posted = drafts.keep(drafts.start(poster), **said)
    assert drafts.answers(drafts.start(poster)) == {"region": street.pk}
    case = drafts.submit(posted, code=proved(posted)).case
    assert (case.channel, case.region, case.poster) == (window, street, poster)


def test_a_submitted_draft_becomes_a_case_whose_phone_is_proved(draft):
    receipt = drafts.submit(draft, code=proved(draft))
    draft.refresh_from_db()
    assert draft.case == receipt.case
    assert receipt.case.description == LEASE
    assert receipt.case.parties.get(side="applicant").phone_proved_at
    assert receipt.case.parties.get(side="respondent").phone_proved_at is None
    assert drafts.applicant_of(draft, receipt.case) == receipt.case.parties.get(side="applicant")


def test_a_draft_sent_twice_is_one_case_with_one_receipt(draft):
    code, stale = proved(draft), FilingDraft.objects.get(pk=draft.pk)
    first = drafts.submit(draft, code=code)
    assert drafts.submit(stale, code=code) == first
    assert drafts.submit(FilingDraft.objects.get(pk=draft.pk), code="") == first
    assert Case.objects.count() == 1


def test_without_the_right_code_there_is_no_case(draft):
    code = proved(draft)
    with pytest.raises(CodeRefused):
        drafts.submit(draft, code=f"{(int(code) + 1) % 10**6:06d}")
    assert not Case.objects.exists()


def test_a_draft_that_lacks_something_is_refused_and_kept(draft):
    drafts.keep(draft, description="")
    with pytest.raises(InvalidFiling) as refused:
        drafts.submit(draft, code=proved(draft))
    assert set(refused.value.fields) == {"description"}
    drafts.keep(draft, description=LEASE)
    assert drafts.submit(draft, code=proved(draft)).case.description == LEASE


def test_a_helper_proves_the_helper_s_phone_and_not_the_applicant_s(draft):
    helper = new_phone()
    drafts.keep(draft, proxy_name="王五", proxy_relation="family", proxy_phone=helper)
    assert drafts.contact_phone(draft) == helper
    case = drafts.submit(draft, code=proved(draft)).case
    assert case.proxy.phone == helper
    assert case.parties.get(side="applicant").phone_proved_at is None
    assert drafts.applicant_of(draft, case) is None


def test_files_go_with_the_case(draft):
    store(Upload("合同.jpg", a_photo()), draft=draft)
    case = drafts.submit(draft, code=proved(draft)).case
    assert case.files.get().party == case.parties.get(side="applicant")


def test_an_unfinished_draft_is_found_again_by_the_phone(draft):
    phone = drafts.contact_phone(draft)
    drafts.keep(drafts.start(None), phone=phone, description="新的一件")
    assert drafts.ask_resume_code(f"+86 {phone}") == phone
    found = drafts.resume(phone, code=code_sent_to(phone))
    assert drafts.answers(found)["description"] == "新的一件"


def test_a_phone_without_a_draft_is_answered_like_one_with_a_draft(draft):
    said = []
    for phone in (drafts.contact_phone(draft), new_phone()):
        words = [drafts.ask_resume_code(phone) == phone]
        for question in (
            lambda phone=phone: drafts.ask_resume_code(phone),
            lambda phone=phone: drafts.resume(phone, code="wrong!"),
            lambda phone=phone: drafts.resume(phone, code="wrong!"),
        ):
            with pytest.raises((CodeRefused, TooOften)) as refused:
                question()
            words.append(str(refused.value))
        said.append(words)
    assert said[0] == said[1]


def test_a_submitted_draft_is_not_resumed(draft):
    phone = drafts.contact_phone(draft)
    drafts.submit(draft, code=proved(draft))
    assert drafts.newest_of(phone) is None


def test_a_draft_is_kept_seven_days_and_then_erased_with_its_files():
    with time_machine.travel("2026-11-20 10:00+08:00", tick=False) as clock:
        draft = drafts.start(None)
        file = store(Upload("合同.jpg", a_photo()), draft=draft)
        storage, name = file.stored.storage, file.stored.name
        clock.shift(dt.timedelta(days=7, seconds=-1))
        assert drafts.find(draft.token)
        assert drafts.forget_old(timezone.now()) == 0
        clock.shift(1)
        assert drafts.find(draft.token) is None
        assert drafts.forget_old(timezone.now()) == 1
    assert not FilingDraft.objects.exists()
    assert not Attachment.objects.exists()
    assert not storage.exists(name)


def test_erasing_a_draft_that_became_a_case_leaves_the_case_its_files(draft):
    store(Upload("合同.jpg", a_photo()), draft=draft)
    case = drafts.submit(draft, code=proved(draft)).case
    drafts.forget_old(timezone.now() + dt.timedelta(days=8))
    assert not FilingDraft.objects.exists()
    file = case.files.get()
    assert file.stored.storage.exists(file.stored.name)


def test_the_token_of_a_draft_cannot_be_guessed():
    tokens = {drafts.start(None).token for _ in range(20)}
    assert len(tokens) == 20
    assert min(map(len, tokens)) == 43
    assert json.loads(drafts.start(None).answers) == {}
