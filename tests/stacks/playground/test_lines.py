"""The lines for curl and boto3 that the page shows: they send what it sent, and get what it got."""

import subprocess
from pathlib import Path
from unittest import mock

import boto3
import pytest
from acting import ACCEPT, ROWS, Server, came, predict

pytestmark = [pytest.mark.browser, pytest.mark.slow]


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
