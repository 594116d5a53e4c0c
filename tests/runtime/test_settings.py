"""What is set from outside is read by SageMaker's names, and the CPU quota decides how many workers (S-24, S-28)."""

import math
import os
from dataclasses import fields

import pytest

import laid
from byoc import cpus
from byoc.errors import SettingError
from byoc.hosts.cluster_settings import ClusterSettings
from byoc.serving import processes
from byoc.serving.predictions import OUTPUTS
from byoc.settings import Settings

NUMBERS = {
    "SAGEMAKER_BIND_TO_PORT": "port",
    "SAGEMAKER_MODEL_SERVER_WORKERS": "workers",
    "BYOC_MICRO_BATCH_ROWS": "micro_batch_rows",
    "SAGEMAKER_MODEL_SERVER_THREADS": "threads",
    "SAGEMAKER_MODEL_SERVER_TIMEOUT": "timeout",
    "SAGEMAKER_MODEL_JOB_QUEUE_SIZE": "queue",
    "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": "max_concurrent",
}
TEXTS = {
    "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": ("accept", "9000", "9000"),
    "SAGEMAKER_INFERENCE_OUTPUT": ("output", "Probability , labels", "probability,labels"),
}


def test_nothing_set_gives_the_defaults(monkeypatch):
    monkeypatch.setattr(cpus, "available", lambda: 3)
    settings = Settings.from_environment({"SAGEMAKER_BIND_TO_PORT": "", "SAGEMAKER_INFERENCE_OUTPUT": " "})
    assert settings.port == 8080
    assert settings.output == "predicted_label"
    assert settings.accept == ""
    assert settings.timeout == 60
    assert settings.queue == 300


def test_by_default_each_cpu_of_the_quota_has_a_worker(tmp_path, monkeypatch):
    monkeypatch.setattr(cpus, "CGROUP_V2", tmp_path / "cpu.max")
    cpus.CGROUP_V2.write_text("50000 100000\n")
    assert Settings.from_environment({}).workers == 1


@pytest.mark.parametrize(("quota", "workers", "threads"), [(0.5, 1, "1"), (2, 2, "1"), (4, 1, "4"), (1, 3, "1")])
def test_the_workers_libraries_share_the_cpus_of_the_quota(tmp_path, monkeypatch, quota, workers, threads):
    monkeypatch.setattr(cpus, "CGROUP_V2", tmp_path / "cpu.max")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(64), raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    cpus.CGROUP_V2.write_text(f"{quota * 100_000:.0f} 100000\n")
    settings = Settings.from_environment({"SAGEMAKER_MODEL_SERVER_WORKERS": str(workers)})
    assert processes.environment(settings, tmp_path)["OMP_NUM_THREADS"] == threads  # L-10


@pytest.mark.parametrize(("variable", "name"), NUMBERS.items())
def test_every_number_is_read_from_its_variable(variable, name):
    assert getattr(Settings.from_environment({variable: " 9000 "}), name) == 9000


@pytest.mark.parametrize("variable", TEXTS)
def test_every_text_is_read_from_its_variable(variable):
    name, text, value = TEXTS[variable]
    assert getattr(Settings.from_environment({variable: f" {text} "}), name) == value


@pytest.mark.parametrize(
    ("text", "wrong", "hint"),
    [
        ("probabilites", "probabilites", "; did you mean probabilities?"),
        ("predicted_label,Scores", "Scores", "; did you mean score?"),
        ("predicted_label;probability", "predicted_label;probability", "; did you mean predicted_label?"),
        ("x", "x", ""),
        ("labels,", "", ""),
    ],
)
def test_an_output_that_is_none_is_refused_with_those_there_are_and_the_nearest(text, wrong, hint):
    with pytest.raises(SettingError) as refusal:
        Settings.from_environment({"SAGEMAKER_INFERENCE_OUTPUT": text})
    known = "predicted_label, probability, probabilities, labels, score"
    told = f"SAGEMAKER_INFERENCE_OUTPUT={text!r} cannot be used: {wrong!r} is none of {known}{hint}"
    assert str(refusal.value) == told


