"""Turn restrictions: read from the tags of OpenStreetMap's relations, and laid on the stretches of a graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from routing.roads.profile import HEAVY, LIGHT
from routing.roads.simplify import Stretch

LONGEST_VIA = 20
"""Stretches of a way in the middle of a restriction; longer ones are mistakes in the map."""

_EXEMPT = {
    HEAVY: frozenset({"hgv", "goods", "motor_vehicle"}),
    LIGHT: frozenset({"goods", "motorcar", "motor_vehicle"}),
}
_KEYS = {
    "restriction": HEAVY | LIGHT,
    "restriction:motor_vehicle": HEAVY | LIGHT,
    "restriction:hgv": HEAVY,
    "restriction:goods": LIGHT,
    "restriction:motorcar": LIGHT,
}

Chain = tuple[int, ...]
"""Arcs that may not be driven one after the other: two, or more where ways lie in the middle."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """One rule: who comes from a way over ``via`` may not go on (``only``: may go on nowhere else than) to a way.

    ``via_node`` is None where the middle is ``via_ways``. ``kinds`` are bits of ``profile.HEAVY`` and ``LIGHT``.
    """

    from_way: int
    via_node: int | None
    via_ways: tuple[int, ...]
    to_way: int
    only: bool
    kinds: int


def read_restrictions(tags: Mapping[str, str], members: Sequence[tuple[str, int, str]]) -> Iterator[Restriction]:
    """The rules that a relation states.

    Parameters
    ----------
    tags
        Of the relation. Conditional restrictions are not read.
    members
        Kind ("n", "w"), number and role of each member.
    """
    if not tags.get("type", "").startswith("restriction"):
        return
    exempt = set(tags.get("except", "").replace(" ", "").split(";"))
    by_role: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for member_kind, number, role in members:
        by_role[role, member_kind].append(number)
    nodes, ways = by_role["via", "n"], tuple(by_role["via", "w"])
    if not nodes and not ways:
        return
    for key, concerned in _KEYS.items():
        value = tags.get(key, "")
        kinds = sum(kind for kind in (HEAVY, LIGHT) if concerned & kind and not exempt & _EXEMPT[kind])
        if kinds and value.startswith(("no_", "only_")):
            for from_way in by_role["from", "w"]:
                for to_way in by_role["to", "w"]:
                    via = nodes[0] if nodes else None
                    yield Restriction(from_way, via, ways, to_way, value.startswith("only_"), kinds)


class Arcs:
    """Stretches as arcs: number 2i drives stretch i from its start to its end, 2i + 1 the other way."""

    def __init__(self, pieces: Sequence[Stretch]) -> None:
        self._pieces = pieces
        self.into: defaultdict[int, list[int]] = defaultdict(list)
        """The arcs that end at a node."""
        for i, piece in enumerate(pieces):
            self.into[piece.end].append(2 * i)
            self.into[piece.start].append(2 * i + 1)

    def out_of(self, node: int) -> list[int]:
        """The arcs that begin at a node."""
        return [arc ^ 1 for arc in self.into[node]]

    def head(self, arc: int) -> int:
        """The node that an arc leads to."""
        piece = self._pieces[arc // 2]
        return piece.start if arc % 2 else piece.end

    def into_by(self, node: int, way: int) -> list[int]:
        """The arcs that reach a node over a way."""
        return [arc for arc in self.into[node] if self._way_at_head(arc) == way]

    def out_by(self, node: int, way: int) -> list[int]:
        """The arcs that leave a node over a way."""
        return [arc ^ 1 for arc in self.into_by(node, way)]

    def _way_at_head(self, arc: int) -> int:
        piece = self._pieces[arc // 2]
        return piece.start_way if arc % 2 else piece.end_way


def forbidden_chains(rule: Restriction, arcs: Arcs, ends: Mapping[int, Collection[int]]) -> list[Chain]:
    """The sequences of arcs that a rule forbids; none where its members do not meet, as at the edge of an extract.

    ``ends`` holds the first and last nodes of each way that a rule with a way in its middle speaks of.
    """
    if rule.via_node is not None:
        starts = [(arc,) for arc in arcs.into_by(rule.via_node, rule.from_way)]
        # A way that passes through the node would make "from" mean two things.
        if len(starts) != 1 and rule.from_way != rule.to_way:
            return []
        chains = starts
    else:
        chains = _through_ways(rule, arcs, ends)
    forbidden: list[Chain] = []
    for chain in chains:
        node = arcs.head(chain[-1])
        targets = arcs.out_by(node, rule.to_way)
        if rule.via_node is not None and rule.from_way == rule.to_way and len(targets) > 1:
            targets = [chain[-1] ^ 1]
        if not targets:
            continue
        if rule.only:
            forbidden += _all_but(chain, targets, arcs)
        else:
            forbidden += [(*chain, target) for target in targets]
    return forbidden


def _all_but(chain: Chain, targets: Collection[int], arcs: Arcs) -> Iterator[Chain]:
    """Whatever leaves the chain on its way, and whatever goes on at its end to another arc than the targets."""
    for i in range(1, len(chain) + 1):
        allowed = {chain[i]} if i < len(chain) else set(targets)
        for arc in arcs.out_of(arcs.head(chain[i - 1])):
            if arc not in allowed:
                yield (*chain[:i], arc)


def _through_ways(rule: Restriction, arcs: Arcs, ends: Mapping[int, Collection[int]]) -> list[Chain]:
    """From the first way over those in the middle, up to where the last way begins."""
    first = rule.via_ways[0]
    meeting = [node for node in ends.get(first, ()) if arcs.into_by(node, rule.from_way)]
    found: list[Chain] = []
    for node in meeting:
        chains = [(arc,) for arc in arcs.into_by(node, rule.from_way)]
        for way in rule.via_ways:
            goals = set(ends.get(way, ()))
            chains = [longer for chain in chains for longer in _along(chain, way, goals, arcs)]
        found += [chain for chain in chains if arcs.out_by(arcs.head(chain[-1]), rule.to_way)]
    return found


def _along(chain: Chain, way: int, goals: Collection[int], arcs: Arcs) -> list[Chain]:
    """The chain extended over a whole way."""
    chains: list[Chain] = []
    for arc in arcs.out_by(arcs.head(chain[-1]), way):
        longer = (*chain, arc)
        while arcs.head(longer[-1]) not in goals and len(longer) < LONGEST_VIA:
            onward = [each for each in arcs.out_by(arcs.head(longer[-1]), way) if each != longer[-1] ^ 1]
            if len(onward) != 1:
                break
            longer = (*longer, onward[0])
        if arcs.head(longer[-1]) in goals:
            chains.append(longer)
    return chains
