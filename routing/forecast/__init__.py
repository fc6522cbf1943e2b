"""How full a container will be: a distribution of its fill level at any later time, from its readings.

From the level at its origin a container fills by a gamma process on a clock of the town's waste (weekday, hour,
holiday), at a rate of its own that is drawn towards its group's and its neighbours' where little has been seen; what
past forecasts got wrong corrects mean, spread and shape. Levels never fall by themselves, so neither does the risk.
"""

from routing.forecast.calendar import DAY_S
from routing.forecast.distribution import Forecast
from routing.forecast.fractions import GROWTH_PER_DAY
from routing.forecast.history import FillHistory
from routing.forecast.many import forecast, forecast_many
from routing.forecast.outlooks import Outlook, Place, outlook

__all__ = [
    "DAY_S",
    "GROWTH_PER_DAY",
    "FillHistory",
    "Forecast",
    "Outlook",
    "Place",
    "forecast",
    "forecast_many",
    "outlook",
]
