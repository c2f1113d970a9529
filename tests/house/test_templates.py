"""House rules of words and markup, read from the files: templates first, then the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Template
from django.template.base import Lexer, TokenType

ROOT = Path(settings.BASE_DIR)
FOLDER = ROOT / "templates"
TEMPLATES = sorted(str(file.relative_to(FOLDER)) for file in FOLDER.rglob("*.html"))
HAN = re.compile(r"[㐀-䶿一-鿿]")

# --- Markup: the policy allows nothing inline, and forms need their token ---

INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style[\s>]", re.IGNORECASE),
    "a script of its own": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE),
    "an on… handler": re.compile(r"<[^>]*\son\w+\s*=", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "an address of another house": re.compile(r"""(?:src|href)\s*=\s*["'](?:https?:)?//"""),
}


def source(name: str) -> str:
    return (FOLDER / name).read_text()


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_has_inline_style_script_or_handler(name):
    assert [fault for fault, sign in INLINE.items() if sign.search(source(name))] == []


def test_the_signs_of_inline_code_are_recognised():
    faults = (
        '<p class="x" style="color:red">',
        "<style>",
        "<script>alert(1)</script>",
        '<a href="/" onclick="go()">',
        '<a href="javascript:go()">',
        '<img src="//example.org/x.png">',
    )
    for (fault, sign), text in zip(INLINE.items(), faults, strict=True):
        assert sign.search(text), fault
    allowed = '<script src="/static/js/page.js" defer></script><a class="one" data-on="1">'
    assert not any(sign.search(allowed) for sign in INLINE.values())


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_form_that_sends_carries_its_token(name):
    for form in re.findall(r"<form\b.*?</form>", source(name), re.DOTALL):
        if 'method="post"' in form:
            assert "{% csrf_token %}" in form


# --- Words: every Chinese word of a page can be translated ---

WRITTEN_IN_ONE_LANGUAGE = {
    "errors/500.html": "stands without the machinery of translation, so it says both",
}
OWN_NAMES = re.compile(">中文<")  # a language's own name for itself stays as it is
WRAPPED = re.compile(r"""_\((?:"[^"]*"|'[^']*')\)""")
STRINGS = re.compile(r""""[^"]*"|'[^']*'""")


def unwrapped(text: str) -> Iterator[str]:
    """Yield every piece of a template with Chinese words that no translation reaches."""
    skipping = ""
    for token in Lexer(text).tokenize():
        content = token.contents
        if token.token_type == TokenType.COMMENT:
            continue
        if token.token_type == TokenType.BLOCK:
            tag = content.split()[0]
            if skipping:
                skipping = "" if tag == skipping else skipping
                continue
            skipping = {"comment": "endcomment", "blocktranslate": "endblocktranslate"}.get(tag, "")
            content = _without_what_is_translated(tag, content)
        elif skipping:
            continue
        elif token.token_type == TokenType.VAR:
            content = WRAPPED.sub("", content)
        if HAN.search(OWN_NAMES.sub("", content)):
            yield content.strip()


def _without_what_is_translated(tag: str, content: str) -> str:
    if tag == "comment":
        return ""
    if tag == "translate":  # its first string; a filter or `as` after it is no text
        return STRINGS.sub("", content, count=1)
    return WRAPPED.sub("", content)


@pytest.mark.parametrize("name", [n for n in TEMPLATES if n not in WRITTEN_IN_ONE_LANGUAGE])
def test_every_chinese_word_of_a_template_can_be_translated(name):
    assert list(unwrapped(source(name))) == []


