"""The image's configuration: entry point, user, labels, files."""

import re

from ..kit import Kit
from ..outcome import NotChecked, container_only, must
from ..targets.program import wait_until
from ..targets.target_image import CAPABILITIES, docker

SECRET = re.compile(r"(SECRET|PASSWORD|PASSWD|TOKEN|ACCESS_KEY|API_KEY)[A-Z_]*=.+|AKIA[0-9A-Z]{16}", re.IGNORECASE)
CUDA = re.compile(r"/lib(cudart|onnxruntime_providers_cuda|torch_cuda)\.so[^/]*$")
DRIVER = re.compile(r"/(libcuda\.so[^/]*|nvidia-smi)$")
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


@container_only
def entrypoint_is_in_exec_form(kit: Kit) -> str:
    """T-02, S-02: so that the program is PID 1 and gets SIGTERM."""
    entrypoint = kit.target.config.get("Entrypoint") or []
    must(entrypoint[:2] != ["/bin/sh", "-c"], f"ENTRYPOINT is in shell form: {entrypoint}")
    return f"ENTRYPOINT {entrypoint}" if entrypoint else "no ENTRYPOINT: train and serve are found on the PATH"


@container_only
def entrypoint_is_not_an_init(kit: Kit) -> str:
    """T-04, S-02: tini and its like take `train` and `serve` for their own."""
    first = (kit.target.config.get("Entrypoint") or [""])[0].rpartition("/")[2]
    must(first not in ("tini", "dumb-init", "docker-init", "catatonit"), f"the ENTRYPOINT is {first}")
    return f"ENTRYPOINT is {first or 'not set'}"


@container_only
def runs_as_root(kit: Kit) -> str:
    """S-03, L-07, T-19: no USER."""
    user = kit.target.config.get("User", "")
    must(user.partition(":")[0] in ("", "0", "root"), f"USER is {user!r}")
    return f"USER is {user or 'not set'}"


@container_only
def architecture_is_sagemakers(kit: Kit) -> str:
    """L-01: linux on amd64, or arm64 for Graviton."""
    platform = f"{kit.target.inspected['Os']}/{kit.target.inspected['Architecture']}"
    must(platform in ("linux/amd64", "linux/arm64"), platform)
    return platform


@container_only
def manifest_is_dockers(kit: Kit) -> str:
    """L-02: CreateModel refuses OCI manifests and indexes."""
    media_type = (kit.target.inspected.get("Descriptor") or {}).get("mediaType")
    if not media_type:
        raise NotChecked("this engine keeps no manifest; look after the push: docker manifest inspect")
    must(media_type == MANIFEST, media_type)
    return media_type


@container_only
def default_command_is_defined(kit: Kit) -> str:
    """L-04, X-60: `docker run IMAGE` does something."""
    command = [*(kit.target.config.get("Entrypoint") or []), *(kit.target.config.get("Cmd") or [])]
    must(command, "neither ENTRYPOINT nor CMD")
    with kit.target.start() as program:
        wait_until(lambda: program.is_alive() or not program.running, 60)
        wait_until(lambda: not program.running, 10)
        code = program.process.poll()
        line = program.last_line()
    must(code not in (125, 126, 127), f"docker run IMAGE ended with exit code {code}: {line}")
    must("Traceback" not in program.output, f"docker run IMAGE crashed: {line}")
    return f"{' '.join(command)}: {'runs' if code is None else f'exit code {code}, {line[:100]}'}"


@container_only
def port_8080_is_exposed(kit: Kit) -> str:
    """L-05."""
    exposed = list(kit.target.config.get("ExposedPorts") or {})
    must("8080/tcp" in exposed, f"EXPOSE {' '.join(exposed) or 'is not set'}")
    return f"EXPOSE {' '.join(exposed)}"


@container_only
def labels_are_true_or_false(kit: Kit) -> str:
    """L-06: SageMaker takes the strings `true` and `false`."""
    ours = {name: value for name, value in kit.target.labels.items() if name.startswith(CAPABILITIES)}
    bad = {name: value for name, value in ours.items() if value not in ("true", "false")}
    must(not bad, f"not true or false: {bad}")
    return ", ".join(f"{name.removeprefix(CAPABILITIES)}={value}" for name, value in ours.items()) or "no label"


@container_only
def no_volume_or_health_check(kit: Kit) -> str:
    """L-07: a VOLUME under /opt/ml hides what is mounted; nothing runs a HEALTHCHECK."""
    volumes = [path for path in kit.target.config.get("Volumes") or {} if path.startswith("/opt/ml")]
    must(not volumes, f"VOLUME {' '.join(volumes)}")
    must(not kit.target.config.get("Healthcheck"), "there is a HEALTHCHECK, which SageMaker never runs")
    return "no VOLUME under /opt/ml, no HEALTHCHECK"


@container_only
def python_does_not_hold_back(kit: Kit) -> str:
    """L-08: PYTHONUNBUFFERED and PYTHONDONTWRITEBYTECODE are set."""
    if not any("python" in name for name in kit.target.files):
        raise NotChecked("there is no Python in the image")
    return must_be_set(kit, "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE")


@container_only
def no_secrets(kit: Kit) -> str:
    """L-15: neither in the environment nor in the layers' commands."""
    history = docker("history", "--no-trunc", "--format", "{{.CreatedBy}}", kit.target.name)
    found = [entry for entry in [*(kit.target.config.get("Env") or []), *history.splitlines()] if SECRET.search(entry)]
    must(not found, f"looks like a secret: {SECRET.search(found[0])[0][:30] if found else ''}…")
    return "nothing that looks like one in ENV or history"


@container_only
def no_driver_inside(kit: Kit) -> str:
    """T-37, S-27, L-11: the host brings libcuda and nvidia-smi."""
    found = [name for name in kit.target.files if DRIVER.search(name) and not re.search("/(stubs|compat)/", name)]
    must(not found, f"the image holds {', '.join(found)}")
    return "no libcuda.so, no nvidia-smi"


@container_only
def gpus_are_let_in(kit: Kit) -> str:
    """T-37, S-27, L-11: NVIDIA's container runtime brings the driver to what asks for it."""
    if not any(CUDA.search(name) for name in kit.target.files):
        return "there is no CUDA in the image"
    return must_be_set(kit, "NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES")


def must_be_set(kit: Kit, *names: str) -> str:
    missing = set(names) - {entry.partition("=")[0] for entry in kit.target.config.get("Env") or []}
    must(not missing, f"not set: {', '.join(sorted(missing))}")
    return "both are set"


@container_only
def processing_takes_an_entrypoint(kit: Kit) -> str:
    """X-60, X-61: ContainerEntrypoint in place of ours, with /opt/ml/config and /opt/ml/processing."""
    ml = kit.ml()
    for name in ("config", "processing/input", "processing/output"):
        (ml.path / name).mkdir(parents=True)
    (ml.path / "config" / "processingjobconfig.json").write_text('{"ProcessingJobName": "job-1"}')
    script = "test -r /opt/ml/config/processingjobconfig.json && echo done >/opt/ml/processing/output/result; exit 3"
    with kit.target.start("-c", script, folder=ml.path, options=("--entrypoint", "/bin/sh")) as program:
        code = program.wait(60)
    must(code == 3, f"exit code {code}, not the script's 3")
    must((ml.path / "processing/output/result").is_file(), "no output in /opt/ml/processing/output")
    return "reads its config, writes its output, keeps the exit code"
