// The chart in words: how many readings are good, why the others are suspect, how often it was emptied.

import { t, type Key } from "../shared/page";
import type { Observation } from "../shared/resources";
import type { EmptyingMark } from "./emptyings";

export function chartWords(observations: readonly Observation[], emptyings: readonly EmptyingMark[]): string {
  const reasons = new Map<string, number>();
  for (const each of observations) if (each.quality !== "good") reasons.set(each.quality, (reasons.get(each.quality) ?? 0) + 1);
  const suspects = [...reasons.values()].reduce((sum, each) => sum + each, 0);
  const why = [...reasons].sort((a, b) => b[1] - a[1]).map(([reason, count]) => t("chart.reason", { count: String(count), reason: t(`reason.${reason}` as Key) }));
  const count = (kind: EmptyingMark["kind"]): number => emptyings.filter((each) => each.kind === kind).length;
  const drifted = observations.some((each) => each.quality === "good" && each.cleanedResult !== null);
  return [
    t("chart.good", { count: observations.length - suspects }),
    suspects > 0 ? `${t("chart.suspect", { count: suspects })}: ${why.join(", ")}` : null,
    drifted ? t("chart.drift") : null,
    count("reported") > 0 ? t("chart.emptied", { count: count("reported") }) : null,
    count("seen") > 0 ? t("chart.seen", { count: count("seen") }) : null,
    count("missed") > 0 ? t("chart.missed", { count: count("missed") }) : null,
    t("chart.threshold"),
  ]
    .filter((each) => each !== null)
    .join("; ");
}
