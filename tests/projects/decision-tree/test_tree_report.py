"""What a person looks at after training: it stands on its own, and is well-formed and of bearable size."""

import re
from itertools import pairwise
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier

import tree_picture
import tree_report
from algorithm import Hyperparameters
from byoc.training.job import Job

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def tree():
    def grow(leaves: int, labels=('<a&"b>', "x" * 100)):
        random = np.random.default_rng(0)
        features = random.normal(size=(4 * leaves + 20, 3))
        chosen = np.array(labels)[random.integers(0, len(labels), len(features))]
        grown = DecisionTreeClassifier(max_leaf_nodes=leaves, random_state=0).fit(features, chosen)
        assert grown.get_n_leaves() == leaves
        return SimpleNamespace(tree=grown, features=features, labels=chosen)

    return grow


NAMES = ['<p&"q>', "y" * 100, "z"]


def test_the_report_stands_on_its_own_and_holds_everything(trained):
    page = (trained.output_data / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert set(re.findall(r"https?://[^\s\"'<>]+", page)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"(src|href|url|@import)\s*[=(]", page)
    assert "<td>train:accuracy</td><td>0.9800</td>" in page
    assert "<td>max_leaf_nodes</td><td>5</td>" in page
    assert "<td>setosa</td><td>50</td>" in page
    for picture in ("confusion_matrix.svg", "tree.svg", "roc.svg", "calibration.svg"):
        assert (trained.output_data / picture).read_text(encoding="utf-8") in page


def test_pictures_are_well_formed_whatever_labels_and_names_are(tree, paths):
    grown = tree(8)
    scored = "a&b", grown.labels, grown.features, grown.tree.predict_proba(grown.features)
    tree_report.write(Job(paths), Hyperparameters(), grown.tree, NAMES, scored)
    for picture in ("confusion_matrix.svg", "tree.svg", "roc.svg", "calibration.svg"):
        assert ElementTree.parse(paths.output_data / picture).getroot().tag == f"{SVG}svg"
    page = (paths.output_data / "report.html").read_text(encoding="utf-8")
    assert "<a&" not in page
    assert "<p&" not in page
    assert "Confusion matrix, a&amp;b data" in page


def test_every_node_of_a_small_tree_is_drawn_with_its_question(tree):
    grown = tree(20)
    picture = ElementTree.fromstring(tree_picture.draw(grown.tree, NAMES))
    words = [node.text for node in picture.iter(f"{SVG}text")]
    assert len(list(picture.iter(f"{SVG}rect"))) == grown.tree.tree_.node_count == 39
    assert len(list(picture.iter(f"{SVG}line"))) == 38
    assert f"{len(grown.labels)} rows" in words
    assert sum("≤" in word for word in words) >= sum(grown.tree.tree_.feature != 1) - 20


@pytest.mark.parametrize("leaves", [64, 65, 500])
def test_of_a_large_tree_only_the_top_is_drawn(tree, leaves):
    grown = tree(leaves)
    boxes = list(ElementTree.fromstring(tree_picture.draw(grown.tree, NAMES)).iter(f"{SVG}rect"))
    assert len(boxes) <= 2 * tree_picture.MOST_LEAVES - 1
    assert (len(boxes) == grown.tree.tree_.node_count) == (leaves <= tree_picture.MOST_LEAVES)
    told = tree_picture.left_out(grown.tree)
    assert (told == "") == (leaves <= tree_picture.MOST_LEAVES)
    if told:
        levels = {float(each.get("y")) for each in boxes}
        assert told == f"the upper {len(levels) - 1} of {grown.tree.get_depth()} levels below the root"


def test_boxes_do_not_overlap(tree):
    picture = tree_picture.draw(tree(64).tree, NAMES)
    boxes = [(float(y), float(x)) for x, y in re.findall(r'<rect x="([-\d.]+)" y="([-\d.]+)"', picture)]
    levels = {level: sorted(x for y, x in boxes if y == level) for level in {y for y, _ in boxes}}
    for middles in levels.values():
        assert all(right - left >= tree_picture.WIDTH for left, right in pairwise(middles))


def test_a_tree_that_asks_nothing_is_one_box():
    tree = DecisionTreeClassifier().fit([[1.0], [1.0]], ["a", "b"])
    assert tree_picture.draw(tree, ["x"]).count("<rect") == 1
