"""What each setting of a policy means, with its unit and its consequence, in English and Dutch."""

from __future__ import annotations

from collections.abc import Mapping

COMMENTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "head": "What the municipality wants of its collection. Lines that begin with # are explanation.\n"
        "A line that is left out keeps its usual value. Days may be written in English or in Dutch.",
        "service": "How much overflowing is accepted, and what it costs.",
        "overflows_per_1000": "Of 1,000 containers on one day at most so many may overflow (1 = 99.9 % go well).\n"
        "Lower: containers are emptied earlier, with more kilometres. Above 0, at most 1000.",
        "overflow_cost_eur": "Euros that one day of one overflowing container costs: cleaning up, complaints.\n"
        "Higher: longer detours for a small risk.",
        "costs": "What driving costs. Only their proportions to each other and to the cost of an overflow count.",
        "per_km_eur": "Euros for each kilometre. Higher: shorter routes, even where they take longer.",
        "per_hour_eur": "Euros for each hour of a truck with its crew. Higher: quicker routes, fewer stops.",
        "per_vehicle_eur": "Euros for each truck that goes out on a day. Higher: fewer trucks with fuller days.",
        "planning": "How careful and how far-sighted plans are.",
        "capacity_quantile": "Trucks keep room for a level that a container stays below with this probability,\n"
        "between 0 and 1. Higher: the truck is seldom full too early, but takes fewer stops.",
        "look_ahead_days": "Days ahead over which a visit today is weighed against one later. 1 to 28.",
        "shadow_only": "true: plans are made and measured beside the fixed schedule, and none is offered for driving.",
        "days_off": "Days without any collection.",
        "public_holidays": "true: public holidays are days off too.",
        "dates": "Dates, as year-month-day.",
        "intervals": "Days between two emptyings of a container of this fraction.",
        "least_days": "At least so many days. Higher: fewer visits, but a container may fill before it may be emptied.",
        "most_days": "At most so many days, however empty it is (smell, hygiene). Lower: more visits.",
        "fixed_days": "Collected on these days only. Without fraction or area the rule holds for all of them.\n"
        "Where several rules hold, the days count that all of them name. Fewer days: less freedom, more kilometres.",
        "quiet_hours": "Nothing is emptied before this local time in streets of these classes (highway in\n"
        "OpenStreetMap); an empty list is every street. Without area: everywhere. Later: fewer usable hours.",
        "markets": "On these days no truck gets into the area between these local times.",
        "areas": "Areas by their corners, each [longitude, latitude] in degrees.",
    },
    "nl": {
        "head": "Wat de gemeente van haar inzameling wil. Regels die met # beginnen, zijn uitleg.\n"
        "Wat wordt weggelaten, houdt zijn gewone waarde. Dagen mogen in het Nederlands of het Engels.",
        "service": "Hoeveel overlopen wordt aanvaard, en wat het kost.",
        "overflows_per_1000": "Van 1.000 containers mogen er op een dag hooguit zo veel overlopen (1: 99,9 % goed).\n"
        "Lager: containers worden eerder geleegd, met meer kilometers. Boven 0, hooguit 1000.",
        "overflow_cost_eur": "Euro's die een dag van een overlopende container kost: opruimen, klachten.\n"
        "Hoger: langere omwegen voor een kleine kans.",
        "costs": "Wat rijden kost. Alleen de verhouding tot elkaar en tot de kosten van overlopen telt.",
        "per_km_eur": "Euro's per kilometer. Hoger: kortere routes, ook als die langer duren.",
        "per_hour_eur": "Euro's per uur van een wagen met bemanning. Hoger: snellere routes, minder stops.",
        "per_vehicle_eur": "Euro's per wagen die op een dag uitrijdt. Hoger: minder wagens met vollere dagen.",
        "planning": "Hoe voorzichtig en hoe ver vooruitziend plannen zijn.",
        "capacity_quantile": "Wagens houden plaats vrij voor een vulgraad waar een container met deze kans\n"
        "onder blijft, tussen 0 en 1. Hoger: de wagen is zelden te vroeg vol, maar neemt minder stops mee.",
        "look_ahead_days": "Zo veel dagen vooruit wordt een bezoek vandaag afgewogen tegen een later. 1 tot 28.",
        "shadow_only": "true: plannen worden gemaakt en naast het vaste schema gemeten, maar niet gereden.",
        "days_off": "Dagen zonder enige inzameling.",
        "public_holidays": "true: feestdagen zijn ook zulke dagen.",
        "dates": "Datums, als jaar-maand-dag.",
        "intervals": "Dagen tussen twee ledigingen van een container van deze fractie.",
        "least_days": "Minstens zo veel dagen. Hoger: minder bezoeken, maar hij kan vol raken voordat het mag.",
        "most_days": "Hooguit zo veel dagen, hoe leeg hij ook is (stank, hygiëne). Lager: meer bezoeken.",
        "fixed_days": "Alleen op deze dagen ingezameld. Zonder fractie of gebied geldt de regel voor alle.\n"
        "Waar meer regels gelden, tellen de dagen die ze alle noemen. Minder dagen: minder vrijheid, meer kilometers.",
        "quiet_hours": "Vóór deze plaatselijke tijd wordt niets geleegd in straten van deze soort (highway in\n"
        "OpenStreetMap); een lege lijst is elke straat. Zonder gebied: overal. Later: minder bruikbare uren.",
        "markets": "Op deze dagen komt er tussen deze plaatselijke tijden geen wagen in het gebied.",
        "areas": "Gebieden met hun hoekpunten, elk [lengtegraad, breedtegraad] in graden.",
    },
}
"""By language, then by table or key of the file."""
