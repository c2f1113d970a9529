"""How many texts a second the shipped keywords classify, against matching alone in the same run."""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence

from ahocorasick_rs import AhoCorasick, MatchKind

from cases.routing.classify import RuleBook, load_calibration, load_keywords
from cases.routing.labelled import read_tsv
from cases.routing.matcher import DATA, normalise

LENGTH = 200  # characters of a text
ROUNDS = 5


def texts(count: int) -> list[str]:
    """Return texts of the field, put together to one length."""
    with (DATA / "field_texts.tsv").open(encoding="utf-8") as lines:
        short = [text.text for text in read_tsv(lines)]
    found = []
    for number in range(count):
        longer = "。".join(short[(number * 7 + step) % len(short)] for step in range(20))
        found.append(longer[:LENGTH])
    return found


def per_second(work: Callable[[str], object], asked: Sequence[str]) -> float:
    """Return how many texts a second of the processor go through `work`."""
    start = time.process_time()
    for text in asked:
        work(text)
    return len(asked) / (time.process_time() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=5000)
    asked = texts(parser.parse_args().texts)
    keywords = load_keywords(DATA / "keywords.tsv")
    start = time.process_time()
    book = RuleBook(keywords, calibration=load_calibration(DATA / "calibration.json"))
    loaded = time.process_time() - start
    words = sorted({normalise(keyword.word) for keyword in keywords})
    floor = AhoCorasick(words, matchkind=MatchKind.LeftmostLongest)
    plain = [normalise(text) for text in asked]
    rounds = [
        (per_second(floor.find_matches_as_indexes, plain), per_second(book.classify, asked))
        for _round in range(ROUNDS)
    ]
    alone = statistics.median(one for one, _whole in rounds)
    whole = statistics.median(one for _alone, one in rounds)
    figures = {
        "keywords": len(words),
        "weights": len(keywords),
        "load_seconds": round(loaded, 3),
        "matching_alone_per_second": round(alone),
        "classify_per_second": round(whole),
        "ratio": round(whole / alone, 3),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
