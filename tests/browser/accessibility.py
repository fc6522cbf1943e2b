"""axe-core's judgement of a page by the rules of WCAG 2.2 AA: it finds about half of what a person would."""

from __future__ import annotations

from playwright.sync_api import Page

from deploy.assets import WEB

SCRIPT = WEB / "node_modules" / "axe-core" / "axe.min.js"

RUN = """async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const result = await axe.run({ exclude: [".maplibregl-map"] }, { runOnly: tags });
    return result.violations.flatMap((each) =>
        each.nodes.map((node) => `${each.id}: ${node.html} ${node.any.map((any) => any.message).join("; ")}`));
}"""


def violations(page: Page) -> list[str]:
    """A line for every element that breaks a rule. The map is left out: a picture, told in the list beside it."""
    page.evaluate(SCRIPT.read_text())
    return page.evaluate(RUN)
