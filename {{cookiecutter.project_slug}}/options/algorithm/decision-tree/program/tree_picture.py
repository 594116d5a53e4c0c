"""A decision tree as an SVG picture."""

import numpy as np
from sklearn.base import is_classifier
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from byoc.reports.pictures import LINE, document, hue, text

WIDTH, HEIGHT = 150, 64  # of a node's box, in pixels
GAP_X, GAP_Y = 14, 46
MOST_LEAVES = 64  # of a larger tree, only the levels that fit are drawn

Tree = DecisionTreeClassifier | DecisionTreeRegressor


def draw(tree: Tree, names: list[str]) -> str:
    """The tree from the root down: each box tells its question, how many rows came so far, and their main label or the
    number that it answers.
    """
    nodes = tree.tree_
    depth = _depth_that_fits(nodes)
    boxes: list[str] = []
    lines: list[str] = []
    next_leaf = 0

    def place(node: int, level: int) -> float:
        """Draw the node and all below it; returns the middle of its box."""
        nonlocal next_leaf
        left, right = nodes.children_left[node], nodes.children_right[node]
        y = level * (HEIGHT + GAP_Y)
        if left == right or level == depth:
            x = next_leaf * (WIDTH + GAP_X) + WIDTH / 2
            next_leaf += 1
        else:
            middles = place(left, level + 1), place(right, level + 1)
            x = sum(middles) / 2
            for middle, answer in zip(middles, ("yes", "no"), strict=True):
                end = y + HEIGHT + GAP_Y
                lines.append(f'<line x1="{x}" y1="{y + HEIGHT}" x2="{middle}" y2="{end}" stroke="{LINE}"/>')
                lines.append(text((x + middle) / 2, y + HEIGHT + GAP_Y / 2, answer, halo=True))
        boxes.append(_box(x, y, _words(tree, node, names), _colour(tree, node)))
        return x

    place(0, 0)
    levels = min(depth, nodes.max_depth) + 1
    return document(next_leaf * (WIDTH + GAP_X), levels * (HEIGHT + GAP_Y), "".join(lines + boxes), "Decision tree")


def left_out(tree: DecisionTreeClassifier) -> str:
    """What `draw` leaves out, if it does."""
    depth, deepest = _depth_that_fits(tree.tree_), tree.tree_.max_depth
    return f"the upper {depth} of {deepest} levels below the root" if depth < deepest else ""


def _depth_that_fits(nodes) -> int:
    """The deepest level at which the tree is at most MOST_LEAVES wide."""
    level, width, depth = [0], 1, 0
    while level:
        level = [
            child for node in level for child in (nodes.children_left[node], nodes.children_right[node]) if child >= 0
        ]
        width += len(level) // 2
        if width > MOST_LEAVES:
            break
        depth += 1
    return depth


def _words(tree: Tree, node: int, names: list[str]) -> list[str]:
    nodes = tree.tree_
    words = [f"{nodes.n_node_samples[node]} rows", _answer(tree, nodes.value[node, 0])]
    if nodes.children_left[node] >= 0:
        words.insert(0, f"{names[nodes.feature[node]]} ≤ {nodes.threshold[node]:.5g}")
    return words


def _answer(tree: Tree, value: np.ndarray) -> str:
    if not is_classifier(tree):
        return f"{value[0]:.5g}"
    share = value / value.sum()
    return f"{tree.classes_[share.argmax()]}, {share.max():.0%}"


def _colour(tree: Tree, node: int) -> str:
    """The main label's, the stronger the purer; or the stronger the larger the number."""
    value = tree.tree_.value[node, 0]
    if is_classifier(tree):
        share = value / value.sum()
        return f"hsl({hue(int(share.argmax()), len(share))} 70% {100 - 35 * share.max():.0f}%)"
    least, most = tree.tree_.value.min(), tree.tree_.value.max()
    return f"hsl({hue(0, 1)} 70% {95 - 30 * (value[0] - least) / (most - least or 1):.0f}%)"


def _box(x: float, y: float, words: list[str], colour: str) -> str:
    place = f'x="{x - WIDTH / 2}" y="{y}" width="{WIDTH}" height="{HEIGHT}"'
    first = y + HEIGHT / 2 - (len(words) - 1) * 9
    lines = (text(x, first + 18 * number, word, most=22) for number, word in enumerate(words))
    return f'<rect {place} rx="6" fill="{colour}" stroke="{LINE}"/>{"".join(lines)}'
