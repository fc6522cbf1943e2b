"""Directions along a route: what a driver is told from step to step."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.language import Language
from api.representations.base import Representation
from domain.plans import Route, RouteStep, StepKind
from routing.roads.direction_texts import text
from routing.roads.directions import Instruction, Maneuver, directions
from routing.roads.graph import RoadGraph
from routing.roads.profile import TruckProfile
from routing.roads.snap import Approach, snap


class Direction(Representation):
    """One instruction."""

    maneuver: Maneuver
    street: str = Field(description="The street that it leads into, or empty")
    distance_m: int = Field(description="How far to drive until the next instruction")
    exit: int | None = Field(description="Which exit of a roundabout")
    side: Literal["left", "right"] | None = Field(description="On which side of the truck the place lies")
    text: str = Field(description="The instruction as a sentence, in the language of the request")


class LegDirections(Representation):
    """The way to one step."""

    to_sequence: int = Field(description="The step that it leads to; a break there comes before what it is taken for")
    instructions: list[Direction]


class RouteDirections(Representation):
    """The way to every step but the first.

    Steps without a street near are left out, and of a break and the step at the same place the second.
    """

    legs: list[LegDirections]


def directions_of(route: Route, graph: RoadGraph, truck: TruckProfile, language: Language) -> RouteDirections:
    """The directions of a route, along the imported streets and as planning approaches its places."""
    steps = [step for step in route.steps if step.kind is not StepKind.BREAK]
    approaches: list[Approach] = ["curb" if step.kind is StepKind.EMPTYING else "unrestricted" for step in steps]
    snapped = snap(graph, [step.position for step in steps], truck=truck, approach=approaches)
    near = [(step, point) for step, point in zip(steps, snapped, strict=True) if point is not None]
    legs = directions(graph, [point for _, point in near], [step.position for step, _ in near], truck=truck)
    return RouteDirections(
        legs=[
            LegDirections(
                to_sequence=_first_there(route, before, step).sequence,
                instructions=[_direction(each, language, step.kind is StepKind.EMPTYING) for each in leg],
            )
            for (before, _), (step, _), leg in zip(near, near[1:], legs, strict=False)
        ]
    )


def _first_there(route: Route, before: RouteStep, step: RouteStep) -> RouteStep:
    """The break that is taken where a step is, on arriving from another place; else the step."""
    between = route.steps[before.sequence + 1 : step.sequence]
    breaks = (each for each in between if each.kind is StepKind.BREAK and each.position == step.position)
    return step if before.position == step.position else next(breaks, step)


def _direction(instruction: Instruction, language: Language, container: bool) -> Direction:
    return Direction(
        maneuver=instruction.maneuver,
        street=instruction.street,
        distance_m=instruction.distance_m,
        exit=instruction.exit,
        side=instruction.side,
        text=text(instruction, language, container=container),
    )
