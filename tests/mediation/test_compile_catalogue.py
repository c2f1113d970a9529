import gettext
import os

from django.core.management import call_command

CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "调解协议"
msgstr "agreement"

#, fuzzy
msgid "积分"
msgstr "dots"
"""


def test_a_stale_catalogue_is_compiled_once_and_guesses_are_left_out(settings, tmp_path, capsys):
    settings.LOCALE_PATHS = [tmp_path]
    source = tmp_path / "en" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(CATALOGUE)
    call_command("compile_catalogue")
    with source.with_suffix(".mo").open("rb") as compiled:
        words = gettext.GNUTranslations(compiled)
    assert [words.gettext(word) for word in ("调解协议", "积分")] == ["agreement", "积分"]
    call_command("compile_catalogue")
    assert capsys.readouterr().out.count("django.mo") == 1


def test_a_changed_catalogue_is_compiled_again(settings, tmp_path):
    settings.LOCALE_PATHS = [tmp_path]
    source = tmp_path / "en" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(CATALOGUE)
    call_command("compile_catalogue")
    os.utime(source.with_suffix(".mo"), (1, 1))
    call_command("compile_catalogue")
    assert source.with_suffix(".mo").stat().st_mtime > 1
