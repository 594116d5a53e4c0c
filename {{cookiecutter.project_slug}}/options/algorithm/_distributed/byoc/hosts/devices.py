"""Chooses the device: GPUs if every host has one, so that all hosts compute alike, else CPUs."""

from collections.abc import Sequence

from byoc.hosts.collectives import Collectives


def on_gpu(collectives: Collectives, host: str, gpus: Sequence[str]) -> bool:
    """Whether hosts train on their first GPU, the same on all; says so in a line. `gpus` names those of `host`."""
    told = collectives.gather([host, len(gpus)])
    without = [host for host, count in told if not count]
    if not without:
        print(f"training on {gpus[0]}", flush=True)
        if len(gpus) > 1:
            print(f"{len(gpus) - 1} more here stay idle: take more instances, with one GPU each", flush=True)
    elif len(without) == len(told):
        print("training on CPUs: there is no GPU", flush=True)
    else:
        print(f"training on CPUs: no GPU on {', '.join(without)}, and hosts train alike: give each one", flush=True)
    return not without
