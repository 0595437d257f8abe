"""Export of exactly the view, harmless for spreadsheets."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from core import longwork
from core.listing.export import safe_text
from core.models import CalendarDay, Job
from tests.core.sample import DayListing  # noqa: F401

pytestmark = pytest.mark.urls("tests.core.sample")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"), ("+49 1", "'+49 1"), ("-x", "'-x"), ("@a", "'@a"), ("\t=1", "'\t=1"), ("\r=1", "'\r=1"),
        (" =1", "' =1"), ("|cmd", "'|cmd"), ("-12.5", "-12.5"), ("12", "12"), ("a=b", "a=b"), ("", ""), ("＝1", "'＝1"),
    ],
)  # fmt: skip
def test_formulas_become_text(text: str, safe: str) -> None:
    assert safe_text(text) == safe


def table(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_csv_has_the_rows_columns_and_order_of_the_view(page: Client, days: list) -> None:
    CalendarDay.objects.filter(name="d").update(name="=HYPERLINK(1)")
    shown = page.get("/days/?view=worked&ordering=-date").context
    export = next(e for e in shown["exports"] if e["label"] == "CSV")
    answer = page.post(export["url"])
    assert table(answer.content) == [
        ["Name", "Day", "Worked"], ["j", "2027-01-13", "yes"], ["g", "2027-01-10", "yes"], ["'=HYPERLINK(1)", "2027-01-07", "yes"],
        ["a", "2027-01-04", "yes"],
    ]  # fmt: skip
    assert answer["Content-Disposition"].startswith('attachment; filename="days-')


def test_xlsx_is_made_by_a_worker_with_the_same_rows(page: Client, days: list) -> None:
    answer = page.post("/lists/days/export/xlsx/?view=worked&columns=name,date,marks")
    job = Job.objects.get()
    assert answer["Location"] == f"/jobs/{job.pk}/"
    assert longwork.run(job.pk) == "done"
    content = b"".join(page.get(f"/jobs/{job.pk}/result/").streaming_content)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[0] == ["Name", "Day", "Marks"]
    assert [(r[0], str(r[1])) for r in rows[1:]] == [
        ("a", "2027-01-04"),
        ("d", "2027-01-07"),
        ("g", "2027-01-10"),
        ("j", "2027-01-13"),
    ]


def test_long_csv_is_a_job_and_complete(page: Client, days: list) -> None:
    CalendarDay.objects.bulk_create(
        CalendarDay(day=days[0].day + timedelta(days=100 + i), name=f"x{i}") for i in range(2500)
    )
    page.post("/lists/days/export/csv/?edited=1&ordering=-date")
    job = Job.objects.get()
    assert longwork.run(job.pk) == "done"
    rows = table(b"".join(page.get(f"/jobs/{job.pk}/result/").streaming_content))
    assert [r[0] for r in rows[1:]] == list(
        CalendarDay.objects.exclude(name="secret").order_by("-day").values_list("name", flat=True)
    )
    job.refresh_from_db()
    assert (job.result["rows"], job.total, job.done) == (2512, 2512, 2512)


def test_a_page_that_shows_the_progress_is_loaded_anew_at_the_end(page: Client, days: list) -> None:
    page.post("/lists/days/export/xlsx/")
    job = Job.objects.get()
    step, own = "http://testserver/orders/imports/1/check/", f"http://testserver/jobs/{job.pk}/"
    assert "HX-Refresh" not in page.get(f"/jobs/{job.pk}/progress/", headers={"HX-Current-URL": step})
    longwork.run(job.pk)
    assert page.get(f"/jobs/{job.pk}/progress/", headers={"HX-Current-URL": step})["HX-Refresh"] == "true"
    assert "HX-Refresh" not in page.get(f"/jobs/{job.pk}/progress/", headers={"HX-Current-URL": own})


def test_the_result_belongs_to_its_requester(page: Client, days: list, django_user_model) -> None:
    page.post("/lists/days/export/xlsx/")
    job = Job.objects.get()
    longwork.run(job.pk)
    stranger = Client()
    stranger.force_login(django_user_model.objects.create_user("s", role="service", all_stores=True))
    for url in (f"/jobs/{job.pk}/", f"/jobs/{job.pk}/result/", f"/jobs/{job.pk}/progress/"):
        assert stranger.get(url).status_code == 404
    assert stranger.post(f"/jobs/{job.pk}/cancel/").status_code == 404
