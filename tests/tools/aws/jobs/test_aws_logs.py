"""`deploy/sagemaker logs`: of jobs and endpoints, by name."""

from aws_jobs import write_log
from byoc.tools.aws.arguments import uses


def test_a_jobs_lines_are_printed_with_their_hosts_in_order(sagemaker, aws):
    write_log(aws, "job-1/algo-1-17", ["one", "three"])
    write_log(aws, "job-1/algo-2-17", ["two"], begin=1)
    ended = sagemaker("logs", "job-1")
    assert (ended.status, ended.out.splitlines()) == (0, ["algo-1  one", "algo-1  three", "algo-2  two"])
    last = sagemaker("logs", "job-1", "--lines", "1", "--json")
    assert last.document == {"group": "/aws/sagemaker/TrainingJobs", "lines": ["algo-2  two"]}


def test_an_endpoint_by_its_name_in_the_file(sagemaker, aws):
    write_log(aws, "AllTraffic/i-0", ["ready"], group="/aws/sagemaker/Endpoints/my-model-main")
    assert sagemaker("logs", "my-model-main").out == "ready\n"
    ended = sagemaker("logs", "main")
    assert (ended.out, set(ended.made)) == ("ready\n", uses()["logs"])


def test_following_goes_on_with_what_is_new(sagemaker, aws, monkeypatch):
    write_log(aws, "job-1/algo-1-17", ["one"])

    def later(_):
        if not monkeypatch.ends:
            raise KeyboardInterrupt
        write_log(aws, "job-1/algo-1-17", [monkeypatch.ends.pop()], begin=9)

    monkeypatch.ends = ["two"]
    monkeypatch.setattr("byoc.tools.aws.verbs.logs.time.sleep", later)
    ended = sagemaker("logs", "job-1", "--follow")
    assert (ended.status, ended.out.splitlines()) == (130, ["one", "two"])


def test_what_has_no_log(sagemaker, aws):
    ended = sagemaker("logs", "nothing")
    assert ended.status == 1
    assert ended.err.startswith("sagemaker logs: there is no log of nothing in eu-west-1: it has printed nothing yet")
