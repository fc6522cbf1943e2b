// The plan of a date: what it empties and skips, what it saves, and the button that approves it.

import { h, icon, replace } from "../shared/dom";
import { count, day, duration, km, moment, share, shiftDate } from "../shared/format";
import { put } from "../shared/http";
import { page, t, type Key } from "../shared/page";
import type { PlanningJob, PlanStatus, PlanSummary } from "../shared/resources";
import { planDate } from "./planning";
import type { State, Store } from "./state";

export class PlanPanel {
  private job: PlanningJob | null = null;
  private problem: string | null = null;

  constructor(
    private readonly store: Store,
    private readonly element: HTMLElement,
    private readonly reload: () => Promise<void>,
  ) {
    store.watch(["plan", "date", "failure"], (state) => this.draw(state));
  }

  private draw(state: State): void {
    const focused = document.activeElement?.id;
    replace(this.element, this.dates(state), this.body(state), this.problem && h("p", { class: "notice bad", role: "alert" }, icon("alert"), this.problem));
    if (focused) document.getElementById(focused)?.focus();
  }

  private dates(state: State): HTMLElement {
    const go = (days: number) => () => this.open(shiftDate(state.date, days));
    return h(
      "div",
      { class: "dates" },
      h("button", { id: "date-before", class: "round", type: "button", "aria-label": t("plan.dayBefore"), onclick: go(-1) }, icon("back")),
      h(
        "label",
        { class: "date" },
        h("span", { class: "date-words" }, this.relative(state.date), h("strong", {}, day(state.date))),
        h("input", {
          id: "date", type: "date", value: state.date, "aria-label": t("plan.date"),
          onchange: (event) => {
            const { value } = event.target as HTMLInputElement;
            if (value) this.open(value);
          },
        }),
      ),
      h("button", { id: "date-after", class: "round", type: "button", "aria-label": t("plan.dayAfter"), onclick: go(1) }, icon("forward")),
    );
  }

  private relative(date: string): string {
    if (date === page.today) return t("plan.today");
    if (date === shiftDate(page.today, 1)) return t("plan.tomorrow");
    if (date === shiftDate(page.today, -1)) return t("plan.yesterday");
    return t("plan.of");
  }

  private open(date: string): void {
    this.problem = null;
    this.store.set({ date, plan: undefined, routes: [], selectedRoute: null });
    history.replaceState(null, "", `?date=${date}`);
    void this.reload();
  }

  private body(state: State): HTMLElement {
    if (this.job !== null) return this.progress(this.job);
    const { plan } = state;
    if (plan === undefined) {
      return state.failure === null ? h("div", { class: "skeleton", "aria-hidden": "true" }) : h("p", { class: "notice bad", role: "alert" }, icon("alert"), state.failure);
    }
    return plan === null ? this.empty(state) : this.summary(plan);
  }

  private empty(state: State): HTMLElement {
    return h(
      "div",
      { class: "empty" },
      h("p", {}, t("plan.none", { day: day(state.date) })),
      state.date < page.today
        ? h("p", { class: "quiet" }, t("plan.past"))
        : h("button", { id: "plan-now", class: "primary", type: "button", onclick: () => void this.plan(state.date) }, t("plan.make")),
    );
  }

  private progress(job: PlanningJob): HTMLElement {
    const waiting = job.status === "waiting";
    const label = waiting ? t("plan.waiting") : t(stageKey(job.stage));
    const words = waiting ? t("plan.waitingWhy") : t("plan.runningWhy", { seconds: Math.round(2 * job.timeLimitS) });
    const known = waiting || job.share === null ? {} : { value: job.share, max: 1 };
    return h("div", { class: "empty", role: "status" }, h("p", {}, label), h("progress", { "aria-label": t("plan.running"), ...known }), h("p", { class: "quiet small" }, words));
  }

  private summary(plan: PlanSummary): HTMLElement {
    const fixed = plan.fixedSchedule;
    return h(
      "div",
      { class: "summary" },
      this.status(plan),
      h(
        "dl",
        { class: "figures" },
        figure("plan.stops", count(plan.stops), "good"),
        figure("plan.skipped", count(plan.skipped)),
        figure("plan.distance", km(plan.distanceM)),
        figure("plan.duration", duration(plan.durationS)),
      ),
      plan.distancesEstimated && h("p", { class: "notice" }, icon("alert"), t("plan.estimated")),
      fixed && comparison(plan, fixed),
      fixed && !plan.shadow && h("p", { class: "quiet small" }, t("plan.oneDay"), " ", h("a", { href: "/saving" }, t("nav.saving"))),
      this.reasons(plan),
      h("p", { class: "quiet small" }, t("plan.made", { moment: moment(plan.createdAt), engines: plan.engines, roads: plan.roadSource })),
    );
  }

