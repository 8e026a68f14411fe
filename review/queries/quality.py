"""Quality of reviews: what the samples found, how far two reviewers agree, which decisions were reversed later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from policies.agreement import Agreement, agreement_of
from policies.outcomes import Stage
from policies.sampling import Looked
from review.models import CLOSING, Batch, BatchEntry, Certificate, Fonds, Opinion, Sample, Sampled, SampleVerdict
from review.queries.decisions import round_of


def samples_of(batch: Batch, round_: int | None = None) -> QuerySet[Sample]:
    """The samples drawn in one round of a batch (the current one when none is named)."""
    return Sample.objects.filter(batch=batch, round=round_ or round_of(batch)).order_by("stratum")


def certificate_of(batch: Batch) -> Certificate | None:
    """The quality certificate of the current round."""
    return Certificate.objects.filter(batch=batch, round=round_of(batch)).select_related("person").first()


def newest_verdicts(sampled: Iterable[int]) -> dict[int, SampleVerdict]:
    """The newest verdict on each sampled entry, by the id of its row."""
    rows = SampleVerdict.objects.filter(sampled__in=list(sampled)).select_related("person").order_by("id")
    return {verdict.sampled_id: verdict for verdict in rows}


def looked_at(batch: Batch, round_: int | None = None) -> list[Looked]:
    """What was found in each stratum of a round so far. Three queries at any size."""
    samples = list(samples_of(batch, round_))
    places: dict[int, list[int]] = defaultdict(list)
    for sample, pk in Sampled.objects.filter(sample__in=samples).order_by("position").values_list("sample", "pk"):
        places[sample].append(pk)
    verdicts = newest_verdicts(pk for pks in places.values() for pk in pks)
    found = []
    for sample in samples:
        mine = [verdicts[pk] for pk in places[sample.pk] if pk in verdicts]
        wrong = [verdict for verdict in mine if not verdict.right]
        found.append(
            Looked(
                stratum=sample.stratum,
                population=sample.population,
                size=len(places[sample.pk]),
                looked=len(mine),
                errors=len(wrong),
                allowed=sample.allowed,
                missed=tuple(sorted({verdict.missed_ground for verdict in wrong if verdict.missed_ground})),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """How far first and second reviewers agree on the entries of one ground or one agency; `name` empty: on all."""

    name: str
    agreement: Agreement


def agreements_of(batches: QuerySet[Batch]) -> dict[str, list[AgreementLine]]:
    """Agreement on outcome and ground, of every round: "all", by "ground" (that either gave) and by "agency". One query."""
    rows = (
        Opinion.objects.filter(
            batch_entry__batch__in=batches, standing=True, stage__in=[Stage.FIRST_REVIEW, Stage.SECOND_REVIEW]
        )
        .order_by()
        .values_list(
            "batch_entry", "round", "stage", "outcome", "ground", "batch_entry__entry__agency__name"
        )
    )  # fmt: skip
    said: dict[tuple[int, int], dict[str, tuple[str, str]]] = defaultdict(dict)
    agency: dict[tuple[int, int], str] = {}
    for entry, round_, stage, outcome, ground, name in rows.iterator(chunk_size=5000):
        said[entry, round_][stage] = (outcome, ground)
        agency[entry, round_] = name or ""
    pairs: dict[str, dict[str, list[tuple[str, str]]]] = {
        "all": defaultdict(list), "ground": defaultdict(list), "agency": defaultdict(list),
    }  # fmt: skip
    for key, both in said.items():
        if len(both) < 2:
            continue
        first, second = both[Stage.FIRST_REVIEW], both[Stage.SECOND_REVIEW]
        pair = ("/".join(first), "/".join(second))
        pairs["all"][""].append(pair)
        pairs["agency"][agency[key]].append(pair)
        for ground in {first[1], second[1]} - {""}:
            # Of one ground: whether each of them gave it or not.
            pairs["ground"][ground].append((str(first[1] == ground), str(second[1] == ground)))
    for on_it in pairs["ground"].values():  # and the entries on which neither gave it
        on_it.extend([(str(False), str(False))] * (len(pairs["all"][""]) - len(on_it)))
    return {
        kind: [AgreementLine(name, agreement_of(found)) for name, found in sorted(lines.items())]
        for kind, lines in pairs.items()
    }


@dataclass(frozen=True, slots=True)
class Reversal:
    """A decision that a later hand judged otherwise: for reviewers to learn from. The title is for those who may see it."""

    batch_entry: BatchEntry
    earlier: Opinion
    later: Opinion


_ORDER = [Stage.FIRST_REVIEW, Stage.SECOND_REVIEW, Stage.RECONCILE, Stage.COORDINATE]


def reversals_of(fonds: QuerySet[Fonds], *, limit: int = 200) -> list[Reversal]:
    """The latest reversed decisions on entries of these fonds: each pair of successive hands of one round that differ."""
    rows = (
        Opinion.objects.filter(batch_entry__batch__fonds__in=fonds, standing=True, stage__in=_ORDER)
        .select_related("batch_entry__entry", "batch_entry__batch", "person")
        .order_by("-at", "-id")
    )
    last: dict[tuple[int, int], list[Opinion]] = {}
    found: list[Reversal] = []
    for opinion in rows.iterator(chunk_size=2000):
        seen = last.setdefault((opinion.batch_entry_id, opinion.round), [])
        for later in seen:
            nearest = _ORDER.index(Stage(later.stage)) - _ORDER.index(Stage(opinion.stage))
            if nearest > 0 and _decided(later) != _decided(opinion):
                found.append(Reversal(opinion.batch_entry, opinion, later))
                break
        seen.insert(0, opinion)
        if len(found) >= limit:
            break
    return found


def _decided(opinion: Opinion) -> tuple[str, str]:
    ground = opinion.ground if opinion.outcome in CLOSING else ""
    return opinion.outcome, ground
