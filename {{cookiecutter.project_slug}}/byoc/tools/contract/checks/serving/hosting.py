"""Hosting: ports, shared network namespaces, isolation, the restricted sandbox of serverless endpoints."""

import shutil
import tarfile

from ...checks.training.cluster import network
from ...http_client import listens
from ...kit import Kit, once
from ...ml_folder import contents
from ...outcome import NotChecked, container_only, must
from ...targets.target_image import on_bridge
from ...targets.target_venv import free_port

GIGABYTES = 1_000_000_000
SDK_VARIABLES = {
    "SAGEMAKER_CONTAINER_LOG_LEVEL": "20",
    "SAGEMAKER_REGION": "us-east-1",
    "SAGEMAKER_PROGRAM": "",
    "SAGEMAKER_SUBMIT_DIRECTORY": "",
}


@once
def bind_port_is_obeyed(kit: Kit) -> str:
    """S-60, S-65: SAGEMAKER_BIND_TO_PORT, and 8080 left to others."""
    port = 9001 if kit.target.kind == "image" else free_port()
    environment = {"SAGEMAKER_BIND_TO_PORT": str(port)}
    how = {"port": port, "ports": (port, 8080), "environment": environment}
    with kit.serving(**how) as server:
        server.must_predict()
        if kit.target.kind == "image":
            must(not listens(server.program.address(8080)), f"told to use {port}, it also answers on 8080")
    return f"answers on {port}{' and not on 8080' if kit.target.kind == 'image' else ''}"


@container_only
def port_label_is_there(kit: Kit) -> str:
    """S-61, L-06: com.amazonaws.sagemaker.capabilities.accept-bind-to-port=true."""
    label = kit.target.labels.get("com.amazonaws.sagemaker.capabilities.accept-bind-to-port")
    must(label == "true", f"the label is {label!r}")
    return "the label is 'true'"


@container_only
def other_ports_are_in_the_safe_range(kit: Kit) -> str:
    """S-62: whatever listens besides the bind port keeps to SAGEMAKER_SAFE_PORT_RANGE."""
    environment = {"SAGEMAKER_BIND_TO_PORT": "9001", "SAGEMAKER_SAFE_PORT_RANGE": "23000-23999"}
    with kit.serving(port=9001, environment=environment) as server:
        table = server.program.execute("cat /proc/net/tcp /proc/net/tcp6 2>/dev/null")
    rows = [line.split() for line in table.splitlines()]
    ports = {int(row[1].rpartition(":")[2], 16) for row in rows if len(row) > 3 and row[3] == "0A"}
    stray = {port for port in ports if port != 9001 and not 23000 <= port <= 23999}
    must(not stray, f"listens on {sorted(stray)}, outside 23000-23999")
    return f"listens on {sorted(ports)}"


@container_only
def two_copies_share_a_network(kit: Kit) -> str:
    """S-67, S-66: no fixed local ports, so two containers of a pipeline start in one network namespace."""
    with kit.serving(port=9001, ports=(9001, 9002), environment={"SAGEMAKER_BIND_TO_PORT": "9001"}) as first:
        options = ("--network", f"container:{first.program.name}")
        how = {"model": kit.model(), "environment": {"SAGEMAKER_BIND_TO_PORT": "9002"}, "options": options}
        with kit.target.start("serve", **how) as program:
            second = kit.ready(program, first.program.address(9002))
            second.must_predict()
        first.must_predict()
    return "two copies in one network namespace answer on 9001 and 9002"


@container_only
def serves_without_network(kit: Kit) -> str:
    """S-26, X-53: isolation; nothing is fetched at start."""
    if not on_bridge():
        raise NotChecked("containers on an internal network are reached from a Linux host only")
    with network("--internal") as name, kit.serving(ports=(), options=("--network", name)) as server:
        server.must_predict()
    return "answers on an internal network"


@container_only
def model_folder_is_left_alone(kit: Kit) -> str:
    """S-20, S-22, M-16: /opt/ml/model is a read-only mount, and nothing tries to write there."""
    server = kit.server()
    server.must_predict()
    complaint = next((text for _, text in server.program.lines if "read-only file system" in text.lower()), None)
    must(complaint is None, f"the log says: {complaint}")
    return "answers with a read-only /opt/ml/model, without a complaint"


@container_only
def root_may_be_read_only(kit: Kit) -> str:
    """S-23: only /tmp is sure to be writable."""
    with kit.serving(options=("--read-only", "--tmpfs", "/tmp", "--tmpfs", "/run")) as server:
        server.must_predict()
    return "answers with a read-only root file system"


@container_only
def any_user_may_serve(kit: Kit) -> str:
    """X-20: serverless sandboxes are not root's, and only /tmp can be written."""
    with kit.serving(options=("--user", "1000:1000", "--read-only", "--tmpfs", "/tmp")) as server:
        server.must_predict()
    return "answers as user 1000 on a read-only root file system"


@container_only
def a_small_machine_is_enough(kit: Kit) -> str:
    """X-21, X-22: ready within three minutes on 1 GB and one CPU, from an image below 10 GB."""
    size = kit.target.inspected["Size"]
    must(size < 10 * GIGABYTES, f"the image has {size / GIGABYTES:.1f} GB")
    with kit.serving(options=("--memory", "1g", "--memory-swap", "1g", "--cpus", "1")) as server:
        server.must_predict()
        must(server.seconds_to_ready < 180, f"ready after {server.seconds_to_ready:.0f} s")
    return f"{size / GIGABYTES:.2f} GB; ready after {server.seconds_to_ready:.1f} s on 1 GB and one CPU"


@container_only
def shared_memory_is_not_needed(kit: Kit) -> str:
    """X-23: no POSIX shared memory."""
    with kit.serving(options=("--ipc", "none")) as server:
        server.must_predict()
    return "answers under --ipc none"


def unknown_environment_is_ignored(kit: Kit) -> str:
    """S-24, S-25: what SDKs set, and sixty variables that nobody knows."""
    environment = SDK_VARIABLES | {f"UNKNOWN_SETTING_{number}": "x" * 500 for number in range(60)}
    with kit.serving(environment=environment) as server:
        server.must_predict()
    return f"answers with {len(environment)} more variables"


def archive_may_lie_beside_the_model(kit: Kit) -> str:
    """LM-08: local mode leaves model.tar.gz in a writable /opt/ml/model."""
    kit.server()
    base = kit.new_folder()
    shutil.copytree(kit.model(), base / "model")
    with tarfile.open(base / "model" / "model.tar.gz", "w:gz") as archive:
        archive.add(kit.model(), arcname=".")
    before = set(contents(base / "model"))
    with kit.target.start("serve", folder=base, ports=(8080,)) as program:
        kit.ready(program, program.address()).must_predict()
    new = set(contents(base / "model")) - before
    must(not new, f"wrote into /opt/ml/model: {', '.join(sorted(new))}")
    return "answers with model.tar.gz in a writable model folder"
