"""Propose changes to the keywords from labelled texts and corrections; people take them over."""

import json
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext

from cases.errors import CaseError
from cases.models import KeywordProposal, RuleBook
from cases.routing import corrections, drafting, proposals, publishing, replay, rulebook, tables
from cases.routing.labelled import BadLine, Labelled, read_jsonl, read_tsv

SHOWN = 20
BAD_LINE = 2


class Command(BaseCommand):
    help = (
        "Learn from labelled texts which keywords a draft should add, drop or weigh anew, and keep "
        "that as its proposals, each with its evidence. Without --draft a new draft is made from "
        "the book in force. Nothing changes how cases are routed until somebody publishes."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("--labelled", nargs="+", type=Path, default=[], metavar="FILE", help=".jsonl or .tsv")
        add("--corrections", action="store_true", help="learn from what people decided on cases")
        add("--draft", type=int, metavar="VERSION", help="propose into this draft")
        add("--limit", type=int, default=200, help="at most so many proposals (200)")
        add("--accept-all", action="store_true", help="take every proposal over into the draft")
        add("--publish", action="store_true", help="with --accept-all: replay, then publish")
        add("--out", type=Path, metavar="FILE", help="write the draft's keywords as a table")
        add("--json", action="store_true", help="one JSON object instead of a text")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["publish"] and not options["accept_all"]:
            raise CommandError("--publish needs --accept-all: proposals are taken over by somebody")
        try:
            told = self._learn(options)
        except (CaseError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(told, ensure_ascii=False) if options["json"] else _text(told))

    def _learn(self, options: dict[str, Any]) -> dict[str, Any]:
        labelled = [one for path in options["labelled"] for one in _read(path)]
        decided = corrections.labelled_cases() if options["corrections"] else []
        texts = [*labelled, *decided]
        if not texts:
            raise CommandError("nothing to learn from: give --labelled FILE or --corrections")
        draft = _draft(options["draft"])
        found = proposals.propose(draft, texts, limit=options["limit"])
        if options["accept_all"]:
            proposals.accept(draft, by=None)
        if options["publish"]:
            _replay_and_publish(draft, labelled)
        if options["out"]:
            options["out"].write_text(tables.to_tsv(draft), encoding="utf-8")
        kinds = Counter(one.kind for one in found)
        return {
            "draft": draft.version,
            "texts": len(texts),
            "corrections": len(decided),
            "proposals": len(found),
            **{kind: kinds[kind] for kind in KeywordProposal.Kind.values},
            "accepted": options["accept_all"],
            "published": options["publish"],
            "first": [_told(one) for one in found[:SHOWN]],
        }


def _read(path: Path) -> Sequence[Labelled]:
    try:
        if path.suffix == ".tsv":
            with path.open(encoding="utf-8") as lines:
                return read_tsv(lines)
        with path.open("rb") as lines_of_json:
            return read_jsonl(lines_of_json)
    except BadLine as error:
        raise CommandError(f"{path.name}: {error}", returncode=BAD_LINE) from None


def _draft(version: int | None) -> RuleBook:
    if version is None:
        return drafting.draft(
            based_on=rulebook.in_force(), author=None, note=gettext("从标注文本和人工改正里学来")
        )
    draft = RuleBook.objects.filter(version=version).first()
    if draft is None:
        raise CommandError(f"there is no rule book {version}")
    return draft


def _replay_and_publish(draft: RuleBook, labelled: Sequence[Labelled]) -> None:
    started = replay.start(draft, by=None, texts=list(labelled))
    while not replay.run(started) and started.state in replay.UNFINISHED:
        started.refresh_from_db()
    publishing.publish(draft, by=None)


def _told(one: KeywordProposal) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "case_type": one.case_type.key if one.case_type else "none",
        "word": one.word,
        "old": one.old_weight,
        "new": one.new_weight,
        "texts": one.evidence.get("texts", 0),
        "fixed": one.evidence.get("fixed", 0),
        "broken": one.evidence.get("broken", 0),
    }


def _text(told: dict[str, Any]) -> str:
    lines = [
        f"draft v{told['draft']}: {told['proposals']} proposals from {told['texts']} texts "
        f"({told['add']} to add, {told['remove']} to remove, {told['reweigh']} to weigh anew)"
    ]
    lines += [
        f"  {one['kind']:8} {one['case_type']:20} {one['word']}  {_weight(one['old'])} -> "
        f"{_weight(one['new'])}  in {one['texts']} texts, fixes {one['fixed']}, "
        f"breaks {one['broken']}"
        for one in told["first"]
    ]
    if told["published"]:
        lines.append("accepted and published")
    elif told["accepted"]:
        lines.append("accepted; look at it, replay and publish it in the admin")
    else:
        lines.append("decide on them in the admin, under this draft")
    return "\n".join(lines)


def _weight(weight: float | None) -> str:
    return "none" if weight is None else f"{weight:+.2f}"
