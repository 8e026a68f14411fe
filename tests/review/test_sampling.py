"""The quality sample: drawn once by a seed that is kept, judged by an outsider, and in the way of a batch that fails it."""

import pytest
from django.core.exceptions import PermissionDenied

from policies.sampling import drawn, size_of
from policies.sentences import Refusal
from review.models import Batch, Certificate, Fonds, Sample, Sampled, SampleVerdict
from review.operations import appointing, returning, sampling
from review.operations.sampling import Verdict
from review.queries.decisions import proposals, round_of
from review.queries.procedures import procedure_of
from review.queries.quality import agreements_of, looked_at, reversals_of
from tests.review.scenes_sampling import draw, drawn_and_judged, judge
from tests.world import NOW
from workflows import rehearsal

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


@pytest.fixture
def batch(world):
    return world.walked("sample")


def test_every_stratum_is_sampled_and_the_draw_can_be_drawn_again(world, batch):
    draw(world, batch)
    samples = list(Sample.objects.filter(batch=batch))
    assert sum(sample.population for sample in samples) == batch.batch_entries.count()
    assert {sample.stratum.partition(":")[0] for sample in samples} == {"open", "refer"}
    for sample in samples:
        assert sample.sampled.count() == size_of(procedure_of(batch).sample, sample.population)
        of = [
            opinion.batch_entry.position
            for opinion in proposals(batch).select_related("batch_entry")
            if opinion.outcome == sample.stratum.partition(":")[0]
            and opinion.ground in ("", sample.stratum.partition(":")[2] or opinion.ground)
        ]
        assert [row.position for row in sample.sampled.all()] == drawn(
            sorted(of), sample.sampled.count(), sample.seed
        )


def test_a_sample_is_not_drawn_twice_in_a_round(world, batch):
    draw(world, batch)
    with pytest.raises(Refusal, match="not drawn twice"):
        draw(world, batch)


def test_without_a_sample_or_with_one_half_looked_at_nothing_is_certified(world, batch):
    with pytest.raises(Refusal, match="No sample"):
        sampling.certify(batch=batch, by=world["sampler"], at=NOW)
    draw(world, batch)
    rows = list(Sampled.objects.filter(sample__batch=batch))
    sampling.record_verdicts(
        batch=batch, verdicts={row.pk: Verdict(True) for row in rows[1:]}, by=world["sampler"], at=NOW
    )
    with pytest.raises(Refusal, match="1 of the drawn"):
        sampling.certify(batch=batch, by=world["sampler"], at=NOW)
    assert not Certificate.objects.exists()


def test_one_missed_secret_keeps_the_batch_from_going_on(world, batch):
    drawn_and_judged(world, batch)
    row = Sampled.objects.filter(sample__batch=batch, sample__stratum="open").first()
    wrong = Verdict(False, "CN-8-1", "页内有机密字样")
    sampling.record_verdicts(batch=batch, verdicts={row.pk: wrong}, by=world["sampler"], at=NOW)
    with pytest.raises(Refusal, match="CN-8-1"):
        sampling.certify(batch=batch, by=world["sampler"], at=NOW)
    (task,) = rehearsal.open_tasks(batch, "sample")
    assert task.status in ("NEW", "ASSIGNED")


def test_the_certificate_says_what_was_found_and_bounds_it(world, batch):
    drawn_and_judged(world, batch)
    made = sampling.certify(batch=batch, by=world["sampler"], at=NOW)
    assert made.number == f"{batch.number}-Q1"
    assert [fact["looked"] for fact in made.facts] == [stratum.looked for stratum in looked_at(batch)]
    assert all(fact["at_most"] >= fact["errors"] == 0 for fact in made.facts)


def test_a_newer_verdict_counts_and_the_older_one_stays_on_record(world, batch):
    draw(world, batch)
    row = Sampled.objects.filter(sample__batch=batch).first()
    for verdict in (Verdict(False, "", "题名漏改"), Verdict(True)):
        sampling.record_verdicts(batch=batch, verdicts={row.pk: verdict}, by=world["sampler"], at=NOW)
    assert SampleVerdict.objects.filter(sampled=row).count() == 2
    assert sum(stratum.errors for stratum in looked_at(batch)) == 0


@pytest.mark.parametrize("who", ["first", "second", "confirmer", "auditor"])
def test_nobody_else_samples(world, batch, who):
    with pytest.raises(PermissionDenied):
        sampling.draw_samples(batch=batch, by=world[who], at=NOW)


def test_who_reviewed_here_may_not_sample_here(world, batch):
    appointing.appoint(person=world["second"], role="sampler", over=batch.fonds, by="test", at=NOW)
    with pytest.raises(Refusal, match="another quality leader"):
        sampling.draw_samples(batch=batch, by=type(world["second"]).objects.get(username="second"), at=NOW)


def test_a_verdict_on_an_entry_outside_the_sample_is_refused(world, batch):
    draw(world, batch)
    with pytest.raises(Refusal, match="not in this sample"):
        judge_other = {10**6: Verdict(True)}
        sampling.record_verdicts(batch=batch, verdicts=judge_other, by=world["sampler"], at=NOW)


def test_a_returned_batch_is_sampled_anew(world, batch):
    drawn_and_judged(world, batch)
    (task,) = rehearsal.open_tasks(batch, "sample")
    rehearsal.work(
        task,
        world["sampler"],
        lambda _: returning.return_batch(
            batch=batch, from_desk="sample", reason="抽检不合格", by=world["sampler"], at=NOW
        ),
        verdict="return",
    )
    assert round_of(batch) == 2
    assert looked_at(batch) == []
    assert Sample.objects.filter(batch=batch, round=1).exists()


def test_agreement_counts_every_entry_decided_twice(world, batch):
    found = agreements_of(Batch.objects.filter(pk=batch.pk))
    (line,) = found["all"]
    assert line.agreement.entries == batch.batch_entries.count()
    assert line.agreement.same == line.agreement.entries  # the rehearsal's second reviewer agrees with the first
    assert {line.name for line in found["agency"]} == {"示例省民政厅", "示例省财政厅"}
    assert all(line.agreement.entries == batch.batch_entries.count() for line in found["ground"])
    assert reversals_of(Fonds.objects.all()) == []


def test_judging_takes_no_more_queries_for_more_entries(world, batch, django_assert_max_num_queries):
    draw(world, batch)
    with django_assert_max_num_queries(25):
        judge(world, batch)
