"""How many epochs there are, which is the best, and when they end."""

from types import SimpleNamespace

import pytest

import loopback
from byoc.errors import InputError
from byoc.hosts.collectives import Collectives
from byoc.tabular.epochs import Epochs, refuse_another


def run(losses, total=100, patience=None, history=None, stop_after=None, name="validation:loss"):
    """The epochs that are done, where each comes to the next of the losses, and which of them were best so far."""
    job = SimpleNamespace(stopping=False, leads=True, collectives=Collectives())
    epochs = Epochs(job, total, patience, history)
    best = []
    for epoch in epochs:
        if epochs.tell({"train:loss": 0.5, name: losses[epoch - 1]}):
            best.append(epoch)
        job.stopping = epoch == stop_after
    return epochs, best


def test_all_epochs_are_done_and_the_best_is_that_of_the_least_loss(capsys):
    epochs, best = run([3, 1, 2, 1], total=4)
    assert (epochs.done, epochs.best, best) == (4, 2, [1, 2])
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "epoch 2 of 4: train:loss=0.500000 validation:loss=1.000000"
    assert lines[-1] == "the model is that of epoch 2 of 4"


def test_without_a_channel_to_watch_the_last_is_the_best_and_patience_means_nothing():
    epochs, best = run([3, 1, 2, 4], total=4, patience=1, name="train:accuracy")
    assert (epochs.done, epochs.best, best) == (4, 4, [1, 2, 3, 4])


def test_patience_ends_it_and_a_job_that_goes_on_is_as_patient():
    losses = [3, 1, 2, 2, 2, 0]
    epochs, _ = run(losses, patience=3)
    assert (epochs.done, epochs.best) == (5, 2)
    for done in range(1, 6):
        history = {name: values[:done] for name, values in epochs.history.items()}
        again, _ = run(losses, patience=3, history=history)
        assert again.history == epochs.history


@pytest.mark.parametrize("history", [None, {"train:loss": [1.0]}])
def test_a_job_that_is_to_stop_does_one_epoch_if_none_is_done(history):
    epochs = Epochs(SimpleNamespace(stopping=True, leads=True, collectives=Collectives()), 9, None, history)
    for _ in epochs:
        epochs.tell({"train:loss": 1.0})
    assert epochs.done == 1


def test_a_job_ends_after_the_epoch_in_which_it_is_to_stop():
    assert run([1] * 9, stop_after=4)[0].done == 4


def test_hosts_end_after_the_same_epoch_and_only_the_first_tells_what_it_came_to(capsys):
    def done(collectives: Collectives) -> int:
        job = SimpleNamespace(stopping=False, leads=collectives.rank == 0, collectives=collectives)
        epochs = Epochs(job, 100, None)
        for epoch in epochs:
            epochs.tell({"train:loss": 1.0})
            job.stopping = epoch == 2 + collectives.rank
        return epochs.done

    assert loopback.threads(done, 3) == [2, 2, 2]
    lines = capsys.readouterr().out.splitlines()
    assert sorted(line for line in lines if "epoch 2 of 100" in line) == [
        "epoch 2 of 100",
        "epoch 2 of 100",
        "epoch 2 of 100: train:loss=1.000000",
    ]


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_training_that_diverges_ends_in_one_line(loss):
    with pytest.raises(InputError, match=r"validation:loss is (nan|inf) after epoch 2: it diverges; use a lower"):
        run([1, loss])


def test_a_checkpoint_of_another_job_is_told_by_what_differs():
    job = SimpleNamespace(checkpoints=SimpleNamespace(folder="/folder"))
    refuse_another({"data": "a", "more": "b"}, {"data": "a"}, job)
    with pytest.raises(InputError, match=r"in /folder is of another job: its data is a, but here it is b b b.*…; give"):
        refuse_another({"data": "a"}, {"data": "b " * 1000}, job)
