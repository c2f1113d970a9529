"""The pages of rule books: who comes in, what each does, and what is refused in plain words."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases.models import CaseType, Keyword, RuleBook
from cases.routing import corrections, drafting, rulebook
from mediators.models import User
from tests import factories
from tests.cases.admin.books import LIST, PAGES, browser, of, read, send
from tests.cases.routing import books
from tests.cases.routing.books import LEASE_TEXT
from tests.cases.routing.test_corrections import correct

# --- Who comes in ---


@pytest.mark.parametrize("name", PAGES)
def test_dispatcher_and_administrator_open_every_page_of_a_draft(at_desk, in_office, draft, name):
    for client in (at_desk, in_office):
        assert draft.note in read(client, of(name, draft))


def test_a_leader_reads_and_tries_a_book_and_changes_nothing(draft):
    leader = browser(factories.make_staff(User.Role.LEADER))
    for name in ("change", "thresholds", "proposals", "try", "diff", "replay"):
        read(leader, of(name, draft))
    assert "房东" in leader.post(of("try", draft), {"text": LEASE_TEXT}).content.decode()
    for name in ("draft", "import", "publish", "discard"):
        assert leader.get(of(name, draft)).status_code == 403
    for name in set(PAGES) - {"try", "diff"}:
        assert leader.post(of(name, draft), {}).status_code == 403
    assert leader.post(reverse("admin:cases_rulebook_misroutes"), {}).status_code == 403


@pytest.mark.parametrize("role", ["court", "assessor", "mediator"])
def test_others_see_no_rule_book_and_change_none(draft, role):
    stranger = browser(factories.make_staff(role))
    for name in (*PAGES, "export"):
        for answer in (stranger.get(of(name, draft)), stranger.post(of(name, draft), {})):
            assert answer.status_code in (302, 403), name
    assert stranger.post("/admin/cases/rulebook/misroutes/", {}).status_code in (302, 403)
    assert rulebook.is_draft(draft)


def test_a_book_that_does_not_exist_is_not_found(at_desk):
    for name in PAGES:
        address = reverse(f"admin:cases_rulebook_{name}", args=[999_999])
        assert at_desk.get(address).status_code == 404


# --- The list ---


def test_the_list_says_which_book_is_used_which_are_drafts_and_which_were_used(at_desk, draft):
    told = read(at_desk, LIST)
    for words in ("正在使用", "草稿", "用过", "二胡", "以现行版起草新一版"):
        assert words in told


def test_the_list_costs_a_fixed_number_of_queries(at_desk, draft, django_assert_max_num_queries):
    for _ in range(5):
        drafting.draft(based_on=draft, author=None)
    with django_assert_max_num_queries(14):
        read(at_desk, LIST)


def test_a_new_draft_is_made_from_the_book_in_force(at_desk, house):
    book = books.in_force()
    told = send(at_desk, of("draft", book), note="区分物业和邻里")
    draft = RuleBook.objects.get(based_on=book)
    assert (draft.author, draft.note) == (house.dispatcher, "区分物业和邻里")
    assert f"已起草第{draft.version}版" in told
    assert at_desk.post(of("draft", book), {"note": ""}).status_code == 422


# --- Keywords ---


def test_keywords_are_found_by_word_and_by_type(at_desk, draft, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        told = read(at_desk, of("change", draft), {"q": "押金", "type": "labour"})
    assert "1个关键词" in told
    assert "3个关键词" in read(at_desk, of("change", draft), {"type": "housing_lease"})
    assert "罚款" in read(at_desk, of("change", draft), {"type": "none"})
    assert "没有找到" in read(at_desk, of("change", draft), {"q": "飞碟"})


def test_a_keyword_is_added_weighed_anew_and_removed_on_the_page(at_desk, draft):
    keyword = {"word": "拉二胡", "case_type": "neighbour"}
    address = of("change", draft)
    assert "增加1个" in send(at_desk, address, **keyword, weight="2.5", deed="set")
    assert "改分量1个" in send(at_desk, address, **keyword, weight="1.25", deed="set")
    assert rulebook.table(draft)["neighbour", "拉二胡"] == 1.25
    assert "删除1个" in send(at_desk, address, **keyword, weight="1.25", deed="remove")
    none = {"word": "补贴", "case_type": "none", "weight": "2", "deed": "set"}
    send(at_desk, address, **none)
    assert rulebook.table(draft)["none", "补贴"] == 2.0


@pytest.mark.parametrize(
    ("changes", "told"),
    [({"weight": "much"}, "数"), ({"case_type": "flying"}, "flying"), ({"word": ""}, "必")],
)
def test_a_keyword_that_cannot_be_is_told_at_its_field(at_desk, draft, changes, told):
    keyword = {"word": "拉二胡", "case_type": "neighbour", "weight": "1", "deed": "set"}
    answer = at_desk.post(of("change", draft), {**keyword, **changes})
    assert answer.status_code == 422
    assert "还有1处要改" in answer.content.decode()


def test_a_published_book_shows_its_keywords_and_no_way_to_edit_them(at_desk):
    book = books.in_force()
    told = read(at_desk, of("change", book))
    assert "启用过的版本不能改" in told
    assert 'name="weight"' not in told
    keyword = {"word": "拉二胡", "case_type": "neighbour", "weight": "1", "deed": "set"}
    assert "启用过，不能再改" in at_desk.post(of("change", book), keyword).content.decode()


# --- Thresholds ---


def test_the_thresholds_of_a_draft_are_set_in_percent(at_desk, draft):
    address = of("thresholds", draft)
    assert "门槛已存" in send(at_desk, address, auto_from="97.5", not_mediable_from="70")
    draft.refresh_from_db()
    found = rulebook.calibration(draft)
    assert (found.auto_from, found.not_mediable_from) == (0.975, 0.7)
    assert 'value="97.5"' in read(at_desk, address)
    refused = at_desk.post(address, {"auto_from": "30", "not_mediable_from": "70"})
    assert refused.status_code == 422


def test_a_higher_threshold_leaves_more_to_people(at_desk, draft):
    text = {"text": LEASE_TEXT}
    assert "自动分流，把握" in at_desk.post(of("try", draft), text).content.decode()
    send(at_desk, of("thresholds", draft), auto_from="100", not_mediable_from="80")
    assert "交给人看，把握" in at_desk.post(of("try", draft), text).content.decode()


def test_the_thresholds_of_a_published_book_stay(at_desk):
    book = books.in_force()
    said = {"auto_from": "97", "not_mediable_from": "70"}
    assert "启用过，不能再改" in at_desk.post(of("thresholds", book), said).content.decode()


# --- Tables ---


def test_a_table_goes_out_and_comes_in_again(at_desk, draft):
    answer = at_desk.get(of("export", draft))
    assert answer["Content-Disposition"] == f'attachment; filename="keywords-v{draft.version}.tsv"'
    table = answer.content.decode().replace("3.0", "2.0", 1)
    file = SimpleUploadedFile("keywords.tsv", table.encode())
    assert "改分量1个" in send(at_desk, of("import", draft), table=file, replace="on")


def test_a_bad_table_is_told_line_by_line(at_desk, draft):
    file = SimpleUploadedFile("keywords.tsv", "case_type\tword\tweight\nflying\t飞\t1\n".encode())
    answer = at_desk.post(of("import", draft), {"table": file})
    assert answer.status_code == 422
    assert "第2行：没有这个案由：flying" in answer.content.decode()


# --- What went wrong ---


def test_a_paused_type_is_shown_with_its_reason_and_resumed(at_desk, house):
    books.in_force()
    lease, labour = (CaseType.objects.get(key=key) for key in ("housing_lease", "labour"))
    correct(5, lease, labour, house.dispatcher)
    assert "暂停自动分流" in read(at_desk, LIST)
    address = reverse("admin:cases_rulebook_misroutes")
    told = read(at_desk, address)
    for words in ("5 / 5", "押金", "100%", "超过20%"):
        assert words in told
    assert "恢复自动分流" in send(at_desk, address, type="housing_lease")
    assert not corrections.is_paused(lease)
    assert at_desk.post(address, {"type": "flying"}).status_code == 404


def test_keywords_of_all_books_are_found_by_the_word(at_desk, draft):
    word = Keyword.objects.filter(rule_book=draft).first().word
    assert word in read(at_desk, reverse("admin:cases_keyword_changelist"), {"q": word})
