"""The settings of training on several hosts, by the job's environment variables."""

from dataclasses import dataclass

from byoc.variables import Variables, setting


@dataclass(frozen=True)
class ClusterSettings(Variables):
    port: int = setting(
        "BYOC_CLUSTER_PORT",
        7777,
        "the port of the heartbeat, up to 65534; the next port is used, too",
        most=65534,
    )
    start: int = setting(
        "BYOC_CLUSTER_START_SECONDS",
        900,
        "seconds to wait for hosts that have not started yet",  # D-03
    )
    silence: int = setting(
        "BYOC_CLUSTER_SILENCE_SECONDS",
        60,
        "seconds without a heartbeat after which a host counts as lost, and for which a failed host waits "
        "for those that have not started yet",
    )
    stall: int = setting(
        "BYOC_CLUSTER_STALL_SECONDS",
        3600,
        "seconds without progress, such as a round or a collective, on any host after which they count as stuck; "
        "more than the longest round takes",
    )
