"""What a person looks at after training: it stands on its own, and its pictures are well-formed."""

import re
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"


def test_the_report_stands_on_its_own_and_holds_everything(trained):
    page = (trained.output_data / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert set(re.findall(r"https?://[^\s\"'<>]+", page)) == {"http://www.w3.org/2000/svg"}
    assert "<td>validation:accuracy</td>" in page
    assert "<td>objective</td><td>binary:logistic</td>" in page
    for picture in ("confusion_matrix.svg", "importance.svg", "learning_curves.svg"):
        content = (trained.output_data / picture).read_text(encoding="utf-8")
        assert content in page
        assert ElementTree.fromstring(content).tag == f"{SVG}svg"
