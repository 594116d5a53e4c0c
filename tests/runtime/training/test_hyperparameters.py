"""Every client's strings become typed values, and what cannot be used is refused by name (T-10, T-11, T-12)."""

import json
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from pydantic import AliasChoices, BaseModel, Field, model_validator

from byoc.errors import InputError
from byoc.training import hyperparameters


class Hyperparameters(BaseModel):
    optimizer: str = "sgd"
    rate: float = Field(0.5, gt=0)
    epochs: int = Field(1, ge=1)
    shuffle: bool = False
    limit: int | None = 7
    layers: list[int] = []
    loss: Literal["l1", "l2"] = "l1"


class Required(BaseModel):
    epochs: int


class Range(BaseModel):
    low: int = 0
    high: int = 1

    @model_validator(mode="after")
    def in_order(self):
        if self.low > self.high:
            raise ValueError("low must not be above high")
        return self


RAW = {"optimizer": "adam", "rate": "0.1", "epochs": "3", "shuffle": "True", "limit": "None", "layers": "[1, 2]"}
JSON = {"optimizer": '"adam"', "rate": "0.1", "epochs": "3", "shuffle": "true", "limit": "null", "layers": "[1, 2]"}
MIXED = {**JSON, "optimizer": "adam"}
NUMBERS_AS_NUMBERS = {"optimizer": "adam", "rate": 0.1, "epochs": 3, "shuffle": True, "limit": None, "layers": [1, 2]}


@pytest.mark.parametrize("sent", [RAW, JSON, MIXED, NUMBERS_AS_NUMBERS], ids=["raw", "json", "mixed", "by hand"])
def test_every_clients_encoding_gives_the_same_values(sent):
    expected = Hyperparameters(optimizer="adam", rate=0.1, epochs=3, shuffle=True, limit=None, layers=[1, 2])
    assert hyperparameters.parse(sent, Hyperparameters) == expected


LOOKS_ELSE = ["123", "1e5", "0.10", "007", "true", "None", "null", "[1]", "{}", "(1, 2)", "1_0"]


@pytest.mark.parametrize("text", [*LOOKS_ELSE, pytest.param("[" * 100_000, id="deep")])
def test_a_text_that_looks_like_something_else_stays_a_text_and_changes_no_other_value(text):
    for sent in (text, json.dumps(text)):
        parsed = hyperparameters.parse({"optimizer": sent, "layers": "[1]", "limit": "None"}, Hyperparameters)
        assert parsed == Hyperparameters(optimizer=text, layers=[1], limit=None)


def test_no_hyperparameters_take_every_default(paths):
    assert hyperparameters.read(paths.config, Hyperparameters) == Hyperparameters()


def given(paths, sent: dict[str, str], encoding: str = "utf-8") -> Path:
    (paths.config / "hyperparameters.json").write_text(json.dumps(sent), encoding)
    return paths.config


def test_what_sagemaker_adds_is_passed_over_also_by_a_model_that_forbids_more(paths, capsys):
    class Strict(Hyperparameters, extra="forbid"):
        pass

    added = {"sagemaker_program": '"x.py"', "_tuning_objective_metric": "loss", "model_dir": '"s3://bucket/model"'}
    for model in (Hyperparameters, Strict):
        assert hyperparameters.read(given(paths, added | {"epochs": "2"}), model) == model(epochs=2)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_part_of_a_name_or_of_json(paths, encoding):
    assert hyperparameters.read(given(paths, {"epochs": "2"}, encoding), Hyperparameters).epochs == 2


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("drop-out", ", the nearest is drop_out"),
        ("dropOut", ", the nearest is drop_out"),
        ("Epochs", ", the nearest is epochs"),
        ("epoch", ", the nearest is epochs"),
        ("learning_rate", ", the nearest is learning-rate"),
        ("colsample", ""),
    ],
)
def test_a_name_that_is_unknown_ends_the_job_with_the_nearest(paths, name, advice):
    class Own(Hyperparameters):
        drop_out: float = 0.1
        rate: float = Field(0.1, alias="learning-rate")

    with pytest.raises(InputError) as refusal:
        hyperparameters.read(given(paths, {name: "3", "epochs": "many"}), Own)
    first, second, way_out = str(refusal.value).split("; ")
    assert first == f"hyperparameter {name} is unknown{advice}"
    assert second.startswith("hyperparameter epochs = 'many' is refused: ")
    assert way_out.endswith("a new one is a line of the class Hyperparameters in program/algorithm.py")


