"""Labels: does the container do what they claim?"""

from ..checks.serving.bidirectional import websocket_is_accepted
from ..checks.serving.hosting import bind_port_is_obeyed
from ..checks.serving.multi_model import mm_models_come_and_go
from ..kit import Kit
from ..outcome import container_only
from ..targets.target_image import CAPABILITIES

SHOWN_BY = {
    "accept-bind-to-port": bind_port_is_obeyed,
    "multi-models": mm_models_come_and_go,
    "bidirectional-streaming": websocket_is_accepted,
}


@container_only
def labels_claim_what_is_there(kit: Kit) -> str:
    """L-06: SageMaker goes by the labels."""
    claimed = [label for label in SHOWN_BY if kit.target.labels.get(CAPABILITIES + label) == "true"]
    return "; ".join(f"{label}: {SHOWN_BY[label](kit)}" for label in claimed) or "no label claims anything"
