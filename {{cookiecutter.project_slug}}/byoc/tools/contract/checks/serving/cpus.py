"""CPUs: processes and threads must fit what the container may use."""

from ...kit import Kit
from ...outcome import NotChecked, container_only, must
from ...targets.target_image import docker

# Prints, for every process that has loaded a library with a thread pool of its own: id, threads, how many it may have.
POOLS = """\
for process in /proc/[0-9]*; do
  grep -qE '/lib[^/]*(gomp|iomp5|libomp|openblas|mkl_|blis)[^/]*$' $process/maps || continue
  threads=$(sed -n 's/^Threads:[^0-9]*//p' $process/status)
  limit=$(tr '\\0' '\\n' <$process/environ | sed -nE 's/^(OMP|OPENBLAS|MKL)_NUM_THREADS=//p' | sort -n | tail -n 1)
  echo "${process#/proc/} $threads ${limit:-0}"
done 2>/dev/null; true"""


@container_only
def workers_follow_the_quota(kit: Kit) -> str:
    """S-28, D-13, X-22: processes are counted by what the container may use, not by what the host has."""
    if int(docker("info", "--format", "{{.NCPU}}")) < 2:
        raise NotChecked("needs a host of two CPUs or more")
    usual = processes(kit.server().program.name)
    with kit.serving(options=("--cpus", "1")) as server:
        server.must_predict()
        limited = processes(server.program.name)
    must(limited < usual or usual <= 2, f"{limited} processes under --cpus 1, and {usual} without a limit")
    return f"{limited} processes under --cpus 1, {usual} without a limit"


def processes(name: str) -> int:
    return len(docker("top", name).splitlines()) - 1


@container_only
def thread_pools_fit_the_quota(kit: Kit) -> str:
    """L-10: on one CPU, OpenMP, OpenBLAS and MKL are told to take one thread, or have taken no more."""
    if int(docker("info", "--format", "{{.NCPU}}")) < 2:
        raise NotChecked("needs a host of two CPUs or more")
    with kit.serving(options=("--cpus", "1")) as server:
        server.must_predict()
        rows = [[int(word) for word in line.split()] for line in server.program.execute(POOLS).splitlines()]
    many = [f"process {pid} has {threads} threads" for pid, threads, limit in rows if not limit and threads > 1]
    many += [f"process {pid} may take {limit} threads" for pid, _, limit in rows if limit > 1]
    must(not many, f"under --cpus 1, {many[0] if many else ''}; set OMP_NUM_THREADS by the quota")
    return (
        f"{len(rows)} processes with such a library, each held to one thread" if rows else "no such library is loaded"
    )
