"""Content types are read, and answers negotiated, as RFC 9110 says (S-41, S-42)."""

import pytest

from byoc.serving.media_types import MediaType, negotiate

CSV, JSON = "text/csv", "application/json"


@pytest.mark.parametrize(
    ("text", "name", "parameters"),
    [
        ("text/csv", CSV, {}),
        ("TEXT/CSV;Charset=UTF-8", CSV, {"charset": "UTF-8"}),
        ("  text/csv ; charset=utf-8 ; header=absent ", CSV, {"charset": "utf-8", "header": "absent"}),
        ('text/csv; output="a,b; c"', CSV, {"output": "a,b; c"}),
        (r'text/csv; note="say \"hi\" \\ bye"; x=1', CSV, {"note": r'say "hi" \ bye', "x": "1"}),
        ('text/csv; empty=""; bare=', CSV, {"empty": "", "bare": ""}),
        ("text/csv;", CSV, {}),
        ("text/csv; nonsense", CSV, {}),
        ("", "", {}),
    ],
)
def test_a_media_type_is_taken_apart(text, name, parameters):
    assert MediaType.parse(text) == MediaType(name, parameters)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (JSON, JSON),
        ("APPLICATION/JSON", JSON),
        ("*/*", CSV),
        ("", CSV),
        (" , ,", CSV),
        ("application/*", JSON),
        ("text/*, application/json", CSV),
        ("text/csv;q=0.5, application/json", JSON),
        ("text/csv;q=0.5, application/json;q=0.4", CSV),
        ("image/png, application/json;q=0.1", JSON),
        ("*/*;q=0.1, application/json", JSON),
        ("application/json, text/plain, */*", JSON),
        ("*/*, application/*", JSON),
        ("image/png, */*", CSV),
        ("application/json;q=0.9, */*", CSV),
        ("text/*;q=0.3, text/csv;q=0.7, application/json;q=0.5", CSV),
        ("text/csv;q=0.1, text/*, application/json;q=0.5", JSON),
        ("*/*, text/csv;q=0", JSON),
        ("text/*;q=0, */*;q=0.2", JSON),
        ("text/csv;q=nonsense, application/json;q=0.1", JSON),
        ('text/plain;x="a, application/json", text/csv;q=0.2', CSV),
        ("text/csv;Q=0.2, application/json;Q=0.3", JSON),
        ('application/json;q=0.9;x="never closed, text/csv', JSON),
        ('application/json;q=0.9;x="never closed, text/csv\\', JSON),
    ],
)
def test_the_most_specific_range_says_how_much_a_type_is_wanted(accept, chosen):
    assert negotiate(accept, (CSV, JSON)).name == chosen


@pytest.mark.parametrize("accept", ["image/png", "text/csv;q=0, application/json;q=0.0", "*/*;q=0", "text", "*"])
def test_nothing_is_chosen_that_is_not_wanted(accept):
    assert negotiate(accept, (CSV, JSON)) is None


def test_parameters_come_with_the_type_that_is_chosen():
    accept = 'text/csv;q=0.1;output=x, application/json; output="probabilities,labels"'
    assert negotiate(accept, (CSV, JSON)).parameters["output"] == "probabilities,labels"
