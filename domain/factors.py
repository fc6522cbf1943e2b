"""What kilometres, hours, trucks and emptyings amount to in euros and CO2: every figure stated, every one an option."""

from __future__ import annotations

from dataclasses import dataclass, fields

from domain.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Factors:
    """What a unit of collecting amounts to.

    Parameters
    ----------
    cents_per_km, cents_per_hour, cents_per_vehicle
        Euro cents for a kilometre (fuel, tyres, wear), an hour from leaving the depot to being back (truck, driver,
        loader), and for each truck that leaves on a day (getting ready, cleaning). Round figures that a municipality
        replaces by its own; the same as the default rates of a policy, so that planning and reporting agree.
    diesel_l_per_km
        Litres of diesel for a kilometre between stops. A round figure for a loaded 26-tonne truck in town.
    diesel_l_per_emptying
        Litres for lifting, emptying and pressing one container with the engine running. A round figure.
    co2_kg_per_l
        Kilograms of CO2 for a litre of diesel, from well to wheel: 3.262 for diesel with 7 % biodiesel
        (co2emissiefactoren.nl, the Dutch list, 2021). 0 for trucks that drive on electricity from wind or sun.

    Raises
    ------
    InvalidInput
        When a factor is negative or not a finite number.
    """

    cents_per_km: float = 90
    cents_per_hour: float = 9_000
    cents_per_vehicle: float = 3_000
    diesel_l_per_km: float = 0.5
    diesel_l_per_emptying: float = 0.1
    co2_kg_per_l: float = 3.262

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0 <= value < float("inf"):
                raise InvalidInput(
                    f"{value} is no factor", where=field.name, remedy="give a number that is not negative"
                )

    def euros(self, *, distance_m: float, duration_s: float, vehicles: float) -> float:
        """What so much driving costs, euros; linear, so differences and means may be given too."""
        cents = (
            self.cents_per_km * distance_m / 1000
            + self.cents_per_hour * duration_s / 3600
            + self.cents_per_vehicle * vehicles
        )
        return cents / 100

    def co2_kg(self, *, distance_m: float, emptyings: float) -> float:
        """What so much collecting emits, kilograms of CO2; linear as :meth:`euros` is."""
        litres = self.diesel_l_per_km * distance_m / 1000 + self.diesel_l_per_emptying * emptyings
        return self.co2_kg_per_l * litres
