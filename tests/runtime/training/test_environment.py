"""The SM_* variables that scripts for SageMaker's toolkits expect (T-33, T-35)."""

import json
import os

import pytest

from byoc.channels import discovery
from byoc.hosts.resource_config import Cluster
from byoc.training import environment
from jobs import CLOUD, GROUP

RESOURCES = CLOUD | {"topology": None}
CHANNELS = {"training": {"TrainingInputMode": "File"}, "a.b-c_1": {"TrainingInputMode": "File"}}
SCRIPT = """
import os
from pydantic import BaseModel

print(os.environ["SM_MODEL_DIR"], os.environ["SM_CHANNEL_TRAINING"])  # many scripts read them while they are imported

class Hyperparameters(BaseModel):
    pass

def train(job, hyperparameters):
    job.saved = True
"""


@pytest.fixture
def variables(paths):
    """The variables of a job with these configuration files."""

    def of(**files) -> dict[str, str]:
        for name, content in files.items():
            (paths.config / f"{name}.json").write_text(json.dumps(content))
        return environment.variables(paths, discovery.discover(paths).values(), Cluster.read(paths.config))

    return of


def hyperparameters(variables: dict[str, str]) -> dict[str, str]:
    return {name.removeprefix("SM_HP_"): value for name, value in variables.items() if name.startswith("SM_HP_")}


def test_a_job_on_two_hosts(paths, variables, tmp_path, monkeypatch):
    for device in ("nvidia0", "nvidia11", "nvidiactl", "nvidia-uvm"):
        (tmp_path / "dev").mkdir(exist_ok=True)
        (tmp_path / "dev" / device).touch()
    monkeypatch.setattr(environment, "DEVICES", tmp_path / "dev")
    monkeypatch.setattr(environment.cpus, "available", lambda: 3)
    found = variables(resourceconfig=RESOURCES, inputdataconfig=CHANNELS, hyperparameters={"lr": "0.1"})
    assert found == {
        "SM_MODEL_DIR": str(paths.model),
        "SM_INPUT_DIR": str(paths.base / "input"),
        "SM_INPUT_CONFIG_DIR": str(paths.config),
        "SM_OUTPUT_DIR": str(paths.base / "output"),
        "SM_OUTPUT_DATA_DIR": str(paths.output_data),
        "SM_CHANNELS": '["a.b-c_1","training"]',
        "SM_CHANNEL_TRAINING": str(paths.data / "training"),
        "SM_CHANNEL_A.B-C_1": str(paths.data / "a.b-c_1"),
        "SM_CHANNEL_A_B_C_1": str(paths.data / "a.b-c_1"),
        "SM_HPS": '{"lr":0.1}',
        "SM_HP_LR": "0.1",
        "SM_CURRENT_HOST": "algo-2",
        "SM_HOSTS": '["algo-1","algo-2"]',
        "SM_CURRENT_INSTANCE_TYPE": "ml.m5.xlarge",
        "SM_CURRENT_INSTANCE_GROUP": "homogeneousCluster",
        "SM_CURRENT_INSTANCE_GROUP_HOSTS": '["algo-1","algo-2"]',
        "SM_INSTANCE_GROUPS": '["homogeneousCluster"]',
        "SM_INSTANCE_GROUPS_DICT": json.dumps({"homogeneousCluster": GROUP}, sort_keys=True, separators=(",", ":")),
        "SM_IS_HETERO": "false",
        "SM_NETWORK_INTERFACE_NAME": "ethwe",
        "SM_NUM_CPUS": "3",
        "SM_NUM_GPUS": "2",
        "SM_LOG_LEVEL": "20",
        "SM_RESOURCE_CONFIG": json.dumps(RESOURCES, sort_keys=True, separators=(",", ":")),
        "SM_INPUT_DATA_CONFIG": json.dumps(CHANNELS, sort_keys=True, separators=(",", ":")),
    }


@pytest.mark.parametrize("resources", [{}, {"resourceconfig": {"current_host": "a", "hosts": ["a"]}}])
def test_little_or_no_configuration_is_enough(variables, resources):
    found = variables(**resources)
    assert found["SM_CURRENT_INSTANCE_TYPE"] == "local"
    assert found["SM_CURRENT_INSTANCE_GROUP"] == "homogeneousCluster"
    assert (found["SM_INSTANCE_GROUPS"], found["SM_CURRENT_INSTANCE_GROUP_HOSTS"]) == ("[]", "[]")
    assert found["SM_CHANNELS"] == '["training"]'


def test_two_instance_groups(variables):
    groups = [GROUP, GROUP | {"instance_group_name": "other", "hosts": ["algo-3"]}]
    found = variables(resourceconfig=RESOURCES | {"instance_groups": groups})
    assert (found["SM_IS_HETERO"], found["SM_INSTANCE_GROUPS"]) == ("true", '["homogeneousCluster","other"]')


def test_hyperparameters_are_decoded_and_the_platforms_own_left_out(variables):
    given = {"a": '"adam"', "b": "adam", "c": "[1, 2]", "d": "null", "e": "True", "f": "true", "g": 5}
    ours = {"sagemaker_program": "x.py", "_tuning_objective_metric": "m", "sagemaker_container_log_level": "10"}
    found = variables(hyperparameters=given | ours)
    expected = {"A": "adam", "B": "adam", "C": "[1,2]", "D": "", "E": "True", "F": "true", "G": "5"}
    assert hyperparameters(found) == expected
    assert json.loads(found["SM_HPS"]).keys() == given.keys()
    assert found["SM_LOG_LEVEL"] == "10"


def test_a_name_with_a_dash_is_there_as_it_is_and_for_shells(variables):
    found = hyperparameters(variables(hyperparameters={"learning-rate": "1", "top_k": "2", "top-k": "3"}))
    assert found == {"LEARNING-RATE": "1", "LEARNING_RATE": "1", "TOP_K": "2", "TOP-K": "3"}


def test_a_script_finds_them_but_never_instead_of_what_is_set(paths, run_train, program_with, monkeypatch):
    monkeypatch.setenv("SM_MODEL_DIR", "/mine")
    run = run_train(paths, program_with(SCRIPT))
    assert (run.returncode, run.stdout) == (0, f"/mine {paths.data / 'training'}\n")


@pytest.mark.parametrize("value", ["x" * 140_000, "a\0b", "\ud800"])
def test_what_no_variable_can_hold_is_left_out_with_a_warning(paths, capsys, value):
    (paths.config / "hyperparameters.json").write_text(json.dumps({"long": value, "a=b": "1", "lr": "2"}))
    environment.apply(paths, [], Cluster())
    assert "warning: no environment variable can hold 'SM_HP_LONG'" in capsys.readouterr().out
    assert "SM_HP_LONG" not in os.environ
    assert (os.environ["SM_HP_A_B"], os.environ["SM_HP_LR"]) == ("1", "2")
