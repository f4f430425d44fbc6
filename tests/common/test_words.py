"""What no template may hold. For the words that none may say see `tests/test_wording.py`."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(
    path
    for folder in ("templates", "accounts", "mentors", "sessions_app", "search")
    for path in (ROOT / folder).rglob("*.html")
)


def spoken(source: str) -> str:
    """What people read of a template: no tags, no attributes but the ones that are read out, no comments."""
    source = re.sub(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}", " ", source, flags=re.S)
    strings = re.findall(r"""(?:translate|_\()\s*["'](.*?)["']""", source)
    read_out = re.findall(r'(?:aria-label|title|alt|placeholder|content)="([^"{]*)"', source)
    text = re.sub(r"{%.*?%}|{{.*?}}", " ", source, flags=re.S)
    text = re.sub(r"<(script|style).*?</\1>", " ", text, flags=re.S)
    return " ".join([re.sub(r"<[^>]*>", " ", text), *strings, *read_out]).lower()


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [path for path in TEMPLATES if "mail" not in path.parts], ids=name_of)
def test_template_has_no_style_or_script_of_its_own(path):
    source = path.read_text()
    found = re.findall(r"\sstyle=|<style|\son[a-z]+=\"|<script(?![^>]*\bsrc=)", source)
    assert found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_template_has_no_exclamation_marks(path):
    assert "!" not in spoken(path.read_text()).replace("<!doctype", "").replace("<!--", "")


def test_there_are_templates_to_read():
    assert (ROOT / "templates" / "base.html") in TEMPLATES
