"""Text generation: what is saved, what is said token by token, how it is asked for, and what is refused."""

import json
import shutil
from pathlib import Path

import pytest
import torch
import transformers

import algorithm
import predictor as handlers
from byoc.paths import Paths
from byoc.serving.predictor import Predictor
from byoc.serving.response import Response
from byoc.settings import Settings
from byoc.training import runner
from serving_requests import Parameters
from serving_streams import without_stops

PROMPT = "A bird that"
JSON, EVENTS = "application/json", "text/event-stream"


@pytest.fixture(scope="module")
def tiny_models(project):
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(project / "local_test"))
        import tiny_models

        yield tiny_models


@pytest.fixture(scope="module")
def base(tiny_models, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("base")
    tiny_models.generator(folder, tiny_models.texts())
    return folder


@pytest.fixture
def with_base(paths, base) -> Paths:
    shutil.rmtree(paths.data / "training")
    shutil.copytree(base, paths.data / "model")
    return paths


def train(paths, **hyperparameters) -> int:
    chosen = {"task": "text-generation", **hyperparameters}
    (paths.config / "hyperparameters.json").write_text(json.dumps(chosen))
    return runner.run(lambda: algorithm)


@pytest.fixture(scope="module")
def predictor(base) -> Predictor:
    return Predictor(base, Settings.from_environment({}), handlers)


def ask(predictor, inputs=PROMPT, accept="", stream=False, **parameters) -> Response:
    body = {"inputs": inputs, "parameters": parameters, "stream": stream}
    return predictor.respond(json.dumps(body).encode(), JSON, accept)


def whole(answer: Response) -> str:
    assert (answer.status, answer.content_type) == (200, JSON), answer.body
    return json.loads(answer.body)[0]["generated_text"]


def test_without_texts_the_base_model_is_served_as_it_is(with_base, base, capsys):
    assert train(with_base) == 0
    assert "the base model is saved as it is" in capsys.readouterr().out
    assert {file.name for file in with_base.model.iterdir()} == {file.name for file in base.iterdir()}
    load = transformers.AutoModelForCausalLM.from_pretrained
    for one, other in zip(load(base).parameters(), load(with_base.model).parameters(), strict=True):
        assert torch.equal(one.float(), other.float())


def test_texts_are_learnt_from_and_what_was_learnt_is_said(with_base, capsys):
    (with_base.data / "training").mkdir()
    (with_base.data / "training" / "a.txt").write_text("A bird that sings. " * 100)
    (with_base.data / "training" / "b.txt").write_text("A bird that sings. " * 20)
    (with_base.data / "validation").mkdir()
    (with_base.data / "validation" / "c.txt").write_text("A bird that sings. " * 5)
    chosen = {"learning_rate": "0.03", "num_train_epochs": "8", "per_device_train_batch_size": "8", "max_length": "32"}
    assert train(with_base, **chosen) == 0
    out = capsys.readouterr().out
    assert "validation:perplexity=1." in out
    assert whole(ask(Predictor(with_base.model, Settings.from_environment({}), handlers), max_new_tokens=4)) != PROMPT
    answer = ask(Predictor(with_base.model, Settings.from_environment({}), handlers), max_new_tokens=20, stop=["."])
    assert whole(answer) == "A bird that sings"
    assert "Loss" in (with_base.output_data / "report.html").read_text()


@pytest.mark.parametrize("prompt", [PROMPT, "日本語 😀", "", "x" * 60])
def test_without_sampling_the_tokens_are_those_that_transformers_generates(predictor, base, monkeypatch, prompt):
    network = transformers.AutoModelForCausalLM.from_pretrained(base, dtype="float32").eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(base)
    given = tokenizer(prompt or "<|end|>", return_tensors="pt")
    count = given["input_ids"].shape[1]
    expected = network.generate(**given, max_new_tokens=30, do_sample=False, pad_token_id=0)[0, count:]
    monkeypatch.setattr(predictor._model, "_texts", lambda *asked: map("{} ".format, predictor._model._tokens(*asked)))
    found = whole(ask(predictor, prompt, max_new_tokens=30, return_full_text=False))
    assert [int(token) for token in found.split()] == [token for token in expected.tolist() if token]  # 0 is the end


def test_sampling_depends_on_the_seed_and_on_it_alone(predictor):
    chosen = {"do_sample": True, "temperature": 2.0, "top_p": 0.9, "max_new_tokens": 20}
    said = [whole(ask(predictor, seed=seed, **chosen)) for seed in (1, 1, 2)]
    assert said[0] == said[1] != said[2]
    least = [whole(ask(predictor, do_sample=True, top_p=1e-9, max_new_tokens=20)) for _ in range(2)]
    assert least[0] == least[1] == whole(ask(predictor, max_new_tokens=20))  # only the likeliest is left


def test_a_stream_has_an_event_for_each_token_and_one_for_all(predictor):
    expected = whole(ask(predictor, max_new_tokens=10))
    for answer in (ask(predictor, accept=EVENTS, max_new_tokens=10), ask(predictor, stream=True, max_new_tokens=10)):
        assert answer.content_type == EVENTS
        events = b"".join(answer.body).decode().removesuffix("\n\n").split("\n\n")
        *told, last = [json.loads(event.removeprefix("data:")) for event in events]
        assert len(told) > 5
        assert PROMPT + "".join(one["token"]["text"] for one in told) == expected == last["generated_text"]
    answer = ask(predictor, accept="application/jsonlines", max_new_tokens=10)
    assert [json.loads(line) for line in b"".join(answer.body).splitlines()] == [*told, last]
    answer = predictor.respond(PROMPT.encode(), "text/plain", "text/plain")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert PROMPT + b"".join(answer.body).decode() == whole(ask(predictor))


def test_a_token_is_worked_out_only_when_the_one_before_it_was_taken(predictor, monkeypatch):
    asked = []
    network = predictor._model._network
    monkeypatch.setattr(network, "forward", lambda real=network.forward, **given: asked.append(1) or real(**given))
    answer = ask(predictor, stream=True, max_new_tokens=100)
    assert next(answer.body)
    assert len(asked) < 10


@pytest.mark.parametrize(
    ("parts", "stops", "expected"),
    [
        (["a", "b", "c"], [], ["a", "b", "c"]),
        (["ab", "cd", "e"], ["c"], ["ab"]),
        (["a", "b", "c", "d"], ["bcd"], ["a"]),
        (["a", "b", "c", "x"], ["bcd"], ["a", "bcx"]),
        (["ab", "ab", "c"], ["abc"], ["ab"]),
        (["a", "b"], ["bx"], ["a", "b"]),
        (["xstopy"], ["top", "stop"], ["x"]),
    ],
)
def test_a_text_ends_before_what_it_shall_stop_at_however_that_is_parted(parts, stops, expected):
    assert list(without_stops(iter(parts), stops)) == expected


@pytest.mark.parametrize(
    ("body", "content_type", "accept", "status", "message"),
    [
        (b'{"inputs": ["a", "b"]}', JSON, "", 400, "a text generator takes one text"),
        (b"a", "text/csv", "", 400, "a text generator takes one text"),
        (
            b'{"inputs": "a", "parameters": {"temperature": 0}}',
            JSON,
            "",
            400,
            "parameters.temperature: Input should be",
        ),
        (b'{"inputs": "a", "parameters": {"max_new_tokens": 128}}', JSON, "", 400, "together they may be 128"),
        (b'{"inputs": "a"}', JSON, "text/csv", 406, "cannot answer in 'text/csv'; accept application/json, text/plain"),
    ],
)
def test_what_it_cannot_go_on_with_is_refused_before_the_first_token(
    predictor, body, content_type, accept, status, message
):
    answer = predictor.respond(body, content_type, accept)
    assert answer.status == status
    assert message in answer.body.decode()


def test_texts_that_cannot_be_learnt_are_refused(with_base):
    (with_base.data / "training").mkdir()
    (with_base.data / "training" / "a.txt").write_bytes(b"\xff")
    assert train(with_base) == 1
    assert "a.txt: not text in UTF-8" in with_base.failure.read_text()
    with_base.failure.unlink()
    (with_base.data / "training" / "a.txt").write_bytes(b"")
    assert train(with_base) == 1
    assert "channel 'training' has 1 tokens: there is nothing to go on with" in with_base.failure.read_text()


def test_parameters_that_are_not_given_are_those_that_the_docs_tell(project):
    told = (project / "docs/transformers.md").read_text()
    for name in ("max_new_tokens", "temperature", "top_p"):
        assert f"`{name}` ({getattr(Parameters(), name):g})" in told


def test_characters_that_are_several_tokens_come_whole(predictor, base, monkeypatch):
    tokenizer = transformers.AutoTokenizer.from_pretrained(base)
    said = "日本語 😀 é."
    monkeypatch.setattr(predictor._model, "_tokens", lambda *_: iter(tokenizer(said)["input_ids"]))
    answer = predictor.respond(b"a", "text/plain", "text/plain")
    parts = [part.decode() for part in answer.body]
    assert "".join(parts) == said
    assert "😀" in "|".join(parts)
    assert len(parts) > 5