def test_a_name_may_be_an_alias_and_a_model_may_take_any(paths):
    class Own(BaseModel, extra="allow"):
        rate: float = Field(0.1, alias="learning-rate")

    read = hyperparameters.read(given(paths, {"learning-rate": "0.5", "note": "x", "sagemaker_region": "y"}), Own)
    assert (read.rate, read.model_extra) == (0.5, {"note": "x"})


@pytest.mark.parametrize("name", ["learning-rate", "lr", "rate"])
def test_a_field_may_have_several_names(paths, name):
    class Own(BaseModel, populate_by_name=True):
        rate: float = Field(0.1, validation_alias=AliasChoices("learning-rate", "lr"))

    assert hyperparameters.read(given(paths, {name: "0.5"}), Own).rate == 0.5
    assert list(hyperparameters.fields(Own)) == ["learning-rate"]


@pytest.mark.parametrize(
    ("model", "sent", "message"),
    [
        (Hyperparameters, {"epochs": "three"}, "hyperparameter epochs = 'three' is refused: .*integer"),
        (Hyperparameters, {"epochs": "0"}, "hyperparameter epochs = '0' is refused: .*greater than or equal to 1"),
        (Hyperparameters, {"epochs": "2.5"}, "hyperparameter epochs = '2.5' is refused: .*integer"),
        (Hyperparameters, {"rate": "-1"}, "hyperparameter rate = '-1' is refused: .*greater than 0"),
        (Hyperparameters, {"loss": "l3"}, "hyperparameter loss = 'l3' is refused: .*'l1' or 'l2'"),
        (Hyperparameters, {"shuffle": "maybe"}, "hyperparameter shuffle = 'maybe' is refused: .*boolean"),
        (Hyperparameters, {"layers": "[1, x]"}, r"hyperparameter layers = '\[1, x\]' is refused: .*list"),
        (Hyperparameters, {"epochs": "x" * 2500}, "hyperparameter epochs = 'xxx.{0,200}… is refused: .*integer"),
        (Required, {}, "hyperparameter epochs is required and was not given"),
        (Range, {"low": "3", "high": "2"}, "hyperparameters: .*low must not be above high"),
    ],
)
def test_a_refusal_names_the_parameter_the_value_and_the_rule(model, sent, message):
    with pytest.raises(InputError, match=message):
        hyperparameters.parse(sent, model)


def test_all_refusals_are_told_at_once():
    with pytest.raises(InputError, match=r"hyperparameter rate = 'y' .*; hyperparameter epochs = 'x' "):
        hyperparameters.parse({"epochs": "x", "rate": "y"}, Hyperparameters)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "hyperparameters.json is missing: looked for FILE"),
        (b"", "hyperparameters.json is not JSON: FILE"),
        (b"{'epochs': 1}", "hyperparameters.json is not JSON: FILE"),
        (b"\xff\xfe", "hyperparameters.json is not JSON: FILE"),
        (b'{"a":' * 100_000, "hyperparameters.json is not JSON: FILE"),
        (b"[]", 'hyperparameters.json must hold an object such as {"name": "value"}: FILE'),
    ],
)
def test_a_file_that_cannot_be_read_is_named(paths, content, message):
    file = paths.config / "hyperparameters.json"
    file.unlink() if content is None else file.write_bytes(content)
    with pytest.raises(InputError) as refusal:
        hyperparameters.read(paths.config, Hyperparameters)
    assert str(refusal.value).startswith(message.replace("FILE", str(file)))


# Lone surrogates too: JSON can hold them.
ANY_TEXT = st.text(st.characters(exclude_categories=()))
ENCODED = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT, st.lists, max_leaves=8)


SENT = ANY_TEXT | ENCODED.map(repr) | ENCODED.map(json.dumps)


@drawn(st.dictionaries(st.sampled_from(list(Hyperparameters.model_fields)), SENT))
def test_any_string_is_either_taken_or_refused_in_one_line(sent):
    try:
        message = repr(hyperparameters.parse(sent, Hyperparameters))
    except InputError as refusal:
        message = str(refusal)
    assert len(message.splitlines()) == 1
