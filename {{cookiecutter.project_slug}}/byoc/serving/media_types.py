"""Content types and content negotiation as HTTP defines them (S-41, S-42; RFC 9110, sections 8.3 and 12.5.1)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

PARAMETER = re.compile(r';\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))')
# A quote that nobody closes ends with the text: to look for its end again from each that follows would be quadratic.
ELEMENT = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*+(?:"|\\?\Z))+', re.DOTALL)


@dataclass(frozen=True)
class MediaType:
    """`name` is `type/subtype` in lower case; so are the parameters' names."""

    name: str
    parameters: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> "MediaType":
        name, separator, rest = text.partition(";")
        parameters = {
            match[1].lower(): re.sub(r"\\(.)", r"\1", match[2]) if match[2] is not None else match[3]
            for match in PARAMETER.finditer(separator + rest)
        }
        return cls(name.strip().lower(), parameters)

    @property
    def quality(self) -> float:
        try:
            return float(self.parameters.get("q", 1))
        except ValueError:
            return 0.0

    def covers(self, name: str) -> bool:
        """Whether this, which may be a range such as `text/*`, takes in the media type `name`."""
        return self.name in (name, "*/*") or (self.name.endswith("/*") and name.startswith(self.name[:-1]))

    def specificity(self) -> int:
        return (self.name != "*/*") + (not self.name.endswith("/*"))


def negotiate(accept: str, offered: Sequence[str]) -> MediaType | None:
    """The media type to answer with, with the parameters that the client gave for it; None if none is acceptable.

    `offered` is in the server's order of preference, which decides between equals. What the client names comes before
    what only `*/*` takes in: JavaScript's clients send `application/json, text/plain, */*`.
    """
    ranges = [MediaType.parse(element) for element in ELEMENT.findall(accept) if element.strip()]
    if not ranges:
        return MediaType(offered[0])
    best, best_liking = None, (0.0, False)
    for name in offered:
        matching = [entry for entry in ranges if entry.covers(name)]
        if not matching:
            continue
        entry = max(matching, key=MediaType.specificity)
        liking = entry.quality, entry.name != "*/*"
        if entry.quality and liking > best_liking:
            best, best_liking = MediaType(name, entry.parameters), liking
    return best
