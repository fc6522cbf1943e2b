// A container's emptyings: what drivers reported and what the readings show, in a list and as marks of the chart.

import { h, icon } from "../shared/dom";
import { moment, share } from "../shared/format";
import { t, type Key } from "../shared/page";
import type { Emptying, JudgedEmptying } from "../shared/resources";

const LISTED = 12;

export interface EmptyingMark {
  atS: number;
  kind: "reported" | "seen" | "missed";
}

/** Marks of reports and of what the night made of them; a report that no night has seen yet counts as it is. */
export function marks(reports: readonly Emptying[], judged: readonly JudgedEmptying[]): EmptyingMark[] {
  const known = new Set(judged.map((each) => each.emptyingId));
  const fresh = reports.filter((each) => each.withdrawnAt === null && !known.has(each.id));
  return [
    ...judged.map((each): EmptyingMark => ({ atS: seconds(each.reportedAt ?? each.endsAt), kind: each.verdict === "missed" ? "missed" : each.verdict === "unreported" ? "seen" : "reported" })),
    ...fresh.map((each): EmptyingMark => ({ atS: seconds(each.emptiedAt), kind: "reported" })),
  ];
}

/** The newest first; null where there is none. */
export function emptyingsList(judged: readonly JudgedEmptying[]): HTMLElement | null {
  if (judged.length === 0) return null;
  const rows = [...judged].reverse().slice(0, LISTED).map((each) =>
    h(
      "li",
      { class: each.verdict === "missed" ? "missed" : null },
      each.verdict === "missed" && icon("alert"),
      h("strong", {}, each.reportedAt === null ? t("emptyings.between", { from: moment(each.beginsAt), until: moment(each.endsAt) }) : moment(each.reportedAt)),
      h("span", { class: "quiet" }, [t(`emptyings.${each.verdict}` as Key), levels(each), sure(each)].filter((part) => part !== "").join(" ")),
    ),
  );
  return h("section", {}, h("h3", {}, t("emptyings.title")), h("ul", { class: "emptyings" }, ...rows));
}

function levels({ levelBefore, levelAfter }: JudgedEmptying): string {
  return levelBefore === null || levelAfter === null ? "" : t("emptyings.levels", { before: share(Math.max(0, levelBefore)), after: share(Math.max(0, levelAfter)) });
}

function sure({ confidence, verdict }: JudgedEmptying): string {
  return verdict === "missed" || confidence > 0.9 ? "" : t("emptyings.confidence", { share: share(confidence) });
}

function seconds(value: string): number {
  return new Date(value).getTime() / 1000;
}
