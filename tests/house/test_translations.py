"""The Chinese of the screens: complete, with the same places on both sides, and compiled as it stands."""

import re
import shutil
from pathlib import Path

import polib
import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "config" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
PLACE = re.compile(r"%\([a-z_]+\)[sd]|%[sd]|\{[a-z_]*\}")


@pytest.fixture(scope="module")
def entries() -> polib.POFile:
    return polib.pofile(str(CATALOGUE))


def key(entry: polib.POEntry) -> tuple[str | None, str]:
    return entry.msgctxt, entry.msgid


def said(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_every_message_has_its_chinese_and_none_is_fuzzy_or_left_over(entries):
    assert not [entry.msgid for entry in entries if not all(said(entry))]
    assert not [entry.msgid for entry in entries if entry.fuzzy or entry.obsolete]


def test_the_chinese_is_chinese(entries):
    assert not [
        entry.msgid for entry in entries if not all(re.search(r"[\u4e00-\u9fff]", text) for text in said(entry))
    ]


def test_a_message_keeps_its_places_and_a_plural_shows_its_number(entries):
    for entry in entries:
        expected = set(PLACE.findall(entry.msgid_plural or entry.msgid))
        for text in said(entry):
            assert set(PLACE.findall(text)) == expected, entry.msgid


def test_chinese_has_one_plural_form(entries):
    assert entries.metadata["Plural-Forms"] == "nplurals=1; plural=0;"
    assert all(list(entry.msgstr_plural) == [0] for entry in entries if entry.msgid_plural)


def test_no_line_numbers_stand_in_the_file(entries):
    assert not [entry.msgid for entry in entries if entry.occurrences]


def test_the_compiled_file_says_what_the_source_says(entries):
    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))
    assert {key(entry): said(entry) for entry in compiled} == {key(entry): said(entry) for entry in entries}


@pytest.mark.skipif(not shutil.which("xgettext"), reason="xgettext is not installed")
def test_the_messages_are_those_that_code_and_templates_ask_for(entries, settings, tmp_path, monkeypatch):
    settings.LOCALE_PATHS = [tmp_path]
    monkeypatch.chdir(ROOT)
    call_command("makemessages", locale=["zh_Hans"], ignore_patterns=[".venv", "var"], no_location=True, verbosity=0)
    fresh = polib.pofile(str(tmp_path / "zh_Hans" / "LC_MESSAGES" / "django.po"))
    assert {key(entry) for entry in fresh} == {key(entry) for entry in entries}