@pytest.mark.parametrize(
    "text",
    [
        "<p>你好</p>",
        "{% include 'x.html' with text='你好' %}",
        "{{ at|date:'n月j日' }}",
        "{% blocktranslate with day=at|date:'n月j日' %}{{ day }}{% endblocktranslate %}",
        "{% translate '你好' as x %}你好",
        "{# 你好 #}<p>你好</p>",
        "{% comment %}你好{% endcomment %}你好",
        "<img alt='你好'>",
    ],
)
def test_a_word_that_no_translation_reaches_is_found(text):
    assert len(list(unwrapped(text))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "{% translate '你好' %}",
        "{% blocktranslate count n=x %}你好{% plural %}你们好{% endblocktranslate %}",
        "{% comment %}你好{% endcomment %}",
        "{# 你好 #}",
        "{{ x|default:_('你好') }}",
        "<a>中文</a>",
        "（{{ x }}）",  # marks between words are no words
    ],
)
def test_a_word_that_a_translation_reaches_is_no_fault(text):
    assert list(unwrapped(text)) == []
    assert Template("{% load i18n %}" + text)


# --- The same for the code ---

APPS = ("mediators", "cases", "scoring", "mediation")
GETTEXT = {"_", "_now"} | {
    f"{prefix}gettext{suffix}" for prefix in ("", "n", "p", "np") for suffix in ("", "_lazy")
}
TERM = re.compile(r"(?<=[a-z] )\([一-鿿]+\)")  # the term of an English sentence: code (调解码)
NOT_FOR_READERS = ("migrations", "data", "management", "simulation", "tests")
ON_PURPOSE = {
    ("mediation/settings.py", "一码解纠纷"): "the house's names, each from the environment",
    ("mediation/settings.py", "一码解纠纷 API"): "the title of the API's page",
    ("mediation/settings.py", "滨江区社会矛盾纠纷调处化解中心"): "the house's names",
    ("mediation/settings.py", "杭州市滨江区人民法院"): "the house's names",
    ("mediation/settings.py", "滨江调解"): "the name that messages are signed with",
    ("cases/api/routing.py", "楼上漏水，把我家天花板泡坏了，物业不管。"): "an example of the API",
    ("cases/api/routing.py", "邻里纠纷"): "an example of the API",
    ("cases/judicial.py", "（20[0-9]{2}）\\w{1,4}[0-9]{2,6}(诉前调确|民特)[0-9]+号"): "a pattern",
}
# What reads Chinese texts holds Chinese words, and shows them to nobody.
READS_CHINESE = {
    "cases/duplicates/likeness.py",
    "cases/routing/vocabulary.py",
}
# Texts that go into official papers and registers, which are Chinese in every language.
OFFICIAL = {
    "cases/agreements.py",  # the number of an agreement
    "cases/models/agreement.py",  # its name, as the law calls it
    "cases/signing/document.py",  # the agreement's PDF
    "cases/loading.py",  # notes in the register of reference data
    "scoring/loading.py",
    "mediators/demo.py",
    "cases/demo.py",
}


def code_files() -> list[Path]:
    return [
        file
        for app in APPS
        for file in sorted((ROOT / app).rglob("*.py"))
        if not set(file.relative_to(ROOT).parts) & set(NOT_FOR_READERS)
    ]


def _documentation(tree: ast.Module) -> set[ast.AST]:
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr)
    }


def _translated(tree: ast.Module) -> set[ast.AST]:
    return {
        inside
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in GETTEXT
        for argument in node.args
        for inside in ast.walk(argument)
    }


def untranslated(code: str) -> list[str]:
    """Return the Chinese strings of a module that no translation reaches."""
    tree = ast.parse(code)
    fine = _documentation(tree) | _translated(tree)
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if HAN.search(TERM.sub("", node.value)) and node not in fine
    ]


def test_every_chinese_word_of_the_code_can_be_translated_or_stays_on_purpose():
    found = {
        (str(file.relative_to(ROOT)), text)
        for file in code_files()
        for text in untranslated(file.read_text())
    }
    fine = OFFICIAL | READS_CHINESE
    assert sorted(one for one in found if one not in ON_PURPOSE and one[0] not in fine) == []


def test_the_list_of_words_that_stay_names_nothing_that_is_gone():
    for path, text in ON_PURPOSE:
        assert text in untranslated((ROOT / path).read_text()), path
    for path in OFFICIAL | READS_CHINESE:
        assert untranslated((ROOT / path).read_text()), path


