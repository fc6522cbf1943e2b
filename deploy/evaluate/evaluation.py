"""All that an evaluation found, ready to be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from deploy.evaluate.compare import Comparison, Estimate, above_bound, compare
from deploy.evaluate.figures import Figures, TypicalWeek, figures, typical_week
from deploy.evaluate.grid import COMPARED, Curve, Point, Varied, circumstances, point
from deploy.evaluate.local_runs import Failure
from deploy.evaluate.results_file import Result
from deploy.evaluate.simulate import policy
from deploy.evaluate.task import Task, tasks
from domain.factors import Factors
from simulators.evaluation.outcome import Contender, Run


@dataclass(frozen=True, slots=True)
class Question:
    """What an evaluation was asked. ``like``: the circumstances, with any seed and contender.

    ``sensitivity_seeds`` are those of the curves.
    """

    like: Task
    contenders: tuple[Contender, ...]
    seeds: tuple[int, ...]
    varied: tuple[Varied, ...] = ()
    sensitivity_seeds: tuple[int, ...] = ()
    factors: Factors = field(default_factory=Factors)

    @property
    def allowed(self) -> float:
        """Container-days of overflowing in 1,000 that the policy allows."""
        return policy(self.like.policy).service.overflows_per_1000


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came of it.

    ``bound``: Halfvol's kilometres above the clairvoyant's, as a share of its, and ``bound_saving`` the clairvoyant's
    saving; None without both. ``codes``: the versions of the code that the runs came from. ``seeds``: those with a
    result.
    """

    question: Question
    seeds: tuple[int, ...]
    comparisons: Mapping[Contender, Comparison]
    weeks: Mapping[Contender, TypicalWeek]
    bound: Estimate | None
    curves: tuple[Curve, ...]
    failures: tuple[Failure, ...]
    codes: tuple[str, ...]


class _Known:
    """Results by task."""

    def __init__(self, results: Iterable[Result], factors: Factors) -> None:
        self._by_key = {result.task.key: result for result in results}
        self._factors = factors
        self.codes: set[str] = set()

    def runs(self, like: Task, contender: Contender, seeds: Sequence[int]) -> dict[int, Run]:
        found: dict[int, Run] = {}
        for task in tasks(like, [contender], seeds):
            result = self._by_key.get(task.key)
            if result is not None:
                self.codes.add(result.code)
                found[task.setting.seed] = result.run
        return found

    def figures(self, like: Task, contender: Contender, seeds: Sequence[int]) -> dict[int, Figures]:
        return {seed: figures(run, self._factors) for seed, run in self.runs(like, contender, seeds).items()}


def evaluation(question: Question, results: Iterable[Result], failures: Sequence[Failure] = ()) -> Evaluation:
    """Put the results that belong to the question together; results of other runs are left aside."""
    known = _Known(results, question.factors)
    by_contender = {each: known.figures(question.like, each, question.seeds) for each in question.contenders}
    by_contender = {contender: found for contender, found in by_contender.items() if found}
    fixed = by_contender.get(Contender.FIXED_SCHEDULE, {})
    return Evaluation(
        question=question,
        seeds=tuple(seed for seed in question.seeds if any(seed in found for found in by_contender.values())),
        comparisons={contender: compare(found, fixed) for contender, found in by_contender.items()},
        weeks={
            contender: typical_week(list(known.runs(question.like, contender, question.seeds).values()))
            for contender in by_contender
        },
        bound=above_bound(by_contender.get(Contender.HALFVOL, {}), by_contender.get(Contender.CLAIRVOYANT, {})),
        curves=tuple(curve for each in question.varied if (curve := _curve(question, each, known)) is not None),
        failures=tuple(failures),
        codes=tuple(sorted(known.codes)),
    )


def _curve(question: Question, varied: Varied, known: _Known) -> Curve | None:
    points: list[Point] = []
    for value, like in circumstances(question.like, varied):
        fixed, halfvol = (known.figures(like, each, question.sensitivity_seeds) for each in COMPARED)
        found = point(value, compare(halfvol, fixed)) if halfvol else None
        if found is not None:
            points.append(found)
    return Curve(varied, tuple(points)) if points else None
