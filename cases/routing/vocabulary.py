"""Which runs of characters could be keywords, and which of them tell the case types apart."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from cases.routing.matcher import CLAUSE_END, DATA, normalise
from cases.routing.softmax import Rows, Table

# No word begins or ends with one of these: they join words, or ask, and belong to no subject.
_JOINING = frozenset(
    "的了吗呢么吧是我你他她们在和与就也都个这那您请问怎啊呀哦嘛之其而且但因为所以于或及将把对从"
)
# One of these alone says nothing of a subject: numbers, times, places, what anybody does. A single
# character is a keyword only when it means a thing (房 车 婚 药 狗).
_EMPTY = frozenset(
    "一二三四五六七八九十两几百千万元分点年月日时天早晚号第上下中大小多少长高低里外前后内间新旧"
    "不有没到得能会可要去来给还被让说想做看过出入起进回开始直接当从由向往用使行成作发生活动带拿放打听写找叫"
    "什怎为何谁哪些此该各每某另又再才只已经正很太最更比较非常将曾总跟同样等然无以及次名个位件条种"
    "情况事问题现今明昨知道理必需须希望感谢请求尊敬领导您好咨询老师公众民住自己先女人家地方面口手头心身"
    "坏真假对错全部通如若并虽却仍即则乃至者所是否字话信息称具体主关联系特别般果结意见应"
)
_LATIN = re.compile(r"[a-z]{2,12}")  # one letter alone stands for a name: A市
_BREAK = re.compile(rf"[0-9a-z{CLAUSE_END}]+")
_COMMON = 6.0  # ln(texts / texts with the word) of a rather rare word: its rarity is about 1


def choose_words(
    plain: Sequence[str], shares: Table, *, longest: int, min_texts: int, most: int
) -> tuple[Counter[str], list[str]]:
    """Return in how many texts each candidate stands, and the words that tell types apart.

    A word tells by how far its texts of one type exceed what chance would give it, in standard
    deviations (a Poisson count). `shares` (texts x types) say what each text counts for.
    """
    words_of = [candidates(text, longest) for text in plain]
    texts_with = Counter(word for words in words_of for word in words)
    kept = _kept(texts_with, min_texts)
    place = {word: at for at, word in enumerate(kept)}
    rows = [{place[word]: 1.0 for word in sorted(words) if word in place} for words in words_of]
    count = Rows(rows, len(kept)).transposed_times(shares)
    chance = count.sum(axis=1, keepdims=True) * (shares.sum(axis=0) / shares.sum())
    telling = ((count - chance) / np.sqrt(chance + 0.5)).max(axis=1)
    order = np.argsort(-telling, kind="stable")[:most]
    return texts_with, [kept[at] for at in order]


def candidates(plain: str, longest: int) -> set[str]:
    """Return the runs of characters in a text that could be words: whole words of letters, and
    Chinese ones that cross no clause and no number, neither begin nor end with a joining
    character, are no single one without a meaning, and do not stand in a sentence that says
    nothing."""
    found = set(_LATIN.findall(plain))
    for clause in _BREAK.split(plain):
        for start in range(len(clause)):
            if clause[start] not in _JOINING:
                for end in range(start + 1, min(start + longest, len(clause)) + 1):
                    if clause[end - 1] not in _JOINING:
                        found.add(clause[start:end])
    return found - _EMPTY - _neutral(longest)


@lru_cache
def _neutral(longest: int) -> frozenset[str]:
    """The words of sentences that are in any text and speak for no type."""
    lines = (DATA / "neutral.txt").read_text(encoding="utf-8").splitlines()
    parts = {normalise(line) for line in lines}
    return frozenset(
        one[start : start + size]
        for one in parts
        for size in range(1, longest + 1)
        for start in range(len(one) - size + 1)
    )


def _kept(texts_with: Mapping[str, int], min_texts: int) -> list[str]:
    """Words that stand in enough texts; not those that only stand inside one longer word."""
    enough = {word: count for word, count in texts_with.items() if count >= min_texts}
    part_only = {
        part
        for word, count in enough.items()
        for part in (word[1:], word[:-1])
        if part and enough.get(part) == count
    }
    return sorted(enough.keys() - part_only)


def rarity(words: Sequence[str], texts_with: Mapping[str, int], texts: int, power: float) -> Table:
    """Return how rare each word is, around 2; `power` 0 makes all the same."""
    logs = [math.log((texts + 1) / texts_with[word]) / _COMMON for word in words]
    return np.array([2 * max(log, 0.01) ** power for log in logs], np.float32)
