"""The hyperparameters `target` and `ignore`: by name and place, with a header or none, in CSV, Parquet and pipes."""

import json
from types import SimpleNamespace

import pyarrow as pa
import pytest
from pyarrow import parquet

from byoc.channels.channel import Channel
from byoc.channels.chosen import ChosenColumns
from byoc.errors import InputError
from byoc.training import hyperparameters, runner

HEADED = "id,width,species,height\n7,1.5,a,2\n9,2.5,b,3\n8,3.5,a,4\n"
BARE = HEADED.partition("\n")[2]
COLUMNS = {"id": [7, 9, 8], "width": [1.5, 2.5, 3.5], "species": ["a", "b", "a"], "height": [2, 3, 4]}
FEATURES = [(1.5, 2), (2.5, 3), (3.5, 4)]


@pytest.mark.parametrize(
    ("content", "chosen", "names"),
    [
        (HEADED, {"target": "species", "ignore": ["id"]}, ["width", "height"]),
        (HEADED, {"target": 3, "ignore": [1]}, ["width", "height"]),
        (HEADED, {"target": -2, "ignore": "id"}, ["width", "height"]),
        (BARE, {"target": 3, "ignore": 1}, None),
        (BARE, {"target": -2, "ignore": [-4]}, None),
        (COLUMNS, {"target": "species", "ignore": ["id"]}, ["width", "height"]),
        (COLUMNS, {"target": 3, "ignore": 1}, ["width", "height"]),
    ],
)
def test_the_target_comes_first_and_what_is_ignored_not_at_all(lay, read, content, chosen, names):
    rows = read(lay(content, **chosen))
    assert rows.labels == ["a", "b", "a"]
    assert rows.features == FEATURES
    if names:
        assert rows.names == names


def test_it_holds_for_a_pipe(paths, feed, read):
    channel = Channel(
        "training", paths.data / "training", piped=True, chosen=ChosenColumns(target="species", ignore=[1])
    )
    feed(channel.fifo(0), HEADED.encode() * 2)
    rows = read(channel)
    assert (rows.labels, rows.features) == (["a", "b", "a"] * 2, FEATURES * 2)


def test_a_name_of_digits_is_one_in_quotes(lay, read):
    assert ChosenColumns(target="7").target == "7"
    assert read(lay("a,7,b\n1,x,2\n3,y,4\n", target="7")).labels == ["x", "y"]


@pytest.mark.parametrize(
    ("content", "chosen", "words"),
    [
        (
            HEADED,
            {"target": "kind"},
            "line 1: hyperparameter target: there is no column 'kind' among id, width",
        ),
        (HEADED, {"ignore": ["index"]}, "line 1: hyperparameter ignore: there is no column 'index' among id, width"),
        (BARE, {"target": "species"}, "there is no column 'species' as the file has no header; give its place"),
        (BARE, {"target": 5}, "line 1: hyperparameter target = 5: there are 4 columns"),
        (BARE, {"ignore": [0]}, "line 1: hyperparameter ignore = 0: there are 4 columns"),
        (BARE, {"target": 1, "ignore": [1]}, "hyperparameter ignore has column 1, which is the target"),
        (BARE, {"ignore": [1, 2, 4]}, "4 columns: without those to ignore, no feature is left"),
        (COLUMNS, {"target": "kind"}, "hyperparameter target: there is no column 'kind' among id, width"),
        ("id,width,species\n7,1,a\n8,wide,b\n", {"target": "species", "ignore": 1}, "line 3, column 2"),
        ("id,width,species\n7,1,a\n8,2\n", {"target": "species"}, "line 3: 2 columns, but line 1 has 3"),
        ("species,width\na,1,2\n", {"target": "species"}, "line 2: 2 features, but "),
        ("species,id,id\na,1,2\n", {"target": "species"}, "line 1: id, id: after the label, every column needs a name"),
        ("id,width,species\n7,1,a\n8,2,\n", {"target": "species"}, "line 3, column 3: the label is missing"),
    ],
)
def test_what_is_not_there_is_refused_by_its_hyperparameter(refused, content, chosen, words):
    refused(words, content, **chosen)


def test_the_way_out_of_an_index_keeps_what_is_ignored_already(refused):
    unnamed = HEADED.removeprefix("id")
    refused('set the hyperparameter ignore = ["width", 1]', unnamed, target="species", ignore="width")


def test_columns_of_text_are_all_named_at_once_where_only_numbers_are_learnt_and_the_advice_works(lay):
    content = "id,width,species,colour,height\n7,1,a,red,\n9,2,b,blue,tall\n8,3,a,red,4\n"
    channel = lay(content, target="species", ignore=1)
    advice = (
        r"line 2, column 4: 'red' is not a number; no text is learnt from here: encode the columns \[.colour., .height"
    )
    with pytest.raises(InputError, match=advice) as refusal:
        channel.read_labelled()
    ignore = json.loads(str(refusal.value).partition("set the hyperparameter ignore = ")[2])
    assert ignore == [1, "colour", "height"]
    labels, features = lay(content, target="species", ignore=ignore).read_labelled()
    assert (labels.tolist(), features.tolist()) == (["a", "b", "a"], [[1], [2], [3]])


def test_so_are_they_by_their_places_where_there_is_no_header(lay):
    with pytest.raises(
        InputError, match=r"the columns \[2, 4\] as numbers, or set the hyperparameter ignore = \[2, 4\]$"
    ):
        lay("1,x,a,2\n2,y,b,z\n", target=3).read_labelled()


@pytest.mark.parametrize(
    ("given", "target", "ignore"),
    [
        ({}, None, []),
        ({"target": "species", "ignore": "id"}, "species", ["id"]),
        ({"target": "-1", "ignore": "2"}, -1, [2]),
        ({"target": '"7"', "ignore": '["id", 3]'}, "7", ["id", 3]),
        ({"target": "3", "ignore": "['id', 'x']"}, 3, ["id", "x"]),
    ],
)
def test_they_come_in_every_way_in_which_clients_encode_them(given, target, ignore):
    read = hyperparameters.parse(given, ChosenColumns)
    assert (read.target, read.ignore) == (target, ignore)
    assert read.model_dump() == {}, "a framework would be told of them"


def test_files_with_other_names_in_parquet_are_refused(lay):
    """Numbers alone are read by their places."""
    channel = lay(COLUMNS, target="species")
    parquet.write_table(pa.table({name: COLUMNS[name] for name in reversed(COLUMNS)}), channel.folder / "1.csv")
    with pytest.raises(ValueError, match=r"1\.csv: the columns height, width, id, but before it id, width, height"):
        channel.read_labelled()


def test_a_job_tells_its_channels(paths):
    (paths.data / "training/rows.csv").write_text(HEADED)
    (paths.config / "hyperparameters.json").write_text(json.dumps({"target": "species", "ignore": "id"}))
    seen = {}

    class Hyperparameters(ChosenColumns):
        depth: int = 3

    def train(job, hyperparameters):
        seen["rows"] = job.channel("training").read_named()
        job.saved = True

    assert runner.run(lambda: SimpleNamespace(Hyperparameters=Hyperparameters, train=train)) == 0
    names, labels, _ = seen["rows"]
    assert (names, labels.tolist()) == (["width", "height"], ["a", "b", "a"])
