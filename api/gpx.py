"""A route as GPX 1.1, which every navigation app reads: stops as waypoints, the line along the streets as a track."""

from __future__ import annotations

from gpxpy.gpx import GPX, GPXTrack, GPXTrackPoint, GPXTrackSegment, GPXWaypoint

from api.representations.routes import RouteWithSteps, Step
from domain.plans import StepKind

MEDIA_TYPE = "application/gpx+xml"


def to_gpx(route: RouteWithSteps) -> str:
    """The document as text."""
    document = GPX()
    document.creator = "Halfvol"
    document.name = f"{route.vehicle.name} {route.plan_date.isoformat()}"
    document.time = route.starts_at
    number = 0
    for step in route.steps:
        number += step.kind is StepKind.EMPTYING
        document.waypoints.append(_waypoint(step, number))
    segment = GPXTrackSegment([GPXTrackPoint(lat, lon) for lon, lat in route.geometry.coordinates])
    track = GPXTrack(name=document.name)
    track.segments.append(segment)
    document.tracks.append(track)
    return document.to_xml(version="1.1")


def _waypoint(step: Step, number: int) -> GPXWaypoint:
    lon, lat = step.position.coordinates
    container = step.container
    name = step.name if container is None else f"{number} {step.name}"
    words = None if container is None else f"{container.code}: {container.explanation or container.fraction}"
    return GPXWaypoint(lat, lon, time=step.arrives_at, name=name, description=words, type=step.kind.value)
