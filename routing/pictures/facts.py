"""What a picture tells of routes and stops in words and figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from domain.plans import StepKind
from routing.pictures import words
from routing.pictures.marks import Mark
from routing.pictures.scene import RouteDrawing, Scene, Skipped
from routing.pictures.spots import Spot
from routing.pictures.words import Text, number, percent, same
from routing.problem import Vehicle
from routing.solution import Route, Step, Unassigned

COLUMNS: tuple[Text, ...] = (
    words.STOPS,
    words.KM,
    words.HOURS,
    words.LOAD,
    words.FULLEST,
    words.NEIGHBOURS,
    words.OVERLAP,
    words.SPREAD,
)


def row_of(scene: Scene, drawing: RouteDrawing) -> tuple[Text, ...]:
    """The cells of a route's row, in the order of :data:`COLUMNS`."""
    shape = drawing.shape
    shapes = (
        (percent(shape.kept_neighbours), percent(shape.overlap), _metres(shape.spread_m))
        if shape
        else (same("–"), same("–"), same("–"))
    )
    return (
        number(len(drawing.route.stop_ids)),
        number(drawing.route.distance_m / 1000, 1),
        same(words.clock(drawing.route.duration_s)),
        _tonnes(_collected_kg(scene, drawing.route)),
        percent(_fullest(drawing.vehicle, drawing.route)),
        *shapes,
    )


def totals(scene: Scene) -> tuple[Text, ...]:
    """The cells of the last row: sums, and means of the shapes."""
    routes = [drawing.route for drawing in scene.routes]
    measured = scene.compactness
    return (
        number(sum(len(route.stop_ids) for route in routes)),
        number(sum(route.distance_m for route in routes) / 1000, 1),
        same(words.clock(sum(route.duration_s for route in routes))),
        _tonnes(sum(_collected_kg(scene, route) for route in routes)),
        same(""),
        percent(measured.kept_neighbours),
        percent(measured.overlap),
        _metres(measured.spread_m),
    )


def summary(scene: Scene) -> Text:
    """The whole solution in one sentence."""
    km = number(scene.solution.distance_m / 1000, 1)
    stops = sum(len(route.stop_ids) for route in scene.solution.routes)
    values = {
        "routes": len(scene.routes),
        "stops": stops,
        "hours": words.clock(scene.solution.duration_s),
        "skipped": len(scene.skipped),
    }
    return Text(words.SUMMARY.en.format(km=km.en, **values), words.SUMMARY.nl.format(km=km.nl, **values))


def skipped_by_reason(scene: Scene) -> list[tuple[Text, int]]:
    """How many stops are skipped for which reason, the commonest first."""
    counts = Counter(each.unassigned.reason for each in scene.skipped)
    return [(words.REASONS[reason], count) for reason, count in counts.most_common()]


def notes(scene: Scene, *, unnumbered: int = 0) -> list[Text]:
    """What has to be said about the drawing itself."""
    found: list[Text] = []
    if scene.legs and scene.straight_legs == scene.legs:
        found.append(words.ALL_STRAIGHT)
    elif scene.straight_legs:
        found.append(words.STRAIGHT.fill(straight=scene.straight_legs, legs=scene.legs))
    if unnumbered:
        found.append(words.UNNUMBERED.fill(count=unnumbered))
    if scene.credit:
        found.append(same(scene.credit))
    return found


def told(scene: Scene, mark: Mark | Skipped | Spot, route: RouteDrawing | None) -> list[Text]:
    """What is told, line by line, when one points at something on the map."""
    if isinstance(mark, Mark):
        return mark_lines(scene, route, mark) if route else []
    if isinstance(mark, Skipped):
        return skipped_lines(scene, mark.unassigned)
    kind = {"depot": words.DEPOT, "disposal": words.DISPOSAL, "truck": words.OUT}[mark.kind]
    return [kind, same(mark.name)] if mark.name else [kind]


