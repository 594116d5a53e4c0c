"""The settings of training on several hosts, by the job's environment variables."""

from dataclasses import dataclass

from byoc.variables import Variables, setting


@dataclass(frozen=True)
class ClusterSettings(Variables):
    port: int = setting(
        "BYOC_CLUSTER_PORT",
        7777,
        "the port on which hosts tell each other how they are, up to 65534; the next one is theirs, too",
        most=65534,
    )
    start: int = setting(
        "BYOC_CLUSTER_START_SECONDS", 900, "seconds for which a host is waited for that is not there yet (D-03)"
    )
    silence: int = setting(
        "BYOC_CLUSTER_SILENCE_SECONDS",
        60,
        "seconds after which a host that is not heard of any more counts as lost, and for which one that failed waits "
        "for those that are not there yet",
    )
    stall: int = setting(
        "BYOC_CLUSTER_STALL_SECONDS",
        3600,
        "seconds after which hosts count as stuck when none of them begins anything new, such as a round, or hears "
        "from the others; more than the longest round takes",
    )
