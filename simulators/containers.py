"""What stands at the sites of the simulated town: containers of four fractions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from domain.containers import Container, ContainerGeometry, Fraction, Site

FRACTION_SHARES: Mapping[Fraction, float] = {
    Fraction.RESIDUAL: 0.40,
    Fraction.PAPER: 0.25,
    Fraction.GLASS: 0.15,
    Fraction.PLASTICS: 0.20,
}
CAPACITIES_L: Mapping[Fraction, tuple[int, ...]] = {
    Fraction.RESIDUAL: (4000, 5000),
    Fraction.PAPER: (3000, 4000, 5000),
    Fraction.GLASS: (3000,),
    Fraction.PLASTICS: (4000, 5000),
}
"""Underground containers hold 3 to 5 cubic metres (Amsterdam/afvalcontainers, container types)."""

FULLNESS_THRESHOLD = 0.7
MOST_AT_A_SITE = 3


def containers(
    sites: Sequence[Site], addresses: Sequence[str], chance: np.random.Generator, *, count: int
) -> tuple[Container, ...]:
    """Put containers at the sites: one to three of different fractions each, numbered from 1 along the sites."""
    at_site = _containers_at_sites(len(sites), chance, count=count)
    fractions = _fractions_at_sites(at_site, chance)
    found: list[Container] = []
    numbers = dict.fromkeys(Fraction, 0)
    for site, address, there in zip(sites, addresses, fractions, strict=True):
        for fraction in there:
            numbers[fraction] += 1
            found.append(
                Container(
                    id=len(found) + 1,
                    municipality_id=site.municipality_id,
                    site_id=site.id,
                    code=f"{fraction.value[:3].upper()}-{numbers[fraction]:04d}",
                    fraction=fraction,
                    capacity_l=int(chance.choice(CAPACITIES_L[fraction])),
                    position=site.position,
                    address=address,
                    geometry=ContainerGeometry(
                        empty_distance_m=round(float(chance.uniform(1.5, 2.7)), 2),
                        full_distance_m=round(float(chance.uniform(0.3, 0.4)), 2),
                        bottom_share=1.0 if chance.random() < 0.8 else 0.8,
                    ),
                    fullness_threshold=FULLNESS_THRESHOLD,
                    service_s=150 if fraction is Fraction.GLASS else int(chance.choice((90, 100, 110, 120))),
                )
            )
    return tuple(found)


def _containers_at_sites(sites: int, chance: np.random.Generator, *, count: int) -> list[int]:
    at_site = [1] * sites
    for _ in range(count - sites):
        free = [i for i, there in enumerate(at_site) if there < MOST_AT_A_SITE]
        at_site[int(chance.choice(free))] += 1
    return at_site


def _fractions_at_sites(at_site: Sequence[int], chance: np.random.Generator) -> list[tuple[Fraction, ...]]:
    """Deal the fractions out in their shares, no fraction twice at a site."""
    total = sum(at_site)
    left = {fraction: round(share * total) for fraction, share in FRACTION_SHARES.items()}
    left[Fraction.RESIDUAL] += total - sum(left.values())
    dealt: list[tuple[Fraction, ...]] = [()] * len(at_site)
    # The largest sites first, so that the last cards do not all have to be different.
    for i in sorted(range(len(at_site)), key=lambda site: -at_site[site]):
        open_to = [fraction for fraction, number in left.items() if number > 0]
        weights = np.array([left[fraction] for fraction in open_to], dtype=float)
        picked = chance.choice(
            len(open_to), size=min(at_site[i], len(open_to)), replace=False, p=weights / weights.sum()
        )
        dealt[i] = tuple(open_to[int(pick)] for pick in sorted(picked))
        for fraction in dealt[i]:
            left[fraction] -= 1
    return dealt
