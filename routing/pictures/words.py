"""What pictures say, in English and Dutch."""

from __future__ import annotations

from typing import Literal, NamedTuple

from domain.containers import Fraction
from routing.solution import UnassignedReason

Language = Literal["en", "nl"]
LANGUAGES: tuple[Language, ...] = ("en", "nl")


class Text(NamedTuple):
    """The same in both languages."""

    en: str
    nl: str

    def __call__(self, language: Language) -> str:
        """The text in a language."""
        return self.nl if language == "nl" else self.en

    def fill(self, **values: object) -> Text:
        """Put values into the places of both."""
        return Text(self.en.format(**values), self.nl.format(**values))


def same(text: str) -> Text:
    """A text that needs no translation."""
    return Text(text, text)


def number(value: float, decimals: int = 0) -> Text:
    """A number as each language writes it: 1,234.5 and 1.234,5."""
    english = f"{value:,.{decimals}f}"
    return Text(english, english.translate(str.maketrans(",.", ".,")))


def percent(share: float) -> Text:
    """A share as whole per cents."""
    return same(f"{100 * share:.0f}%")


def clock(seconds: int) -> str:
    """Hours and minutes."""
    minutes = round(seconds / 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


REASONS: dict[UnassignedReason, Text] = {
    UnassignedReason.NO_VEHICLE: Text("no truck takes its fraction", "geen wagen neemt deze fractie"),
    UnassignedReason.SKILL: Text("no truck that may come can do it", "geen wagen die mag komen, kan het"),
    UnassignedReason.CAPACITY: Text("too much for any truck", "te veel voor elke wagen"),
    UnassignedReason.UNREACHABLE: Text("cannot be reached", "niet bereikbaar"),
    UnassignedReason.TIME_WINDOW: Text("not within its time window", "niet binnen het tijdvenster"),
    UnassignedReason.SHIFT: Text("does not fit into a shift", "past niet in een dienst"),
    UnassignedReason.NOT_WORTH_DETOUR: Text("not worth the detour", "de omweg niet waard"),
}

FRACTIONS: dict[Fraction, Text] = {
    Fraction.RESIDUAL: Text("residual", "restafval"),
    Fraction.PAPER: Text("paper", "papier"),
    Fraction.GLASS: Text("glass", "glas"),
    Fraction.PLASTICS: Text("plastics", "plastic"),
    Fraction.ORGANIC: Text("organic", "gft"),
    Fraction.TEXTILE: Text("textile", "textiel"),
}

TITLE = Text("Collection routes", "Inzamelroutes")
SUMMARY = Text(
    "{routes} routes, {stops} stops, {km} km, {hours} hours; {skipped} stops skipped.",
    "{routes} routes, {stops} stops, {km} km, {hours} uur; {skipped} stops overgeslagen.",
)
DESCRIPTION = Text(
    "Map of the routes, one colour a truck, stops numbered in the order of the visits. Everything on it is also listed"
    " as text.",
    "Kaart van de routes, één kleur per wagen, stops genummerd in volgorde van bezoek. Alles staat ook als tekst in een"
    " lijst.",
)
TRUCK = Text("Truck", "Wagen")
STOPS = Text("Stops", "Stops")
KM = Text("km", "km")
HOURS = Text("Hours", "Uren")
LOAD = Text("Load", "Lading")
FULLEST = Text("Fullest", "Volst")
NEIGHBOURS = Text("Own area", "Eigen buurt")
OVERLAP = Text("Overlap", "Overlap")
SPREAD = Text("Spread", "Spreiding")
TOTAL = Text("All", "Alle")
SKIPPED = Text("Skipped", "Overgeslagen")
DONE = Text("Already served", "Al geleegd")
DEPOT = Text("Depot", "Remise")
OUT = Text("Truck on its way, free from here", "Wagen onderweg, vrij vanaf hier")
DISPOSAL = Text("Disposal site", "Stortplaats")
STOP = Text("Stop", "Stop")
ARRIVES = Text("arrives", "aankomst")
ABOARD = Text("aboard after it", "daarna aan boord")
BREAK = Text("break", "pauze")
START = Text("leaves", "vertrekt")
END = Text("returns", "terug")
COLLECTING = Text("from stop to stop", "van stop naar stop")
DEADHEADING = Text("to and from depot and disposal site", "van en naar remise en stortplaats")
STRAIGHT = Text(
    "{straight} of {legs} legs are drawn straight and dashed: no street is known for them.",
    "{straight} van {legs} trajecten zijn recht en gestreept getekend: daarvoor is geen straat bekend.",
)
ALL_STRAIGHT = Text(
    "No streets were given: legs are straight lines, dashed; distances come from the problem.",
    "Er zijn geen straten opgegeven: trajecten zijn rechte strepen; afstanden komen uit het probleem.",
)
UNNUMBERED = Text(
    "{count} numbers have no room at this size; their stops are dots.",
    "Voor {count} nummers is geen plaats op deze schaal; hun stops zijn stippen.",
)
SHAPE_HELP = Text(
    "Own area: share of a truck's stops whose nearest stop is its own too. Overlap: share of the truck's area (the"
    " outline of its stops) that areas of other trucks for the same fractions cover. Spread: mean distance of its"
    " stops from their middle. Fullest: the most that a compartment is filled.",
    "Eigen buurt: deel van de stops waarvan de dichtstbijzijnde stop van dezelfde wagen is. Overlap: deel van het"
    " gebied van de wagen (de omtrek van de stops) dat onder gebieden van andere wagens voor dezelfde fracties ligt."
    " Spreiding: gemiddelde afstand van de stops tot hun midden. Volst: hoe vol een compartiment hoogstens raakt.",
)
HINT = Text(
    "Drag to move, scroll or pinch to zoom; numbers appear as room allows. Point at a truck to see it alone.",
    "Sleep om te schuiven, scrol of knijp om te zoomen; nummers verschijnen waar plaats is. Wijs een wagen aan om"
    " alleen die te zien.",
)
ZOOM_IN = Text("Zoom in", "Inzoomen")
ZOOM_OUT = Text("Zoom out", "Uitzoomen")
FIT = Text("Show all", "Alles tonen")
SHOW = Text("Show {name}", "{name} tonen")
AREAS = Text("Areas", "Gebieden")
EVERYONE = Text("All trucks", "Alle wagens")
NOBODY = Text("None", "Geen")
ORDER = Text("Stops in order", "Stops op volgorde")
NOTHING_SKIPPED = Text("No stop is skipped.", "Geen stop is overgeslagen.")
COSTS = Text("a visit costs {cost}, more than it is worth", "een bezoek kost {cost}, meer dan het waard is")
