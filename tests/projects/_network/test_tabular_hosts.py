"""What hosts know together of their rows is what one host knows of all of them."""

import numpy as np
import pytest
from tabular_rows import rows_of

import loopback
from byoc.hosts.collectives import Collectives
from byoc.tabular import report_rows
from byoc.tabular.dataset import Rows
from byoc.tabular.encoding import Encoding, Target

ROWS = rows_of(300, seed=1, unseen=False)
PARTS = (slice(0), slice(7), slice(7, 7), slice(7, None))  # the first host has none
NUMBERS = np.random.default_rng(0).normal(5, 3, 300)


def test_hosts_encode_alike_and_as_one_host_does():
    found = loopback.threads(lambda collectives: Encoding.learn(ROWS[PARTS[collectives.rank]], collectives), len(PARTS))
    assert found == [Encoding.learn(ROWS, Collectives())] * len(PARTS)


def test_hosts_learn_the_same_numbers_and_score_them_over_all_rows():
    expected = Target.of_numbers(NUMBERS, Collectives())
    answers = NUMBERS + np.linspace(-1, 1, 300)

    def scored(collectives: Collectives) -> tuple[float, ...]:
        part = PARTS[collectives.rank]
        target = Target.of_numbers(NUMBERS[part], collectives)
        scores = target.scores(target.learnt(NUMBERS[part], "training"), answers[part], collectives)
        return target.mean, target.scale, *scores.values()

    found = loopback.threads(scored, len(PARTS))
    assert found == [found[0]] * len(PARTS)
    assert found[0][:2] == (expected.mean, expected.scale)  # to the last bit
    of_all = expected.scores(expected.learnt(NUMBERS, "training"), answers, Collectives())
    assert found[0][2:] == pytest.approx((*of_all.values(),))


def test_hosts_score_labels_over_all_rows():
    target = Target.of_labels(np.array(["a", "b"]))
    learnt = (NUMBERS > 5).astype(np.int64)
    answers = np.stack([NUMBERS % 1, 1 - NUMBERS % 1], axis=1)
    of_all = target.scores(learnt, answers, Collectives())
    for found in loopback.threads(
        lambda collectives: target.scores(
            learnt[PARTS[collectives.rank]], answers[PARTS[collectives.rank]], collectives
        ),
        len(PARTS),
    ):
        assert found == pytest.approx(of_all)


@pytest.mark.parametrize(
    ("most", "name", "count"), [(1000, "training", 300), (30, "29 of 300 rows of the training", 29)]
)
def test_the_first_host_shows_rows_of_all(monkeypatch, most, name, count):
    monkeypatch.setattr(report_rows, "MOST_ROWS", most)
    every = Rows(NUMBERS.astype(str), ROWS, np.stack([NUMBERS] * 2, axis=1), NUMBERS)

    def shown(collectives: Collectives) -> tuple[str, Rows]:
        return report_rows.shown(collectives, "training", Rows(*(field[PARTS[collectives.rank]] for field in every)))

    (told, rows), *_ = loopback.threads(shown, len(PARTS))
    assert (told, len(rows.labels)) == (name, count)
    places = [NUMBERS.tolist().index(value) for value in rows.learnt]
    assert len(set(places)) == count
    for field in ("labels", "encoded"):
        assert (getattr(rows, field) == getattr(every, field)[places]).all()
    for column in ROWS.dtype.names:
        np.testing.assert_array_equal(rows.records[column], ROWS[column][places])


def test_one_host_shows_what_it_has():
    rows = Rows(NUMBERS, ROWS, NUMBERS, NUMBERS)
    assert report_rows.shown(Collectives(), "training", rows) == ("training", rows)