  private status(plan: PlanSummary): HTMLElement {
    if (plan.shadow) {
      return h(
        "div",
        { class: "decide shadow" },
        h("span", { class: "badge" }, icon("pause"), t("plan.shadowBadge")),
        h("p", { class: "notice" }, icon("alert"), h("span", {}, t("plan.shadow"), " ", h("a", { href: "/saving" }, t("nav.saving")))),
      );
    }
    const badge = h("span", { class: `badge ${plan.status}` }, icon(plan.status === "approved" ? "check" : plan.status === "rejected" ? "cross" : "clock"), t(`plan.status.${plan.status}`));
    const button = (status: PlanStatus, key: Key, kind: string): HTMLElement =>
      h("button", { id: `plan-${status}`, class: kind, type: "button", onclick: () => void this.decide(plan, status) }, t(key));
    const buttons =
      plan.status === "proposed"
        ? [button("approved", "plan.approve", "primary"), button("rejected", "plan.reject", "plain")]
        : [button("proposed", "plan.reconsider", "plain")];
    return h("div", { class: "decide" }, badge, h("div", { class: "buttons" }, ...buttons));
  }

  private reasons(plan: PlanSummary): HTMLElement | null {
    const skipped = plan.reasons.filter((each) => !each.visited);
    if (skipped.length === 0) return null;
    const most = Math.max(...skipped.map((each) => each.containers));
    const rows = skipped.map((each) =>
      h(
        "li",
        {},
        h("span", {}, each.label),
        h("span", { class: "bar-cell" }, h("span", { class: "bar", "--share": each.containers / most })),
        h("span", { class: "number" }, count(each.containers)),
      ),
    );
    return h("section", {}, h("h2", { class: "minor" }, t("plan.whySkipped")), h("ul", { class: "reasons" }, ...rows));
  }

  private async decide(plan: PlanSummary, status: PlanStatus): Promise<void> {
    this.problem = null;
    try {
      await put(`/v1/plans/${plan.id}/status`, { status });
    } catch (error) {
      this.problem = (error as Error).message;
    }
    await this.reload();
    this.draw(this.store.state);
  }

  private async plan(date: string): Promise<void> {
    this.problem = null;
    try {
      const job = await planDate(date, (each) => {
        this.job = each;
        this.draw(this.store.state);
      });
      if (job.status === "failed") this.problem = job.problem === null ? t("plan.failed") : t("plan.failedWhy", { problem: job.problem });
      else if (job.status !== "succeeded") this.problem = t("plan.slow");
    } catch (error) {
      this.problem = (error as Error).message;
    }
    this.job = null;
    await this.reload();
    this.draw(this.store.state);
  }
}

const STAGES: Record<string, Key> = {
  loading: "plan.stage.loading",
  forecasting: "plan.stage.forecasting",
  measuring: "plan.stage.measuring",
  solving: "plan.stage.solving",
  comparing: "plan.stage.comparing",
  saving: "plan.stage.saving",
};

function stageKey(stage: string | null): Key {
  return (stage === null ? undefined : STAGES[stage]) ?? "plan.running";
}

function figure(key: Key, value: string, kind = ""): HTMLElement {
  return h("div", { class: kind }, h("dt", {}, t(key)), h("dd", {}, value));
}

function comparison(plan: PlanSummary, fixed: { stops: number; distanceM: number; durationS: number }): HTMLElement {
  const row = (key: Key, ours: number, theirs: number, write: (value: number) => string): HTMLElement => {
    const most = Math.max(ours, theirs, 1);
    const saving = theirs > 0 ? 1 - ours / theirs : 0;
    return h(
      "div",
      { class: "versus" },
      h("div", { class: "versus-head" }, h("span", {}, t(key)), h("strong", { class: saving >= 0 ? "saved" : "lost" }, `${saving >= 0 ? "−" : "+"}${share(Math.abs(saving))}`)),
      h("div", { class: "versus-row" }, h("span", { class: "bar ours", "--share": ours / most }), h("span", { class: "number" }, write(ours))),
      h("div", { class: "versus-row" }, h("span", { class: "bar theirs", "--share": theirs / most }), h("span", { class: "number" }, write(theirs))),
    );
  };
  return h(
    "section",
    { class: "comparison" },
    h("h2", { class: "minor" }, t("plan.versus")),
    row("plan.distance", plan.distanceM, fixed.distanceM, km),
    row("plan.duration", plan.durationS, fixed.durationS, duration),
    h("p", { class: "key quiet small" }, h("span", { class: "bar ours" }), t("plan.ours"), h("span", { class: "bar theirs" }), t("plan.theirs", { count: fixed.stops })),
  );
}
