"""The catalogue: everything marked is collected, everything collected has English, places agree."""

import re

import polib
from django.conf import settings

from ui import words

CATALOGUE = settings.LOCALE_PATHS[0] / "en" / "LC_MESSAGES" / "django.po"
PLACE = re.compile(r"%\(\w+\)[sd]|\{\w*\}")


TEMPLATE = """{% load i18n %}{% translate "甲" %}{% audience "丁" %}
{% blocktranslate count n=n %}{{ n }} 乙{% plural %}{{ n }} 丙{% endblocktranslate %}"""
SOURCE = """x = _("甲" "乙")
y = gettext_noop("丙")
z = f("丁")"""


def test_templates_and_python_are_read_alike():
    assert list(words.words_of_template(TEMPLATE)) == [("甲", ""), ("%(n)s 乙", "%(n)s 丙"), ("丁", "")]
    assert list(words.words_of_python(SOURCE)) == [("甲乙", ""), ("丙", "")]


def test_titles_of_law_data_are_read_wherever_they_stand():
    source = (
        'title = "甲"\ncode = "a"\n[[groups]]\ntitle = "乙"\ntiers = [{ name = "丙", low = "1" }]\nhints = ["丁", "戊"]'
    )
    assert [msgid for msgid, _plural in words.words_of_law(source)] == ["甲", "乙", "丙", "丁", "戊"]


def test_translations_survive_a_collection(tmp_path):
    catalogue = tmp_path / "en" / "LC_MESSAGES" / "django.po"
    words.update(catalogue, {("甲", ""): ["a.py"]})
    po = polib.pofile(str(catalogue))
    po[0].msgstr = "A"
    po.save()
    words.update(catalogue, {("甲", ""): ["a.py"], ("乙", ""): ["b.py"]})
    assert words.untranslated(catalogue) == ["乙"]
    assert len(words.compile_stale([tmp_path])) == 1
    assert words.compile_stale([tmp_path]) == []


def test_every_word_is_collected_and_has_english():
    known = {entry.msgid: entry for entry in polib.pofile(str(CATALOGUE))}
    found = words.collected(settings.BASE_DIR)
    missing = [msgid for msgid, _plural in found if msgid not in known or not known[msgid].translated()]
    assert not missing, "run `manage.py collect_words` and translate:\n" + "\n".join(missing)


def test_english_has_the_same_places():
    for entry in polib.pofile(str(CATALOGUE)).translated_entries():
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            assert not text or set(PLACE.findall(text)) == set(PLACE.findall(entry.msgid)), entry.msgid