def test_the_outputs_are_those_that_there_are():
    assert Settings.from_environment({"SAGEMAKER_INFERENCE_OUTPUT": ",".join(OUTPUTS)}).outputs == list(OUTPUTS)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("BYOC_BAD_RECORD", "BYOC_BAD_RECORDS"),
        ("BYOC_MICROBATCH_MS", "BYOC_MICRO_BATCH_MS"),
        ("SAGEMAKER_DEFAULT_INVOCATION_ACCEPT", "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT"),
        ("SAGEMAKER_INFERENCE_INPUT", "SAGEMAKER_INFERENCE_OUTPUT"),
        ("SAGEMAKER_MODEL_SERVER_WORKER", "SAGEMAKER_MODEL_SERVER_WORKERS"),
    ],
)
def test_a_variable_that_is_like_a_setting_and_none_is_told(name, near, monkeypatch, capsys):
    assert Settings.misspelt({name: "x", "PATH": "/bin", "SAGEMAKER_BATCH": "true"}) == [(name, near)]
    monkeypatch.setenv(name, "x")
    if name.startswith("BYOC_"):
        with pytest.raises(SettingError, match=f"^{name} is no setting; did you mean {near}[?]"):
            processes.check_names()
    else:
        processes.check_names()
        assert capsys.readouterr().out.startswith(f"serve: {name} has no effect here; did you mean {near}? ")


@pytest.mark.parametrize(
    "name",
    ["SAGEMAKER_REGION", "SAGEMAKER_PROGRAM", "SAGEMAKER_SUBMIT_DIRECTORY", "SAGEMAKER_CONTAINER_LOG_LEVEL",
     "SAGEMAKER_SAFE_PORT_RANGE", "SAGEMAKER_BASE_DIR", "BYOC_MODELS", "BYOC_CLUSTER_PORT", "BYOC_OF_THE_OWNERS"],
)  # fmt: skip
def test_variables_of_others_are_none_of_them(name):
    assert Settings.misspelt({name: "x"}) == []


@pytest.mark.parametrize("variable", NUMBERS)
@pytest.mark.parametrize("text", ["0", "-1", "1.5", "auto", "1e3", "²", "١"])
def test_a_number_that_cannot_be_used_is_refused_by_name_value_and_rule(variable, text):
    with pytest.raises(SettingError) as refusal:
        Settings.from_environment({variable: text})
    rule = "a whole number " + ("from 1 to 65535" if variable == "SAGEMAKER_BIND_TO_PORT" else "above 0")
    assert str(refusal.value) == f"{variable}={text!r} cannot be used: it must be {rule}, or unset"


@pytest.mark.parametrize(
    ("variable", "text", "rule"),
    [
        ("SAGEMAKER_MAX_PAYLOAD_IN_MB", "-1", "a whole number above -1"),
        ("BYOC_MICRO_BATCH_MS", "0.5", "a whole number above -1"),
        ("SAGEMAKER_BATCH", "yes", "true or false"),
        ("SAGEMAKER_BATCH_STRATEGY", "RECORD", "MULTI_RECORD or SINGLE_RECORD"),
        ("BYOC_BAD_RECORDS", "drop", "refuse or mark"),
        ("BYOC_CLUSTER_PORT", "65535", "a whole number from 1 to 65534"),
        ("SAGEMAKER_BIND_TO_PORT", "65536", "a whole number from 1 to 65535"),
    ],
)
def test_every_other_rule_is_told_too(variable, text, rule):
    kind = ClusterSettings if "CLUSTER" in variable else Settings
    with pytest.raises(SettingError) as refusal:
        kind.from_environment({variable: text})
    told = f"{variable}={text!r} cannot be used: it must be {rule}, or unset"
    assert str(refusal.value) in (told, f"{told}; did you mean MULTI_RECORD?")


