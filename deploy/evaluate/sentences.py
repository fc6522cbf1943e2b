"""What an evaluation found, in sentences that an alderman could read. Every number in them is computed."""

from __future__ import annotations

from deploy.evaluate.compare import Estimate, Service
from deploy.evaluate.evaluation import Evaluation
from deploy.evaluate.figures import WEEKS_A_YEAR, Measure
from deploy.evaluate.grid import Curve, Varied, trucks
from deploy.evaluate.local_runs import told
from deploy.evaluate.wording import Wording
from domain.factors import Factors
from simulators.evaluation.outcome import Contender


def interval(words: Wording, share: Estimate) -> str:
    """``41.2 % to 45.0 %``; empty where there is none."""
    if share.low is None or share.high is None:
        return ""
    return words("table.interval", low=words.percent(share.low, 1), high=words.percent(share.high, 1))


def headline(words: Wording, found: Evaluation, contender: Contender = Contender.HALFVOL) -> str:
    """The saving of a contender with its interval, and at what service it is made."""
    comparison, fixed = found.comparisons.get(contender), found.comparisons.get(Contender.FIXED_SCHEDULE)
    if comparison is None or fixed is None or comparison.service is None:
        return words("headline.none")
    km = comparison.changes[Measure.KM]
    less = km.mean <= 0
    if km.low is None or km.high is None:
        told = words("headline.single")
    else:
        low, high = (-km.high, -km.low) if less else (km.low, km.high)
        told = words("headline.interval", low=words.percent(low, 1), high=words.percent(high, 1))
    sentence = words(
        "headline.less" if less else "headline.more",
        contender=words(f"subject.{contender}"),
        percent=words.percent(abs(km.mean), 1),
        interval=told,
        verdict=verdict(words, found, contender, comparison.service),
    )
    return f"{sentence} {words('verdict.no_saving')}" if less and comparison.service is Service.WORSE else sentence


def verdict(words: Wording, found: Evaluation, contender: Contender, service: Service) -> str:
    """Whether the service suffered; where it did, also whether it is still what the policy wants."""
    now, then = (
        found.comparisons[each].means[Measure.OVERFLOWS_PER_1000].mean for each in (contender, Contender.FIXED_SCHEDULE)
    )
    sentence = words(f"verdict.{service}", now=words.number(now, 2), then=words.number(then, 2))
    within = service is Service.WORSE and max(now, then) <= found.question.allowed
    return f"{sentence} {words('verdict.within')}" if within else sentence


def level(words: Wording, found: Evaluation, contender: Contender = Contender.HALFVOL) -> str:
    """Whether the policy's service level was kept; empty without that contender."""
    if contender not in found.comparisons:
        return ""
    now = found.comparisons[contender].means[Measure.OVERFLOWS_PER_1000].mean
    return words(
        "level.kept" if now <= found.question.allowed else "level.missed",
        contender=words(f"subject.{contender}"),
        wanted=words.percent(1 - found.question.allowed / 1000, 2),
        reached=words.percent(1 - now / 1000, 3),
    )


def bound(words: Wording, found: Evaluation) -> str:
    """How far from what is possible; empty where that was not simulated."""
    clairvoyant = found.comparisons.get(Contender.CLAIRVOYANT)
    if found.bound is None or clairvoyant is None or not clairvoyant.changes:
        return ""
    told = interval(words, found.bound)
    return words(
        "bound",
        clairvoyant=words.percent(-clairvoyant.changes[Measure.KM].mean, 1),
        above=words.percent(found.bound.mean, 1),
        interval=f" ({told})" if told else "",
    )


def unserved(words: Wording, found: Evaluation) -> str:
    """Of contenders whose trucks were too few; empty where none was."""
    return " ".join(
        words("unserved", contender=words(f"subject.{contender}"), count=words.number(mean, 1))
        for contender, comparison in found.comparisons.items()
        if (mean := comparison.means[Measure.UNSERVED].mean) > 0
    )


def facts(words: Wording, found: Evaluation) -> list[str]:
    """What goes with the headline: the service level, the bound, stops that found no truck, the threshold, failures."""
    threshold = Contender.THRESHOLD
    rival = headline(words, found, threshold) if threshold in found.comparisons else ""
    known = (level(words, found), bound(words, found), unserved(words, found), rival, failures(words, found))
    return [text for text in known if text]


def failures(words: Wording, found: Evaluation) -> str:
    """Runs that came to nothing, those with the same reason together; empty without any."""
    by_problem: dict[str, list[str]] = {}
    for failure in found.failures:
        by_problem.setdefault(failure.problem, []).append(told(failure.task))
    return " ".join(
        words("curve.failed", run=runs[0] + (f" +{len(runs) - 1}" if len(runs) > 1 else ""), problem=problem)
        for problem, runs in by_problem.items()
    )