def mark_lines(scene: Scene, drawing: RouteDrawing, mark: Mark) -> list[Text]:
    """What is told about the stops of a mark, line by line."""
    first, last = mark.steps[0], mark.steps[-1]
    head = Text(
        f"{words.TRUCK.en} {drawing.name}, {words.STOP.en.lower()} {mark.label}",
        f"{words.TRUCK.nl} {drawing.name}, {words.STOP.nl.lower()} {mark.label}",
    )
    return [
        head,
        *(_collected(scene, step) for step in mark.steps),
        Text(
            f"{words.ARRIVES.en} {words.clock(first.arrival_s)}", f"{words.ARRIVES.nl} {words.clock(first.arrival_s)}"
        ),
        Text(f"{_kg(last.load_kg).en} {words.ABOARD.en}", f"{_kg(last.load_kg).nl} {words.ABOARD.nl}"),
    ]


def skipped_lines(scene: Scene, unassigned: Unassigned) -> list[Text]:
    """Which stop it is that is skipped, and why."""
    reason = words.REASONS[unassigned.reason]
    name = stop_name(scene, unassigned.stop_id)
    lines = [
        Text(f"{name.en}: {words.SKIPPED.en.lower()}", f"{name.nl}: {words.SKIPPED.nl.lower()}"),
        reason,
    ]
    if unassigned.detour_cost is not None:
        cost = number(unassigned.detour_cost / 100, 2)
        lines.append(Text(words.COSTS.en.format(cost=cost.en), words.COSTS.nl.format(cost=cost.nl)))
    return lines


def stop_name(scene: Scene, stop_id: int) -> Text:
    """What people call a stop, or its id."""
    name = scene.places.stops.get(stop_id)
    return same(name) if name else Text(f"{words.STOP.en} {stop_id}", f"{words.STOP.nl} {stop_id}")


def step_line(scene: Scene, step: Step) -> Text:
    """A step of a route as a line of the list of stops."""
    at = words.clock(step.begins_s if step.kind is StepKind.BREAK else step.arrival_s)
    match step.kind:
        case StepKind.EMPTYING:
            what = _collected(scene, step)
        case StepKind.DISPOSAL:
            name = scene.places.disposal_sites.get(step.disposal_site_id or 0)
            what = same(name) if name else words.DISPOSAL
        case StepKind.BREAK:
            minutes = f" {step.service_s // 60} min"
            what = Text(words.BREAK.en + minutes, words.BREAK.nl + minutes)
        case StepKind.START:
            what = words.START
        case StepKind.END:
            what = words.END
    return Text(f"{at} {what.en}", f"{at} {what.nl}")


def hidden_numbers(marks: Sequence[Mark], level: int = 0) -> int:
    """How many of the marks show no number at a zoom level."""
    return sum(mark.level > level for mark in marks)


def _collected(scene: Scene, step: Step) -> Text:
    name = words.STOP if step.stop_id is None else stop_name(scene, step.stop_id)
    amounts = scene.stops[step.stop_id].amounts if step.stop_id is not None else ()
    told = [(words.FRACTIONS[amount.fraction], _kg(amount.kg)) for amount in amounts]
    return Text(
        ", ".join([name.en, *(f"{fraction.en} {kg.en}" for fraction, kg in told)]),
        ", ".join([name.nl, *(f"{fraction.nl} {kg.nl}" for fraction, kg in told)]),
    )


def _collected_kg(scene: Scene, route: Route) -> int:
    return sum(scene.stops[stop].kg for stop in route.stop_ids)


def _fullest(vehicle: Vehicle, route: Route) -> float:
    shares = [
        max(
            load.kg / compartment.capacity_kg if compartment.capacity_kg else 0.0,
            load.l / compartment.capacity_l if compartment.capacity_l else 0.0,
        )
        for step in route.steps
        for load, compartment in zip(step.loads, vehicle.compartments, strict=False)
    ]
    return max(shares, default=0.0)


def _tonnes(kg: int) -> Text:
    figure = number(kg / 1000, 1)
    return Text(f"{figure.en} t", f"{figure.nl} t")


def _kg(kg: int) -> Text:
    figure = number(kg)
    return Text(f"{figure.en} kg", f"{figure.nl} kg")


def _metres(metres: float) -> Text:
    if metres < 1000:
        return same(f"{metres:.0f} m")
    figure = number(metres / 1000, 1)
    return Text(f"{figure.en} km", f"{figure.nl} km")
