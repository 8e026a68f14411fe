"""manage.py second_opinion: train one on this archives' own decisions, read its card, adopt it."""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from policies.learning.cards import rendered
from policies.learning.opinion import SecondOpinion, from_json
from policies.learning.training import train
from policies.sentences import Refusal, Sentence
from review.management.named import person_named
from review.models import SecondOpinionModel
from review.operations.learning import adopt_second_opinion
from review.queries.past_decisions import past_decisions

_UNREADABLE = Sentence("读不了文件 {file}：{error}。", "The file {file} cannot be read or written: {error}.")


class Command(BaseCommand):
    help = "Train a second opinion on this archives' own decisions, read its card, adopt it."

    def add_arguments(self, parser):
        commands = parser.add_subparsers(dest="act", required=True)
        train = commands.add_parser("train", help="train on the entries that released batches opened or deferred")
        train.add_argument("out", type=Path, metavar="FILE", help="the JSON file to write")
        train.add_argument("--seed", type=int, default=1)
        train.add_argument(
            "--whole",
            choices=["fonds", "series"],
            default="fonds",
            help="what is held out whole, and what the bound is stated for: the next fonds or the next topmost series",
        )
        card = commands.add_parser("card", help="the card of a trained file, or of the adopted one of that number")
        card.add_argument("what", metavar="FILE|NUMBER")
        card.add_argument("--language", choices=["zh", "en"], help="only in this language")
        adopt = commands.add_parser("adopt", help="keep a trained second opinion under a number")
        adopt.add_argument("number", metavar="NUMBER")
        adopt.add_argument("file", type=Path, metavar="FILE")
        adopt.add_argument("--digest", required=True, help="the one on the card that you have read")
        adopt.add_argument("--by", required=True, metavar="USERNAME", help="the policy keeper who adopts")

    def handle(self, *args, **options):
        try:
            getattr(self, f"_{options['act']}")(options)
        except (Refusal, PermissionDenied) as refusal:
            raise CommandError(str(refusal)) from refusal
        except (OSError, UnicodeDecodeError) as error:
            file = options.get("out") or options.get("file") or options.get("what")
            raise CommandError(str(_UNREADABLE.filled(file=file, error=error))) from error

    def _train(self, options) -> None:
        opinion = train(past_decisions(options["whole"]), options["seed"])
        options["out"].write_text(opinion.to_json(), encoding="utf-8")
        self._show(opinion, None)

    def _card(self, options) -> None:
        kept = SecondOpinionModel.objects.filter(number=options["what"]).first()
        text = kept.model if kept else Path(options["what"]).read_text(encoding="utf-8")
        self._show(from_json(text, kept.digest if kept else ""), options["language"])

    def _adopt(self, options) -> None:
        adopted = adopt_second_opinion(
            number=options["number"],
            text=options["file"].read_text(encoding="utf-8"),
            digest=options["digest"],
            by=person_named(options["by"]),
            at=timezone.now(),
        )
        self.stdout.write(f"✓ {adopted.number}  {adopted.digest}  已采用 adopted")

    def _show(self, opinion: SecondOpinion, language: str | None) -> None:
        for each in [language] if language else ["zh", "en"]:
            self.stdout.write(rendered(opinion.card, opinion.digest, each))
