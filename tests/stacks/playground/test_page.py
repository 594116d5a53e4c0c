"""What a person sees and does on the page: rows typed, pasted and dropped, answers and refusals."""

import json
import struct

import pytest
from acting import ROWS, came, drawn, in_view, predict, shares

from browser import barriers, opened

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ECHO = """
def model_fn(model_dir):
    return None

def transform_fn(model, body, content_type, accept):
    return f"{len(body)} bytes of {content_type}, to be answered in {accept}", "text/plain"
"""
HOSTILE = [
    "</script><script>document.title = 'taken over'</script>",
    "<!--<script>",
    "<img src=x onerror=document.title=1>",
    "ü'\"&",
]


def test_the_form_has_the_features_with_their_examples(page, server):
    signature = json.loads((server.project / "local_test/test_dir/model/signature.json").read_text())
    assert len(signature["features"]) == 4
    for feature in signature["features"]:
        assert float(page.get_by_label(feature["name"]).input_value()) == feature["example"]


def test_the_keyboard_alone_gives_the_servers_own_answer(page, server):
    order = []
    while "Predict" not in order:
        assert len(order) < 10, order
        page.keyboard.press("Tab")
        label = page.evaluate("(document.activeElement.labels?.[0] ?? document.activeElement).innerText.trim()")
        order.append(label.split("\n")[0])
        if label.startswith("petal_width"):
            page.keyboard.type("1.6")  # in the place of the example, which is selected
        if label.startswith("petal_length"):
            page.keyboard.type("5.1")
    assert [label.split()[0] for label in order] == [
        *("One", "sepal_length", "sepal_width", "petal_length", "petal_width", "Accept:", "Predict")
    ]
    page.keyboard.press("Enter")
    page.get_by_text("Status 200 in").wait_for()
    own = server.post(b"5.1,3.5,5.1,1.6")
    [prediction] = json.loads(own.body)["predictions"]
    names = ["predicted_label", "setosa", "versicolor", "virginica"]
    values = [prediction["predicted_label"], *shares(prediction["probabilities"])]
    assert drawn(page) == [list(pair) for pair in zip(names, values, strict=True)]
    assert came(page) == own.body


def test_pasted_rows_get_a_row_each_with_bars_as_long_as_their_probabilities(page, server):
    page.get_by_label("Text", exact=True).check()
    page.evaluate("text => navigator.clipboard.writeText(text)", ROWS)
    page.get_by_label("Text, sent as it stands").focus()
    page.keyboard.press("Control+A")
    page.keyboard.press("Control+V")
    page.keyboard.press("Control+Enter")
    page.get_by_text("for 3 rows").wait_for()
    own = json.loads(server.post(ROWS.encode()).body)["predictions"]
    head, *rows = drawn(page)
    assert head == ["row", "predicted_label", "setosa", "versicolor", "virginica"]
    assert rows == [
        [str(number), row["predicted_label"], *shares(row["probabilities"])] for number, row in enumerate(own, 1)
    ]
    bars = page.locator(".share").evaluate_all("bars => bars.map(bar => bar.style.getPropertyValue('--share'))")
    assert [float(bar.rstrip("%")) / 100 for bar in bars] == pytest.approx(
        [share for row in own for share in row["probabilities"]]
    )
    assert any(0 < share < 1 for row in own for share in row["probabilities"])


def test_a_dropped_file_is_sent_byte_by_byte(page, server):
    content = npy([5.1, 3.5, 1.4, 0.2, 6.0, 2.7, 5.1, 1.6])
    page.evaluate(
        """bytes => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([new Uint8Array(bytes)], "rows.npy"));
            for (const name of ["dragover", "drop"]) {
                document.body.dispatchEvent(new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true }));
            }
        }""",
        list(content),
    )
    assert page.get_by_label("File", exact=True).is_checked()
    predict(page)
    assert came(page) == server.post(content, "application/x-npy").body
    assert len(drawn(page)) == 3


def npy(values: list[float]) -> bytes:
    """Rows of four, as numpy.save would write them: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html"""
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({len(values) // 4}, 4)}}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + struct.pack(f"<{len(values)}d", *values)


def test_a_refusal_is_shown_as_the_server_said_it_and_goes_with_the_next_answer(page, server):
    page.get_by_label("sepal_width").fill("hot")
    predict(page)
    own = server.post(b"5.1,hot,1.4,0.2")
    assert own.status == 400
    assert page.get_by_role("alert").text_content() == f"400 Bad Request: {own.body.strip()}"
    assert page.locator("#table").is_hidden()
    page.get_by_label("sepal_width").fill("3.5")
    predict(page)
    assert page.get_by_role("alert").count() == 0
    assert page.locator("#table").is_visible()


def test_a_server_that_is_gone_is_told(page):
    page.route("**/invocations", lambda route: route.abort())
    page.get_by_role("button", name="Predict").click()
    page.get_by_text("Is the server still running?").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_has_no_barriers_and_never_scrolls_sideways(server, browser, scheme, width):
    viewport = {"width": width, "height": 740}
    with opened(browser, server.url, color_scheme=scheme, viewport=viewport) as page:
        assert barriers(page) == []
        for text in ("1,2,3,4", ROWS, "hot" * 100):
            page.get_by_label("Text", exact=True).check()
            page.get_by_label("Text, sent as it stands").fill(text)
            predict(page)
            assert in_view(page.locator("#fault" if "hot" in text else "#table"))
            page.get_by_label("File", exact=True).check()
            assert barriers(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") == width


def test_a_model_of_ones_own_is_sent_what_is_typed_in_any_type(variant, browser):
    server = variant("program/predictor.py", ECHO)
    with opened(browser, server.url) as page:
        assert page.get_by_role("radio").count() == 2
        page.get_by_label("Text, sent as it stands").fill("grüße")
        page.get_by_label("Content type").first.fill("text/x-greeting")
        predict(page)
        assert came(page) == "7 bytes of text/x-greeting, to be answered in application/json"
        assert page.locator("#raw").is_visible()


def test_names_of_features_are_only_names(variant, browser, trained):
    name = "local_test/test_dir/model/signature.json"
    signature = json.loads((trained / name).read_text())
    for feature, hostile in zip(signature["features"], HOSTILE, strict=True):
        feature["name"] = hostile
    server = variant(name, json.dumps(signature))
    with opened(browser, server.url) as page:
        assert page.locator("#row label span").all_text_contents() == [f"{name} float32" for name in HOSTILE]
        assert page.title() == "Try the model"
        predict(page)
        assert page.locator("#table").is_visible()
