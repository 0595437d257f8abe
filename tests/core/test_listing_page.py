"""The page of a list: what it shows, keeps, exports; bulk actions, undo, detail page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from core import longwork
from core.models import ActivityEntry, CalendarDay, ColumnChoice, Job, SavedView
from tests.core.sample import DayListing  # noqa: F401  (registers the list)

pytestmark = pytest.mark.urls("tests.core.sample")


def names(html: str) -> list[str]:
    return re.findall(r'<tr data-id="\d+"[^>]*>.*?<a href="/jobs/\d+/">(\w+)</a>', html, re.S)


def get(page: Client, query: str = "", **headers: str):
    answer = page.get(f"/days/{query}", headers=headers)
    assert answer.status_code == 200, answer.content[:500]
    return answer


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", "abcdefghijkl"),
        ("?working=true", "adgj"),
        ("?view=worked", "adgj"),
        ("?view=worked&edited=1", "abcdefghijkl"),
        ("?view=worked&day_after=2027-01-06", "cdefghijkl"),
        ("?ordering=-name", "lkjihgfedcba"),
        ("?q=c", "c"),
        ("?q=zzz", ""),
        ("?q=secret", ""),
        ("?day_after=nonsense", ""),
        ("?unknown=1&utm=2", "abcdefghijkl"),
        ("?page_size=nonsense&ordering=nonsense&cursor=nonsense", "abcdefghijkl"),
    ],
)
def test_the_address_decides_which_rows_are_shown(page: Client, days: list, query: str, shown: str) -> None:
    assert "".join(names(get(page, query).content.decode())) == shown


def test_pages_follow_each_other_in_the_address(page: Client, days: list) -> None:
    first = get(page, "?page_size=5&working=false").context
    second = page.get(first["next_url"])
    assert names(second.content.decode()) == ["i", "k", "l"]
    back = page.get(second.context["prev_url"])
    assert names(back.content.decode()) == ["b", "c", "e", "f", "h"]


def test_htmx_gets_only_the_table(page: Client, days: list) -> None:
    part = get(page, "", **{"HX-Request": "true"}).content.decode()
    assert "<html" not in part and names(part) == list("abcdefghijkl")


def test_every_text_is_escaped(page: Client, days: list) -> None:
    CalendarDay.objects.filter(name="a").update(name="<script>alert(1)</script>")
    html = get(page, "?ordering=date").content.decode()
    assert "<script>alert(1)" not in html and "&lt;script&gt;alert(1)" in html


def test_chosen_columns_stay_and_their_parts_load_only_then(page: Client, days: list) -> None:
    assert "m1" not in [c["name"] for c in get(page).context["columns"]]
    page.post("/lists/days/columns/", {"columns": ["marks", "name", "nonsense"]})
    shown = get(page).context
    assert [c["name"] for c in shown["columns"]] == ["marks", "name"]
    assert ColumnChoice.objects.get().columns == ["marks", "name"]
    page.post("/lists/days/columns/", {"reset": "1"})
    assert [c["name"] for c in get(page).context["columns"]] == ["name", "date", "working"]


def test_saved_views_are_made_shared_renamed_changed_deleted(page: Client, days: list) -> None:
    made = page.post(
        "/lists/days/views/", {"name": "Mine", "query": "working=true&cursor=x&page_size=3", "shared": "1"}
    )
    view = SavedView.objects.get()
    assert (view.query, view.shared, made["Location"]) == ("working=true", True, f"/days/?view=~{view.pk}")
    assert names(page.get(made["Location"]).content.decode()) == list("adgj")
    assert page.post("/lists/days/views/", {"name": "Mine", "query": ""}, follow=True).context["messages"]
    assert SavedView.objects.count() == 1
    page.post(f"/lists/days/views/{view.pk}/", {"name": "Other"})
    page.post(f"/lists/days/views/{view.pk}/", {"query": "working=false"})
    view.refresh_from_db()
    assert (view.name, view.shared, view.query) == ("Other", False, "working=false")
    page.post(f"/lists/days/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()


def test_a_colleague_sees_shared_views_and_cannot_change_them(page: Client, days: list, django_user_model) -> None:
    other = django_user_model.objects.create_user("other", role="manager", all_stores=True)
    mine = SavedView.objects.create(listing="days", name="secret", owner=other, query="")
    shared = SavedView.objects.create(listing="days", name="open", owner=other, query="", shared=True)
    labels = [str(v["label"]) for v in get(page).context["views"]]
    assert labels == ["All", "Worked", "open"]
    assert page.post(f"/lists/days/views/{shared.pk}/delete/").status_code == 404
    assert page.post(f"/lists/days/views/{mine.pk}/", {"name": "x"}).status_code == 404


def test_tabs_bring_their_counts_after_the_page(page: Client, days: list) -> None:
    before = get(page).context
    assert before["tabs_url"] and [v["count"] for v in before["views"]] == ["", ""]
    part = page.get(before["tabs_url"])
    assert [v["count"] for v in part.context["views"]] == ["12", "4"]
    assert get(page).context["tabs_url"] == ""


# --- bulk ------------------------------------------------------------------------------------------------------------


def ids(days: list, letters: str) -> list[int]:
    return [day.pk for day in days if day.name in letters]


def test_a_bulk_action_previews_answers_row_by_row_and_can_be_taken_back(page: Client, days: list) -> None:
    chosen = {"ids": ids(days, "abd"), "next": "/days/?ordering=name"}
    asked = page.post("/lists/days/do/close/", chosen)
    assert asked.context["rows"] is None  # a reason is needed first
    seen = page.post("/lists/days/do/close/", {**chosen, "step": "preview", "reason": "flood"})
    assert (seen.context["will"], seen.context["wont"]) == ("2", "1")
    assert [(r["label"], r["ok"], r["text"]) for r in seen.context["rows"]] == [
        ("b", False, "b is not worked."), ("a", True, "a closed."), ("d", True, "d closed.")]  # fmt: skip
    assert CalendarDay.objects.filter(working=True, name__in="ad").count() == 2 and not ActivityEntry.objects.exists()
    done = page.post("/lists/days/do/close/", {**chosen, "step": "apply", "reason": "flood"})
    assert (done.context["done"], done.context["refused"]) == ("2", "1")
    assert not CalendarDay.objects.filter(working=True, name__in="ad").exists()
    page.post(done.context["undo"]["url"], {"token": done.context["undo"]["token"]})
    assert CalendarDay.objects.filter(working=True, name__in="ad").count() == 2


def test_when_nothing_would_be_done_enter_looks_again(page: Client, days: list) -> None:
    """The first button of a form answers Enter: a disabled one would leave the keyboard without any."""
    seen = page.post("/lists/days/do/close/", {"ids": ids(days, "b"), "step": "preview", "reason": "flood"})
    body = seen.content.decode()
    assert (
        seen.context["will"] == "0"
        and 'value="apply"' not in body
        and 'class="b primary" name="step" value="preview"' in body
    )


def test_all_that_fit_the_filters_can_be_chosen(page: Client, days: list) -> None:
    page.post("/lists/days/do/close/", {"scope": "all", "query": "working=true&q=", "step": "apply", "reason": "x"})
    assert not CalendarDay.objects.filter(working=True).exists()


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("ab", {"a": "renamed", "b": "renamed"}),
        ("abc", {"a": "renamed", "b": "keep!", "c": "renamed"}),
        ("a", {"a": "single"}),
    ],
)
def test_the_set_form_is_used_and_may_refuse_single_rows(
    page: Client, days: list, letters: str, expected: dict
) -> None:
    CalendarDay.objects.filter(name="b").update(name="keep" if "keep!" in expected.values() else "b")
    before = {day.pk: day.name for day in days}
    page.post("/lists/days/do/rename/", {"ids": ids(days, letters), "step": "apply"})
    now = dict(CalendarDay.objects.values_list("pk", "name"))
    assert {before[pk]: now[pk].replace("keep", "keep!") for pk in ids(days, letters)} == expected


def test_a_set_that_fails_falls_back_to_single_rows(page: Client, days: list) -> None:
    CalendarDay.objects.filter(name="b").update(name="poison")
    done = page.post("/lists/days/do/rename/", {"ids": ids(days, "abc"), "step": "apply"})
    assert [(r["ok"], r["text"]) for r in done.context["rows"]] == [
        (False, "Poison."),
        (True, "Done."),
        (True, "Done."),
    ]
    assert CalendarDay.objects.filter(name="single").count() == 2


def test_a_fault_in_one_row_leaves_it_as_it_was(page: Client, days: list) -> None:
    done = page.post("/lists/days/do/broken/", {"ids": ids(days, "a"), "step": "apply"})
    assert done.context["refused"] == "1" and not CalendarDay.objects.filter(name="half").exists()


@pytest.mark.parametrize(("action", "status"), [("forbidden", 302), ("nonsense", 404)])
def test_actions_beyond_the_role_are_refused(days: list, django_user_model, action: str, status: int) -> None:
    clerk = Client()
    clerk.force_login(django_user_model.objects.create_user("clerk", role="service", all_stores=True))
    answer = clerk.post(f"/lists/days/do/{action}/", {"ids": ids(days, "a"), "step": "apply"})
    assert answer.status_code == status
    assert "forbidden" not in [a["name"] for a in clerk.get("/days/").context["actions"]]


def test_a_row_that_is_not_visible_is_answered_as_missing(page: Client, days: list) -> None:
    hidden = CalendarDay.objects.get(name="secret").pk
    done = page.post("/lists/days/do/open/", {"ids": [hidden], "step": "apply"})
    assert done.context["refused"] == "1" and not CalendarDay.objects.get(pk=hidden).working


def test_more_than_200_rows_become_a_job_that_a_worker_finishes(page: Client, days: list) -> None:
    CalendarDay.objects.bulk_create(
        CalendarDay(day=days[0].day + timedelta(days=100 + i), name=f"x{i}", working=i % 2 == 0) for i in range(500)
    )
    answer = page.post("/lists/days/do/close/", {"scope": "all", "query": "q=x", "step": "apply", "reason": "y"})
    job = Job.objects.get()
    assert answer.context["job_url"] == f"/jobs/{job.pk}/" and job.total == 500
    assert longwork.run(job.pk) == "done"
    job.refresh_from_db()
    assert (job.state, job.done, job.failed, job.total) == ("done", 500, 250, 500)
    assert not CalendarDay.objects.filter(name__startswith="x", working=True).exists()
    result = b"".join(page.get(f"/jobs/{job.pk}/result/").streaming_content).decode("utf-8-sig").splitlines()
    assert len(result) == 501 and result[0] == "id,label,ok,code,message" and ",yes,done,x0 closed." in result[1]
    assert page.get(f"/jobs/{job.pk}/").status_code == 200
    assert longwork.run(job.pk) == "held"  # a second message finds it done


# --- one object --------------------------------------------------------------------------------------------------------


def test_the_detail_page_offers_actions_with_their_reasons(page: Client, days: list) -> None:
    worked = page.get(f"/days/{days[0].pk}/").context
    steps = {str(s["label"]): s for s in [*worked["steps"], *worked["more_steps"]]}
    assert steps["Open"]["disabled"] == "Worked already." and "Rename" not in steps
    assert steps["Close"]["method"] == "dialog" and steps["Close"]["key"] == "c"
    assert page.get(f"/days/{CalendarDay.objects.get(name='secret').pk}/").status_code == 404


def test_an_action_on_one_object_asks_does_and_offers_the_way_back(page: Client, days: list) -> None:
    url = f"/lists/days/{days[0].pk}/do/close/"
    assert b'name="reason"' in page.get(url, headers={"HX-Request": "true"}).content
    assert page.post(url, {"reason": ""}).status_code == 422
    done = page.post(url, {"reason": "storm"})
    assert (done.status_code, done["Location"]) == (302, f"/days/{days[0].pk}/")
    shown = page.get(done["Location"]).context["messages"]
    told = next(iter(shown))
    assert told.message == "a: a closed."
    page.post(told.extra_tags.removeprefix("undo:"))
    assert CalendarDay.objects.get(pk=days[0].pk).working
    again = page.post(f"/lists/days/{days[1].pk}/do/close/", {"reason": "storm"})
    assert again.status_code == 409 and b"b is not worked." in again.content


def test_the_timeline_shows_actions_and_notes(page: Client, days: list) -> None:
    page.post(f"/lists/days/{days[0].pk}/do/close/", {"reason": "storm"})
    page.post(f"/lists/days/{days[0].pk}/note/", {"text": "ask @chief about 100 %"})
    assert page.post(f"/lists/days/{days[0].pk}/note/", {"text": " "}).status_code == 302
    shown = page.get(f"/lists/days/{days[0].pk}/timeline/").context["entries"]
    assert sorted(str(e.text) for e in shown) == ["Closed · storm", "ask @chief about 100 %"]


def test_the_timeline_shows_one_kind_at_a_chip(page: Client, days: list) -> None:
    page.post(f"/lists/days/{days[0].pk}/do/close/", {"reason": "storm"})
    page.post(f"/lists/days/{days[0].pk}/note/", {"text": "look again"})
    shown = page.get(f"/lists/days/{days[0].pk}/timeline/?kind=note").context
    assert [str(e.text) for e in shown["entries"]] == ["look again"]
    assert [c["active"] for c in shown["chips"]].index(True) == 3
    shown = page.get(f"/lists/days/{days[0].pk}/timeline/?kind=audit").context
    assert [str(e.text) for e in shown["entries"]] == ["Closed · storm"]
    assert page.get(f"/lists/days/{days[0].pk}/timeline/?kind=x").status_code == 200


def test_others_on_the_same_page_are_named(page: Client, days: list, django_user_model) -> None:
    other = Client()
    other.force_login(django_user_model.objects.create_user("lin", display_name="Lin", role="service", all_stores=True))
    other.get(f"/lists/days/{days[0].pk}/here/")
    assert page.get(f"/lists/days/{days[0].pk}/here/").context["here"] == ["Lin"]


@pytest.mark.parametrize("url", ["/days/", "/lists/days/do/close/", "/jobs/", "/search/?q=a", "/lists/days/tabs/"])
def test_nobody_gets_in_without_signing_in(db: None, url: str) -> None:
    answer = Client().get(url)
    assert answer.status_code == 302 and "/login/" in answer["Location"]
