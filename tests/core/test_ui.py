"""Components: declared arguments, no inline code, every icon there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(ROOT.glob("templates/**/*.html"))


def render(text: str, **context: object) -> str:
    return Template("{% load ui format %}" + text).render(Context(context))


@pytest.mark.parametrize(
    "tag",
    ['button "x" colour="red"', 'badge "x" tint="sea"', 'icon "x" width=3', 'panel title="x" url="/" height=3',
     'empty_state title="x" body="y"', 'th "x" sort="y"'],
)  # fmt: skip
def test_an_unknown_argument_is_an_error(tag):
    with pytest.raises((TypeError, TemplateSyntaxError), match="unexpected keyword argument"):
        render("{% " + tag + " %}")


def test_an_unknown_kind_of_button_is_an_error():
    with pytest.raises(ValueError, match="unknown kind"):
        render('{% button "x" kind="huge" %}')


def test_a_post_button_is_a_form_with_its_token():
    html = render('{% button "Sign" href="/n/1/sign/" method="post" kind="primary" key="Enter" %}', csrf_token="abc")
    assert 'method="post" action="/n/1/sign/"' in html
    assert 'name="csrfmiddlewaretoken" value="abc"' in html
    assert 'data-key="Enter"' in html


def test_a_button_that_cannot_be_pressed_says_why():
    html = render('{% button "Resend" href="/x/" method="post" disabled="Nothing was sent yet." %}')
    assert 'aria-disabled="true"' in html
    assert 'title="Nothing was sent yet."' in html
    assert "<form" not in html


def test_what_people_wrote_is_escaped_in_buttons():
    assert "<img" not in render('{% button label href="/x/" %}', label="<img src=x>")


class Sample(forms.Form):
    reason = forms.CharField(help_text="Say why.")
    agreed = forms.BooleanField(required=False)


def test_a_field_ties_label_hint_and_errors_to_its_control():
    html = render("{% field form.reason %}", form=Sample({}))
    assert '<label for="id_reason">' in html
    assert 'aria-describedby="id_reason_errors id_reason_helptext"' in html
    assert 'id="id_reason_errors"' in html
    assert 'id="id_reason_helptext"' in html


def test_a_check_box_is_inside_its_label():
    assert re.search(
        r'<label class="check"><input type="checkbox"[^>]*><span>Agreed',
        render("{% field form.agreed %}", form=Sample()),
    )


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_templates_compile_and_carry_nothing_inline(path):
    text = path.read_text()
    get_template(path.relative_to(ROOT / "templates").as_posix())
    assert not re.search(r"\sstyle=", text), "inline style"
    assert not re.search(r"\son[a-z]+=", text), "inline handler"
    assert "<style" not in text
    assert all("src=" in tag or "application/json" in tag for tag in re.findall(r"<script[^>]*>", text)), (
        "inline script"
    )
    assert "hx-on" not in text


def test_every_icon_a_template_names_is_in_the_sprite():
    known = {
        line for line in (ROOT / "static/img/icons.txt").read_text().split("\n") if line and not line.startswith("#")
    }
    used = set()
    for path in TEMPLATES:
        used |= set(re.findall(r'(?:\{% icon |\bicon=)"([a-z0-9-]+)"', path.read_text()))
    assert used <= known
