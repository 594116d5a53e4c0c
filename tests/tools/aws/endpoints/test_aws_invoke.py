"""`deploy/sagemaker invoke`: a file in, an answer out, whatever the kind of endpoint."""

import pytest
from moto.sagemakerruntime.models import sagemakerruntime_backends
from test_aws_deploy_async import ACCOUNT, LATER, MANY

from aws import REGION
from aws_sagemaker import ASKED
from byoc.tools.aws.arguments import uses
from byoc.tools.aws.endpoints.ask import difference


def test_every_kind_is_asked_by_the_calls_that_it_says(sagemaker, trained, aws, add):
    add(LATER + MANY)
    results = sagemakerruntime_backends[ACCOUNT][REGION].async_results_queue
    results.append((False, "later\n"))
    ended = [
        sagemaker("invoke", "main", "--json"),
        sagemaker("invoke", "later", "--json"),
        sagemaker("invoke", "many", "--target", "a.tar.gz", "--payload", "payload.csv", "--json"),
    ]
    assert [each.status for each in ended] == [0, 0, 0], [each.err for each in ended]
    assert [each.document["body"] for each in ended] == ["setosa\n", "later\n", ""]
    assert {name for each in ended for name in each.made} == uses()["invoke"]
    assert ASKED["my-model-main"] == ("text/csv", "5.1,3.5\n", None)
    assert ASKED["my-model-many"] == ("text/csv", "5.1,3.5\n", "a.tar.gz")


def test_an_asynchronous_answer_that_is_late_says_where_it_will_be(sagemaker, trained, aws, add, monkeypatch):
    add(LATER)
    found = "byoc.tools.aws.endpoints.ask._object"
    monkeypatch.setattr(found, lambda *_: None)
    ended = sagemaker("invoke", "later", "--wait", "0")
    assert (ended.status, "no answer within 0 seconds; it will be at s3://" in ended.err) == (1, True), ended.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["main", "--payload", "none.csv"], "there is no file 'none.csv' to send"),
        (["main", "--target", "a.tar.gz"], "[endpoint.main] has one model; leave out --target"),
        (["many"], "[endpoint.many] has many models; say which: --target"),
        ([], "which endpoint? There are: main, many"),
    ],
)
def test_what_cannot_be_asked(sagemaker, trained, add, arguments, told):
    add(MANY)
    ended = sagemaker("invoke", *arguments)
    assert (ended.status, told in ended.err) == (2, True), ended.err


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"a,0.5\r\nb,1\n", ""),
        (b"a,0.50001\nb,1.0\n", ""),
        (b"a,0.51\nb,1\n", "row 1 is 'a,0.51', and 'a,0.5' is expected"),
        (b"a,0.5\n", "1 rows, and 2 are expected"),
        (b"a,0.5,1\nb,1\n", "row 1 is 'a,0.5,1', and 'a,0.5' is expected"),
    ],
)
def test_an_answer_is_compared_to_float32s_accuracy(answer, told):
    assert difference(answer, b"a,0.5\nb,1\n") == told
