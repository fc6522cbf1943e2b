from __future__ import annotations

import re
import string
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from io import BytesIO
from itertools import pairwise

import matplotlib as mpl
import matplotlib.image
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from deploy.evaluate import sentences
from deploy.evaluate.asked import wanted
from deploy.evaluate.compare import Service
from deploy.evaluate.evaluation import Evaluation, Question, evaluation
from deploy.evaluate.figures import Measure
from deploy.evaluate.grid import Curve, Point, Varied
from deploy.evaluate.page import page
from deploy.evaluate.plots import LOOKS
from deploy.evaluate.results_file import Result
from deploy.evaluate.task import Task
from deploy.evaluate.tiles import tiles
from deploy.evaluate.web_page import web_page
from deploy.evaluate.wording import LANGUAGES, Language, Wording, messages
from simulators.evaluation.outcome import Contender
from tests.deploy.evaluation_runs import ASKED, made_up

EN, NL = Wording("en"), Wording("nl")


@cache
def found(
    *, seeds: int = 4, varied: tuple[Varied, ...] = (), contenders: tuple[Contender, ...] = tuple(Contender),
    like: Task = ASKED, policy: str = "",
) -> Evaluation:  # fmt: skip
    asked = Question(
        replace(like, policy=policy), contenders, tuple(range(1, seeds + 1)), varied, (1, 2) if varied else ()
    )
    runs = [made_up(task, lambda _done, _total: None) for task in wanted(asked)]
    return evaluation(asked, [Result(t, run, "c0de", 1.0) for t, run in zip(wanted(asked), runs, strict=True)])


def test_both_languages_say_the_same_things_of_the_same_values() -> None:
    english, dutch = (messages(language) for language in LANGUAGES)
    assert list(english) == list(dutch)
    for key, text in english.items():
        names = [{name for _, name, _, _ in string.Formatter().parse(each) if name} for each in (text, dutch[key])]
        assert names[0] == names[1], key
        assert text.count(" | ") == dutch[key].count(" | "), key


def test_numbers_as_each_language_writes_them() -> None:
    assert [EN.number(each, 1) for each in (1234.56, -0.4, -0.04, float("nan"))] == ["1,234.6", "−0.4", "0.0", "–"]
    assert NL.number(1234.56, 1) == "1.234,6"
    assert (EN.percent(0.431), NL.percent(0.431, 1)) == ("43\N{NO-BREAK SPACE}%", "43,1%")
    assert [EN.number(each, 0, sign=True) for each in (3, -3, 0)] == ["+3", "−3", "0"]


def test_a_saving_is_called_by_its_service() -> None:
    good = sentences.headline(EN, found())
    assert re.fullmatch(
        r"With Halfvol the trucks drive 4\d\.\d.% fewer kilometres than on the fixed schedule"
        r" \(95.% confidence interval: 4\d\.\d.% to 4\d\.\d.%\), at better service: .*",
        good,
    )
    bad = sentences.headline(EN, found(), Contender.THRESHOLD)
    assert "but at WORSE service" in bad
    assert bad.endswith("This is no saving at equal service.")
    assert "keep the wanted" not in bad
    lax = found(policy="[service]\noverflows_per_1000 = 5\n")
    assert "Both keep the wanted service level." in sentences.headline(EN, lax, Contender.THRESHOLD)
    assert "SLECHTERE" in sentences.headline(NL, found(), Contender.THRESHOLD)
    worse = sentences.headline(EN, found(like=ASKED.with_setting(bad_sensors=1.0)))
    assert "more kilometres" in worse
    assert "WORSE" in worse
    assert "no saving" not in worse
    alone = found(contenders=(Contender.HALFVOL,))
    assert sentences.headline(EN, alone) == EN("headline.none")


def test_what_goes_with_it() -> None:
    assert sentences.level(EN, found()).startswith("Halfvol keeps the wanted service level of 99.90")
    missed = found(like=ASKED.with_setting(missing_sensors=1.0))
    assert sentences.level(EN, missed).startswith("Halfvol misses the wanted service level")
    assert re.search(r"Halfvol needs \d\.\d.% more kilometres than that planner \(\d", sentences.bound(EN, found()))
    assert sentences.bound(EN, found(contenders=(Contender.HALFVOL,))) == ""
    euros = sentences.a_year(found(), Measure.EUROS)
    assert euros is not None
    fixed, halfvol = (
        found().comparisons[each].means[Measure.EUROS].mean for each in (Contender.FIXED_SCHEDULE, Contender.HALFVOL)
    )
    assert euros.mean == pytest.approx(52.18 * (halfvol - fixed), rel=0.01)