def test_a_word_of_the_code_that_no_translation_reaches_is_found():
    assert untranslated('x = "你好"') == ["你好"]
    assert untranslated('x = f"{y}你好"') == ["你好"]
    assert untranslated('x = "The code (调解码)."') == []
    assert untranslated('def f():\n    """你好"""\n    return _("你好") % {"x": "你们好"}') == [
        "你们好"
    ]


def put_together(code: str) -> list[str]:
    """Return what is looked up in the catalogue after it was put together: it is never found."""
    return [
        ast.unparse(node)
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in GETTEXT
        if any(isinstance(one, ast.JoinedStr | ast.BinOp | ast.Call) for one in node.args)
    ]


def test_no_string_is_put_together_before_it_is_looked_up():
    assert put_together('_(f"你好{x}"); _("%s" % x); _("{}".format(x)); _("你好") % {}') == [
        "_(f'你好{x}')",
        "_('%s' % x)",
        "_('{}'.format(x))",
    ]
    found = {str(file.relative_to(ROOT)): put_together(file.read_text()) for file in code_files()}
    assert {path: calls for path, calls in found.items() if calls} == {}


# --- Citizens' words are plain (ux.md U12) ---

FOR_CITIZENS = (
    *(file for name in ("citizen", "code", "party") for file in (FOLDER / name).rglob("*.html")),
    FOLDER / "base.html",
    *FOLDER.glob("errors/4*.html"),
    *(ROOT / f"cases/web/{name}.py" for name in ("citizen", "code", "party", "forms")),
    ROOT / "cases" / "progress.py",
    *(ROOT / f"cases/{name}.py" for name in ("messages", "onetime", "access", "drafts", "files")),
    ROOT / "mediators/identity.py",
)
OFFICIALESE = (
    *("诉求", "标的", "管辖", "送达", "举证", "履行", "逾期", "予以", "不予", "应当", "被申请人"),
    *("系统异常", "操作失败", "无效", "非法"),
)
OF_THE_AGREEMENT = {"怎么履行"}  # a heading inside the paper itself, which has the law's words
SENTENCE_END = re.compile("[。！？；：，、\\n]")
INSERTED = re.compile(r"{{.*?}}|{%.*?%}|%\(\w+\)\w|<[^>]*>")
TAGS = re.compile(
    r"""{%\s*translate\s+(?:"([^"]*)"|'([^']*)')|{%\s*blocktranslate.*?%}(.*?){%\s*endblock""",
    re.DOTALL,
)


def said_in(file: Path) -> list[str]:
    """Return what a template or module says to its readers."""
    text = file.read_text()
    if file.suffix == ".html":
        return ["".join(found) for found in TAGS.findall(text)]
    return [
        node.value
        for node in _translated(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def said_to_citizens() -> list[str]:
    return [INSERTED.sub("", text) for file in FOR_CITIZENS for text in said_in(file)]


def is_common(character: str) -> bool:
    """Say whether a character is of GB2312's first level: the 3755 that everybody learns."""
    try:
        return 0xB0 <= character.encode("gb2312")[0] <= 0xD7
    except UnicodeEncodeError:
        return False


def test_citizens_read_common_characters_only():
    characters = [c for text in said_to_citizens() for c in HAN.findall(text)]
    assert len(characters) > 3000
    rare = {c for c in characters if not is_common(c)}
    assert sum(is_common(c) for c in characters) / len(characters) >= 0.995, rare


def test_citizens_read_no_officialese_and_no_scolding():
    plain = [text for text in said_to_citizens() if text not in OF_THE_AGREEMENT]
    assert [(word, text) for word in OFFICIALESE for text in plain if word in text] == []


def test_citizens_read_short_sentences():
    lengths = {
        part: len(HAN.findall(part))
        for text in said_to_citizens()
        for part in SENTENCE_END.split(text)
        if HAN.search(part)
    }
    assert sum(lengths.values()) / len(lengths) <= 12
    assert {part: length for part, length in lengths.items() if length > 30} == {}
