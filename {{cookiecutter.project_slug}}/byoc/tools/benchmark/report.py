"""The results as a table for the terminal and in words. `results` is what figures.results gives."""

from .figures import COMPARED_AT, FIGURES, NOISY, noise


def table(results: dict) -> str:
    """Aligned text: a line for each figure, and of several targets one for each, with ratios."""
    several = len(results["targets"]) > 1
    lines = [("", "", "median", "min..max", "ratio" if several else "")]
    for figure in FIGURES:
        for name, summary in results["figures"][figure.key].items():
            middle, low, high = (figure.show(summary[key]) for key in ("median", "min", "max"))
            ratio = f"{summary['ratio']:.2f}" if summary["ratio"] else ""
            lines.append((figure.title, name if several else "", middle, f"{low}..{high}", ratio))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    aligned = [
        f"{title:{widths[0]}}  {name:{widths[1]}}  {middle:>{widths[2]}}  {extremes:>{widths[3]}}  {ratio:>{widths[4]}}"
        for title, name, middle, extremes, ratio in lines
    ]
    return "\n".join(line.rstrip() for line in aligned)


def remarks(results: dict) -> list[str]:
    """Sentences: where the time goes, how it was measured, how far that can be trusted, what is left out and why."""
    said = []
    for name, summary in results["figures"]["predicting"].items():
        who = f"{name}: of" if len(results["targets"]) > 1 else "Of"
        share = 1 - summary["median"]
        if share > 0:
            said.append(f"{who} the time that a request takes at {COMPARED_AT} connections, predicting is {share:.0%}.")
        else:
            said.append(f"{name}: an empty handler took no less time, so what predicting takes cannot be told.")
    said += [how(results), how_noisy(results)]
    titles = {figure.key: figure.title for figure in FIGURES}
    for name, reasons in results["left_out"].items():
        said += [f"Left out of {name}: {titles[key]}: {reason}" for key, reason in reasons.items()]
    return said


def how(results: dict) -> str:
    large = results["large_body"]
    sizes = f"a large body is {large['lines']:,} rows ({large['bytes'] / 1e6:.1f} MB)" if large["lines"] else ""
    memory = f"memory by {results['memory_by']}" if results["memory_by"] else ""
    rounds = f"{results['rounds']} round{'s' if results['rounds'] > 1 else ''} of {results['seconds']} s of load each"
    facts = [f"{results['when'][:10]}, {results['machine']}, shared with wrk", rounds, sizes, memory]
    return "; ".join(fact for fact in facts if fact) + "."


def how_noisy(results: dict) -> str:
    if results["rounds"] == 1:
        return "One round only, so that nobody knows how noisy it was."
    widest = noise(results["figures"])
    judgement = ": a noisy run, end what else the machine does, or take more rounds" if widest > NOISY else ""
    return f"Between rounds, requests/s at {COMPARED_AT} connections differed by up to {widest:.0%}{judgement}."