def test_a_curve_names_what_cannot_be_told() -> None:
    unsure = Point(0.5, 0.1, -0.2, 0.4, 0.05, Service.UNCLEAR, 2)
    curve = Curve(Varied.BAD_SENSORS, (Point(0.0, 0.4, 0.3, 0.5, 0.0, Service.EQUAL, 2), unsure))
    assert sentences.curve(EN, curve).replace("\N{NO-BREAK SPACE}", " ") == (
        "Bad or missing sensors: from 0 % to 50 % the gain never vanishes; the least is 10 %, at 50 % bad or missing"
        " sensors. The service could not be told at: 50 %. Too few towns to exclude chance from the saving at: 50 %."
    )


def test_the_page_begins_with_four_numbers() -> None:
    shown = tiles(EN, found())
    assert [each.what for each in shown] == [
        "kilometres", "container-days not overflowing", "euros a year", "tonnes of CO2 a year",
    ]  # fmt: skip
    assert shown[0].number.startswith("−4")
    assert shown[1].notes[1] == "service: better"
    assert tiles(EN, found(contenders=(Contender.HALFVOL,))) == []


@pytest.mark.parametrize(
    "shown",
    [
        found(varied=tuple(Varied)),
        found(),
        found(seeds=1),
        found(contenders=(Contender.HALFVOL,)),
        found(contenders=(Contender.FIXED_SCHEDULE, Contender.THRESHOLD)),
        found(varied=(Varied.BAD_SENSORS,), like=ASKED.with_setting(bad_sensors=1.0)),
    ],
    ids=["all", "no curves", "one seed", "halfvol alone", "without halfvol", "worse"],
)
def test_one_page_whatever_was_found(shown: Evaluation) -> None:
    # Dutch is the longer of the two.
    image = matplotlib.image.imread(BytesIO(page(NL, shown, "made by a test", "png")), format="png")
    assert image.shape[0] > image.shape[1] > 1000
    ink = image[:, :, :3].min(axis=2) < 0.9
    # Nothing runs out of the margins: below the coloured head both edges are white.
    head = round(0.05 * len(ink))
    margin = round(0.035 * ink.shape[1])
    assert not ink[head:, :margin].any()
    assert not ink[head:, -margin:].any()
    assert not ink[-round(0.01 * len(ink)) :].any()


def test_as_pdf_it_is_one_page_with_text_that_can_be_searched() -> None:
    pdf = page(EN, found(), "made by a test", "pdf")
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 1
    assert b"/FontFile2" in pdf


class Outline(HTMLParser):
    """The tags, and what loads something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.labels: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        values = dict(attrs)
        if tag == "svg":
            self.labels.append(values.get("aria-label") or "")
        # Marks within a drawing refer to each other.
        self.loads += [value for name, value in attrs if name in {"src", "href"} and value and value[0] != "#"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_web_page_loads_nothing_and_says_what_it_draws(language: Language) -> None:
    outline = Outline(web_page(Wording(language), found(varied=tuple(Varied)), "made <by> a test"))
    assert outline.loads == []
    assert outline.tags.count("svg") == 4 + len(Varied)
    assert all(outline.labels)
    assert "script" not in outline.tags
    assert outline.tags.count("tr") == 1 + len(Measure) + 6 + 1
    text = web_page(Wording(language), found(), "made <by> a test")
    assert f'<html lang="{language}">' in text
    assert "made &lt;by&gt; a test" in text
    assert sentences.headline(Wording(language), found()) in text


def test_contenders_differ_in_grey() -> None:
    assert set(LOOKS) == set(Contender)
    # Relative luminance, ITU-R BT.709.
    grey = sorted(float(np.dot(to_rgb(look.fill), (0.2126, 0.7152, 0.0722))) for look in LOOKS.values())
    alike = [two - one for one, two in pairwise(grey) if two - one < 0.1]
    hatched = {look.hatch for look in LOOKS.values()}
    assert len(alike) <= len(hatched) - 2
    assert len({look.mark for look in LOOKS.values()}) == len({look.dashes for look in LOOKS.values()}) == 4


def test_settings_of_matplotlib_are_left_as_they_were() -> None:
    before = dict(mpl.rcParams)
    page(EN, found(), "", "png")
    assert dict(mpl.rcParams) == before
