"""Inputs of a training job: hyperparameters, channels, hosts, in all the shapes there are."""

import ast
import json

from ...kit import Kit
from ...ml_folder import EXTRA_CONFIG, MlFolder, resources
from ...outcome import must

PLATFORM_HYPERPARAMETERS = {
    "sagemaker_program": "train.py",
    "sagemaker_submit_directory": "s3://bucket/source.tar.gz",
    "sagemaker_region": "us-east-1",
    "sagemaker_job_name": "job-1",
    "sagemaker_container_log_level": "20",
    "sagemaker_mpi_enabled": "false",
    "sagemaker_mpi_num_of_processes_per_host": "1",
    "sagemaker_mpi_custom_mpi_options": "",
    "sagemaker_parameter_server_enabled": "false",
    "sagemaker_distributed_dataparallel_enabled": "false",
    "sagemaker_s3_output": '"s3://bucket/output"',
    "sagemaker_estimator_class_name": '"Estimator"',
    "_tuning_objective_metric": "train:accuracy",
}


def trains(kit: Kit, how: str, **files: object) -> MlFolder:
    """Train with other config files; `hyperparameters={}` writes hyperparameters.json."""
    kit.good_run()
    ml = kit.ml()
    for name, content in files.items():
        ml.write(f"{name}.json", content)
    kit.train(ml).must_succeed(how)
    return ml


def hyperparameters_may_be_empty(kit: Kit) -> str:
    """T-10, T-13: none given, so all take their defaults."""
    trains(kit, "with {} in hyperparameters.json", hyperparameters={})
    return "exit code 0 with {}"


def hyperparameters_come_in_three_encodings(kit: Kit) -> str:
    """T-11: Python's str(), JSON, and JSON for all but strings; what comes to the same is tried once."""
    kit.good_run()
    given = kit.ml().hyperparameters
    values = {name: decoded(value) for name, value in given.items()}
    encodings = {
        "str()": {name: str(value) for name, value in values.items()},
        "JSON": {name: json.dumps(value) for name, value in values.items()},
        "JSON but for strings": {n: v if isinstance(v, str) else json.dumps(v) for n, v in values.items()},
    }
    tried = [given]  # by the plain run
    for encoding, hyperparameters in encodings.items():
        if hyperparameters in tried:
            continue
        tried.append(hyperparameters)
        trains(kit, f"with hyperparameters encoded by {encoding}: {hyperparameters}", hyperparameters=hyperparameters)
    return f"exit code 0 with {', '.join(given) or 'nothing'} in each encoding"


def decoded(value: str) -> object:
    for decode in (json.loads, ast.literal_eval):
        try:
            return decode(value)
        except (ValueError, SyntaxError):
            continue
    return value


def unknown_hyperparameters_are_ignored(kit: Kit) -> str:
    """T-12: the SDK and the tuner add their own."""
    more = kit.ml().hyperparameters | PLATFORM_HYPERPARAMETERS
    trains(kit, "with sagemaker_* and _tuning_* added", hyperparameters=more)
    return f"exit code 0 with {len(PLATFORM_HYPERPARAMETERS)} of the platform's added"


def missing_hyperparameters_file_is_no_puzzle(kit: Kit) -> str:
    """T-13: defaults, or a failure that names the file."""
    kit.good_run()
    ml = kit.ml()
    ml.config("hyperparameters.json").unlink()
    run = kit.train(ml)
    if run.code:
        must("hyperparameters.json" in run.failure[:1024], f"the failure does not name the file: {run.failure[:100]!r}")
        return f"exit code {run.code}; the failure names the file"
    return "takes the defaults"


def hosts_are_read_in_every_form(kit: Kit) -> str:
    """T-16, T-17, D-12, LM-05: today's form with more keys, the documentation's, local mode's."""
    minimal = {"current_host": "algo-1", "hosts": ["algo-1"], "network_interface_name": "eth1"}
    topology = [{"hostName": "algo-1", "capacityUnitId": "cu-1"}]
    forms = {
        "the documentation's minimal form": minimal,
        "local mode's form": minimal | {"network_interface_name": "ethwe", "current_instance_type": "local"},
        "a topology and an unknown key": resources(["algo-1"], topology=topology, tomorrows_key={"a": 1}),
    }
    for how, form in forms.items():
        trains(kit, f"with {how} of resourceconfig.json", resourceconfig=form)
    return f"exit code 0 with {', '.join(forms)}"


def extra_files_are_tolerated(kit: Kit) -> str:
    """T-18: undocumented config files, and manifests beside the channels."""
    kit.good_run()
    ml = kit.ml()
    for name in EXTRA_CONFIG:
        ml.write(name, {"some": ["thing"]})
    ml.write("checkpointconfig.json", {"LocalPath": "/opt/ml/checkpoints"})
    for name in ml.channels:
        (ml.data / f"{name}-manifest").write_text('[{"prefix": "s3://bucket/"}, "a.csv"]')
    kit.train(ml).must_succeed(f"with {EXTRA_CONFIG[0]}, … and <channel>-manifest added")
    return f"exit code 0 with {len(EXTRA_CONFIG) + 1} more config files and manifests"


def checkpoints_folder_may_hold_anything(kit: Kit) -> str:
    """C-01, C-02, C-06: the sync agent's markers and others' files are no checkpoints."""
    kit.good_run()
    ml = kit.ml()
    folder = ml.path / "checkpoints"
    folder.mkdir()
    for name in ("epoch-9.ckpt.sagemaker-uploading", "epoch-9.ckpt.sagemaker-uploaded", "notes.txt", "lost+found"):
        (folder / name).write_text("")
    kit.train(ml).must_succeed("with markers and notes in /opt/ml/checkpoints")
    return "exit code 0 with markers and notes in /opt/ml/checkpoints"
