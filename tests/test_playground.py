"""The page that `serve_local.sh` offers at `/`, in a real browser, from every server stack."""

import json
import shutil
import struct
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

import boto3
import pytest

from browser import barriers, opened
from playground import ACCEPT, Server, came, drawn, in_view, predict, served, shares
from template import ROOT, Template

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROWS = "5.1,3.5,1.4,0.2\n5.7,2.8,4.5,1.3\n6.0,2.7,5.1,1.6"
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


@pytest.fixture(scope="module", params=Template(ROOT).choices()["server_stack"])
def trained(request, with_stack) -> Path:
    return with_stack(request.param)


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[Path], Server]]:
    with ExitStack() as running:
        yield lambda project: running.enter_context(served(project))


@pytest.fixture(scope="module")
def server(trained, serve) -> Server:
    return serve(trained)


@pytest.fixture
def variant(trained, serve, tmp_path) -> Callable[[str, str], Server]:
    """A server of the same project in which one file has another text."""

    def start(name: str, text: str) -> Server:
        project = tmp_path / "variant"
        shutil.copytree(trained, project, ignore=shutil.ignore_patterns(".venv"))
        (project / ".venv").symlink_to(trained / ".venv")
        (project / name).write_text(text, encoding="utf-8")
        return serve(project)

    return start


@pytest.fixture
def page(server, browser):
    with opened(browser, server.url) as page:
        yield page


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


@pytest.mark.parametrize("text", [ROWS, "5.1,'3.5',1.4,0.2", '@$(date) `date` "\\n', "1," * 70_000])
def test_the_lines_for_curl_and_boto3_give_the_same_answer(page, server, tmp_path, text):
    page.get_by_label("Text", exact=True).check()
    page.get_by_label("Text, sent as it stands").fill(text)
    predict(page)
    if page.get_by_text("first save it as").is_visible():
        (tmp_path / "body.txt").write_text(text)
    assert_lines_send(text.encode(), page, server, tmp_path)


def test_the_lines_for_curl_and_boto3_send_the_file(page, server, tmp_path):
    file = tmp_path / "it's mine.csv"
    file.write_bytes(b"\xef\xbb\xbf" + ROWS.replace("\n", "\r\n").encode())
    page.get_by_label("File", exact=True).check()
    page.locator("#chosen").set_input_files(file)
    predict(page)
    assert_lines_send(file.read_bytes(), page, server, tmp_path)


@pytest.mark.parametrize("tool", ["curl", "boto3"])
def test_the_lines_can_be_copied(page, tool):
    predict(page)
    page.get_by_role("button", name=f"Copy the lines for {tool}").click()
    page.get_by_text("Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator(f"#{tool}").text_content()


def assert_lines_send(body: bytes, page, server: Server, folder: Path) -> None:
    """Run in `folder`, both send what the page sent; and curl, here, gets the same."""
    answer = server.post(body).body
    assert answer.strip()[:10_000] in came(page)
    curl = page.locator("#curl").text_content().replace("curl ", "curl --silent --show-error ", 1)
    run = subprocess.run(["bash", "-c", curl], cwd=folder, capture_output=True, text=True)
    assert (run.stdout, run.stderr) == (answer, "")
    client = boto3.client("sagemaker-runtime", region_name="us-east-1")
    with mock.patch("boto3.client") as stand_in, pytest.MonkeyPatch.context() as here:
        here.chdir(folder)
        exec(page.locator("#boto3").text_content(), {"print": lambda text: None})
        sent = stand_in().invoke_endpoint.call_args.kwargs
    assert (sent["ContentType"], sent["Accept"]) == ("text/csv", ACCEPT)
    assert (sent["Body"] if isinstance(sent["Body"], bytes) else sent["Body"].read()) == body
    assert sent.keys() <= client.meta.service_model.operation_model("InvokeEndpoint").input_shape.members.keys()


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
    server = variant("program/algorithm.py", ECHO)
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
