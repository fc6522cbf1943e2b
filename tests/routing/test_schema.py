"""The JSON Schemas in docs/ say the same as the reader and the writer."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.containers import Fraction
from domain.errors import InvalidInput
from routing.check import Rule, Violation
from routing.problem import Problem
from routing.problem_json import problem_from_json, problem_to_json, read_document, solution_to_json
from routing.solution import UnassignedReason
from routing.solve import solve
from routing.wire import fields
from routing.wire.places import APPROACHES
from routing.wire.solutions import STEP_TYPES
from routing.wire.vehicles import VISIT_TYPES
from tests.routing.documents import DOCS, any_problems, changed, examples
from tests.routing.test_problem_json import MISTAKES

PROBLEM = json.loads((DOCS / "problem.schema.json").read_text("utf-8"))
SOLUTION = json.loads((DOCS / "solution.schema.json").read_text("utf-8"))

problems = jsonschema.Draft202012Validator(PROBLEM)
solutions = jsonschema.Draft202012Validator(SOLUTION)


def mistakes(validator: jsonschema.Draft202012Validator, document: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


@pytest.mark.parametrize("schema", [PROBLEM, SOLUTION], ids=["problem", "solution"])
def test_it_is_a_schema_that_lets_no_unknown_field_pass(schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    for name, part in {"document": schema, **schema["$defs"]}.items():
        if "properties" in part:
            assert part["additionalProperties"] is False, name
            assert set(part.get("required", ())) <= set(part["properties"]), name


@pytest.mark.parametrize(
    ("definition", "known"),
    [
        (None, fields.DOCUMENT),
        ("job", fields.JOB),
        ("vehicle", fields.VEHICLE),
        ("dimensions", fields.DIMENSIONS),
        ("compartment", fields.COMPARTMENT),
        ("break", fields.BREAK),
        ("driving_rule", fields.DRIVING_RULE),
        ("costs", fields.COSTS),
        ("visit", fields.VISIT),
        ("disposal_site", fields.DISPOSAL_SITE),
        ("tables", fields.TABLES),
    ],
)
def test_the_fields_are_those_that_the_reader_knows(definition: str | None, known: fields.Fields) -> None:
    part = PROBLEM if definition is None else PROBLEM["$defs"][definition]
    assert set(part["properties"]) == {*known.required, *known.optional}
    assert set(part.get("required", ())) == set(known.required)


def test_the_words_are_those_of_the_program() -> None:
    assert set(PROBLEM["$defs"]["fraction"]["enum"]) == {fraction.value for fraction in Fraction}
    assert tuple(PROBLEM["$defs"]["job"]["properties"]["approach"]["enum"]) == APPROACHES
    assert set(PROBLEM["$defs"]["visit"]["properties"]["type"]["enum"]) == set(VISIT_TYPES)
    assert set(SOLUTION["$defs"]["step"]["properties"]["type"]["enum"]) == set(STEP_TYPES.values())
    assert set(SOLUTION["$defs"]["unassigned"]["properties"]["reason"]["enum"]) == {r.value for r in UnassignedReason}


def test_every_field_and_reason_is_on_the_page() -> None:
    page = (DOCS / "problem-json.md").read_text("utf-8")
    words = {reason.value for reason in UnassignedReason} | set(SOLUTION["properties"])
    for part in (PROBLEM, SOLUTION["$defs"]["unassigned"], SOLUTION["$defs"]["step"], *PROBLEM["$defs"].values()):
        words |= set(part.get("properties", ()))
    assert sorted(words - set(re.findall(r"`\.?(\w+)(?:\[\])?`", page))) == []


@pytest.mark.parametrize("number", range(len(examples())))
def test_the_examples_on_the_page_are_valid(number: int) -> None:
    assert mistakes(problems, examples()[number]) == []


@pytest.mark.parametrize("number", [0, 2])
def test_their_solutions_are_valid(number: int) -> None:
    document = read_document(changed("jobs.1.prize", 1, examples()[number]))
    solution = solve(document.problem, time_limit_s=1)
    violations = [Violation("vehicle 1", Rule.SHIFT, 20)]
    for found in ([], violations):
        answer = solution_to_json(document.problem, solution, places=document.places, violations=found)
        assert mistakes(solutions, json.loads(json.dumps(answer))) == []


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problem=any_problems())
def test_whatever_is_written_is_valid(problem: Problem) -> None:
    assert mistakes(problems, json.loads(json.dumps(problem_to_json(problem)))) == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    path=st.sampled_from([case[0] for case in MISTAKES]),
    value=st.sampled_from([case[1] for case in MISTAKES]) | st.sampled_from([..., None, 0, [], {}, "a", True]),
)
def test_whatever_the_reader_accepts_is_valid(path: str, value: object) -> None:
    try:
        document = changed(path, value)
        problem_from_json(document)
    except (InvalidInput, KeyError):  # KeyError: there was nothing to take away
        return
    assert mistakes(problems, document) == []


CANNOT_SAY = (
    "outside the matrices",
    "used twice",
    "does not exist",
    "which",
    "puts location",
    "starts (",
    "(5) ",
    "ends (",
    "has 2 values",
    "is a row",
    "costs nothing",
    "starts with",
    "driven_s",
    "only one of",
    "from a location to itself",
    "covers 1 locations",
    "distances are",
    "'location_index' is missing",
    "'matrices' is missing",
    "no number of degrees",
)
"""What depends on more than one place of a document, so that a schema does not say it."""


@pytest.mark.parametrize(
    ("path", "value"),
    [(path, value) for path, value, sentence in MISTAKES if sentence and not any(c in sentence for c in CANNOT_SAY)],
)
def test_what_the_reader_refuses_for_itself_is_not_valid(path: str, value: object) -> None:
    assert mistakes(problems, changed(path, value))
