"""The trained generator: a causal language model that continues a text token by token, by PyTorch."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import local_models  # first, as it tells transformers to use no network  # isort: skip
import torch
import transformers
from tokenizers.decoders import DecodeStream
from transformers.generation import TemperatureLogitsWarper, TopPLogitsWarper

from byoc.errors import InputError, ModelError, RequestError
from serving_requests import Asked, Parameters, refuse_halves
from serving_streams import Stream, without_stops


class TextGenerator:
    """Each request is worked on by itself; the next token is worked out only when the one before it was taken."""

    def __init__(self, folder: Path):
        """Load the folder's model; raises ModelError if it is not whole."""
        # Workers are the parallelism (L-10), and threads do not survive a fork.
        torch.set_num_threads(1)
        try:
            self._tokenizer = local_models.tokenizer(folder)
            self._loaded = local_models.network(transformers.AutoModelForCausalLM, folder).eval()
        except InputError as error:
            raise ModelError(str(error)) from None
        self._places = local_models.longest(self._loaded, 1 << 31)
        ends = self._loaded.generation_config.eos_token_id
        self._ends = set(ends if isinstance(ends, list) else [ends])

    @cached_property
    def _network(self) -> torch.nn.Module:
        """On a GPU if there is one: only once it is used, because what was on a GPU does not survive a fork either."""
        return self._loaded.to("cuda" if torch.cuda.is_available() else "cpu")

    def answer(self, data: Any) -> Stream:
        if isinstance(data, str):
            data = Asked(inputs=data)
        if not isinstance(data, Asked) or not isinstance(data.inputs, str):
            raise RequestError(400, 'a text generator takes one text: send {"inputs": "text"}, or text/plain')
        refuse_halves([data.inputs])
        parameters = data.parameters
        ids = self._tokenizer(data.inputs)["input_ids"] or [self._tokenizer.bos_token_id]
        if None in ids:
            raise RequestError(400, "inputs is empty, and the model has no token to begin with")
        if len(ids) + parameters.max_new_tokens > self._places:
            raise RequestError(
                400,
                f"inputs has {len(ids)} tokens, and max_new_tokens is {parameters.max_new_tokens}: "
                f"together they may be {self._places}",
            )
        parts = without_stops(self._texts(ids, parameters), parameters.stop)
        return Stream(data.inputs if parameters.return_full_text else "", parts, data.stream)

    def _texts(self, ids: list[int], parameters: Parameters) -> Iterator[str]:
        """The text of each token, or of a few where one alone is not a whole character."""
        decoder = DecodeStream(skip_special_tokens=True)
        for token in self._tokens(ids, parameters):
            text = decoder.step(self._tokenizer.backend_tokenizer, token)
            if text:
                yield text

    def _tokens(self, ids: list[int], parameters: Parameters) -> Iterator[int]:
        choose = _sampler(parameters) if parameters.do_sample else torch.argmax
        known = None
        for _ in range(parameters.max_new_tokens):
            with torch.inference_mode():
                given = torch.tensor([ids], device=self._network.device)
                found = self._network(input_ids=given, past_key_values=known, use_cache=True)
                token = int(choose(found.logits[0, -1].float().cpu()))
            if token in self._ends:
                return
            yield token
            ids, known = [token], found.past_key_values


def _sampler(parameters: Parameters) -> Any:
    warpers = transformers.LogitsProcessorList([TemperatureLogitsWarper(parameters.temperature)])
    if parameters.top_p < 1:
        warpers.append(TopPLogitsWarper(parameters.top_p))
    random = torch.Generator()
    if parameters.seed is None:
        random.seed()
    else:
        random.manual_seed(parameters.seed)

    def choose(logits: torch.Tensor) -> torch.Tensor:
        return torch.multinomial(warpers(None, logits[None]).softmax(dim=-1)[0], 1, generator=random)

    return choose