def rounded(value: float) -> float:
    """To three digits: more would be more than anybody knows."""
    return float(f"{value:.3g}")


def a_year(found: Evaluation, measure: Measure, unit: float = 1.0) -> Estimate | None:
    """Halfvol's change in a year at the pace of the simulated weeks, in so many of the measure's unit; below 0 is less.

    The change as a share, of the fixed schedule's mean.
    """
    halfvol, fixed = found.comparisons.get(Contender.HALFVOL), found.comparisons.get(Contender.FIXED_SCHEDULE)
    if halfvol is None or fixed is None or measure not in halfvol.changes:
        return None
    change, scale = halfvol.changes[measure], fixed.means[measure].mean * WEEKS_A_YEAR / unit
    if change.low is None or change.high is None:
        return Estimate(change.mean * scale, None, None, change.count)
    return Estimate(change.mean * scale, change.low * scale, change.high * scale, change.count)


def value(words: Wording, varied: Varied, at: float) -> str:
    """A value of what is varied, as it stands at an axis."""
    return words.percent(at) if varied in {Varied.BAD_SENSORS, Varied.FORECAST_ERROR} else words.number(at)


def curve(words: Wording, found: Curve) -> str:
    """Where the gain vanishes along a curve, or that it does not."""

    def at(place: float) -> str:
        return words(f"curve.unit.{found.varied}", value=value(words, found.varied, place))

    name = words(f"curve.name.{found.varied}")
    first, last = (value(words, found.varied, each.value) for each in (found.points[0], found.points[-1]))
    if not found.anywhere:
        sentences = [words("curve.none", name=name, first=first, last=last)]
    elif not found.vanishings():
        least = found.least
        percent = words.percent(least.saving)
        sentences = [words("curve.all", name=name, first=first, last=last, percent=percent, at=at(least.value))]
    else:
        sentences = [
            words(
                f"curve.{'above' if each.above else 'below'}.{'service' if each.by_service else 'saving'}",
                name=name,
                at=at(each.at),
            )
            for each in found.vanishings()
        ]
    unclear = [value(words, found.varied, each.value) for each in found.points if each.service is Service.UNCLEAR]
    if unclear:
        sentences.append(words("curve.unclear", list=", ".join(unclear)))
    doubtful = [value(words, found.varied, each.value) for each in found.points if each.doubtful]
    if doubtful and found.anywhere:
        sentences.append(words("curve.doubtful", list=", ".join(doubtful)))
    return " ".join(sentences)


def seeds(words: Wording, found: Evaluation) -> str:
    """Which towns were simulated."""
    numbers = found.seeds
    told = ", ".join(map(str, numbers))
    if len(numbers) > 2 and list(numbers) == list(range(min(numbers), max(numbers) + 1)):
        told = f"{min(numbers)}\N{EN DASH}{max(numbers)}"
    return words("table.seeds", count=len(numbers), list=told)


def subtitle(words: Wording, found: Evaluation) -> str:
    """The town and its circumstances."""
    like = found.question.like
    setting = like.setting
    if like.extract:
        streets = words("page.streets.extract", name=like.extract.rpartition("/")[2])
    elif setting.streets_km:
        streets = words("page.streets.synthetic", km=words.number(setting.streets_km, 1))
    else:
        streets = words("page.streets.helsinki")
    good = not setting.bad_sensors and not setting.missing_sensors
    bad, missing = words.percent(setting.bad_sensors), words.percent(setting.missing_sensors)
    return words(
        "page.subtitle",
        containers=words.number(setting.containers),
        trucks=trucks(setting),
        streets=streets,
        weeks=words("table.weeks", count=setting.days // 7),
        start=setting.start.isoformat(),
        seeds=seeds(words, found),
        sensors=words("page.sensors.good") if good else words("page.sensors.bad", bad=bad, missing=missing),
    )


def factors(words: Wording, stated: Factors) -> str:
    """Where euros and CO2 come from."""
    return words(
        "page.factors",
        per_km=words.number(stated.cents_per_km / 100, 2),
        per_hour=words.number(stated.cents_per_hour / 100, 2),
        per_vehicle=words.number(stated.cents_per_vehicle / 100, 2),
        l_per_km=words.number(stated.diesel_l_per_km, 2),
        l_per_emptying=words.number(stated.diesel_l_per_emptying, 2),
        co2=words.number(stated.co2_kg_per_l, 3),
    )