@pytest.mark.parametrize(
    ("batch", "timeout", "bad_records"), [("true", 3600, "mark"), ("True", 3600, "mark"), ("FALSE", 60, "refuse")]
)
def test_a_batch_has_an_hour_a_request_and_marks_bad_records(batch, timeout, bad_records):
    settings = Settings.from_environment({"SAGEMAKER_BATCH": batch})
    assert (settings.timeout, settings.bad_records) == (timeout, bad_records)
    settings = Settings.from_environment(
        {"SAGEMAKER_BATCH": batch, "SAGEMAKER_MODEL_SERVER_TIMEOUT": "9", "BYOC_BAD_RECORDS": "REFUSE"}
    )
    assert (settings.timeout, settings.bad_records) == (9, "refuse")


@pytest.mark.parametrize(
    ("ms", "rows", "set_to", "threads"),
    [("", "", "", 1), ("0", "8", "", 1), ("2", "", "", 64), ("2", "8", "", 16), ("2", "99", "", 64), ("2", "", "1", 1)],
)
def test_micro_batches_need_threads(ms, rows, set_to, threads):
    environment = {"BYOC_MICRO_BATCH_MS": ms, "BYOC_MICRO_BATCH_ROWS": rows, "SAGEMAKER_MODEL_SERVER_THREADS": set_to}
    assert Settings.from_environment(environment).threads == threads


@pytest.mark.parametrize("kind", [Settings, ClusterSettings])
def test_every_setting_is_documented_as_it_is(kind):
    table = kind.markdown_table()
    pages = [*laid.PROJECT.glob("docs/*.md"), *laid.PROJECT.glob("options/algorithm/_distributed/docs/*.md")]
    assert sum(f"\n\n{table}\n" in page.read_text(encoding="utf-8") + "\n" for page in pages) == 1
    assert table.count("\n| `") == len(fields(kind))


@pytest.mark.parametrize("kind", [Settings, ClusterSettings])
def test_every_setting_is_told_on_a_terminal_no_wider_than_that(kind):
    lines = kind.as_text().splitlines()
    assert sum(line.startswith("  ") and not line.startswith("   ") for line in lines) == len(fields(kind))
    assert all(len(line) <= 80 for line in lines)
    assert "  BYOC_MICRO_BATCH_ROWS=32" in lines or "  BYOC_CLUSTER_PORT=7777" in lines


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, math.inf),
        ({"cpu.max": "max 100000\n"}, math.inf),
        ({"cpu.max": "150000 100000\n"}, 1.5),
        ({"cpu.max": "400000 100000\n", "cpu.cfs_quota_us": "100000", "cpu.cfs_period_us": "100000"}, 4),
        ({"cpu.cfs_quota_us": "-1\n", "cpu.cfs_period_us": "100000\n"}, math.inf),
        ({"cpu.cfs_quota_us": "50000\n", "cpu.cfs_period_us": "100000\n"}, 0.5),
        ({"cpu.cfs_quota_us": "50000\n"}, math.inf),
        ({"cpu.max": ""}, math.inf),
        ({"cpu.max": "what is this\n"}, math.inf),
        ({"cpu.max": "many CPUs\n"}, math.inf),
        ({"cpu.max": "100000 0\n"}, math.inf),
        ({"cpu.cfs_quota_us": "many\n", "cpu.cfs_period_us": "100000\n"}, math.inf),
        ({"cpu.cfs_quota_us": "0\n", "cpu.cfs_period_us": "0\n"}, math.inf),
    ],
)
def test_the_quota_of_either_cgroup_version_is_read_and_nonsense_is_no_limit(tmp_path, files, expected):
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    assert cpus.quota(tmp_path / "cpu.max", tmp_path) == expected


@pytest.mark.parametrize(("quota", "expected"), [(math.inf, 4), (8.0, 4), (2.0, 2), (1.2, 2), (0.1, 1)])
def test_the_cpus_are_those_of_the_host_but_no_more_than_the_quota_rounded_up(monkeypatch, quota, expected):
    monkeypatch.setattr(cpus.os, "sched_getaffinity", lambda process: set(range(4)), raising=False)
    monkeypatch.setattr(cpus, "quota", lambda v2, v1: quota)
    assert cpus.available() == expected
