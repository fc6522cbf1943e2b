// The visits that were asked for of one container: ask for one, see who did, and take it back.

import { h, icon } from "../shared/dom";
import { ago, moment } from "../shared/format";
import { put, remove } from "../shared/http";
import { newId } from "../shared/identifier";
import { t, type Key } from "../shared/page";
import type { VisitRequest } from "../shared/resources";
import type { State, Store } from "./state";

export class VisitRequests {
  /** Why the newest change failed, and of which container. */
  private problem: { containerId: number; words: string } | null = null;

  constructor(
    private readonly store: Store,
    private readonly redraw: () => void,
  ) {}

  /** The part of a container's panel that is about visits. */
  section(containerId: number, state: State): HTMLElement {
    const open = state.visitRequests.filter((each) => each.containerId === containerId);
    const failed = this.problem?.containerId === containerId ? this.problem.words : null;
    return h(
      "section",
      { class: "visit" },
      open.length > 0 && h("h3", {}, icon("truck"), t("visit.title")),
      ...(open.length > 0 ? [h("ul", { class: "visits" }, ...open.map((each) => this.row(each))), h("p", { class: "quiet" }, t("visit.words"))] : [this.buttons(containerId)]),
      failed !== null && h("p", { class: "notice bad", role: "alert" }, icon("alert"), failed),
    );
  }

  private buttons(containerId: number): HTMLElement {
    const button = (kind: VisitRequest["kind"], key: Key): HTMLElement =>
      h("button", { id: `visit-${kind}`, type: "button", class: "plain", onclick: () => void this.ask(containerId, kind) }, icon(kind === "operator" ? "truck" : "alert"), t(key));
    return h("div", { class: "buttons" }, button("operator", "visit.ask"), button("complaint", "visit.complain"));
  }

  private row(request: VisitRequest): HTMLElement {
    const who = t(`visit.${request.kind}`);
    return h(
      "li",
      {},
      h("span", {}, h("strong", {}, who), " ", h("time", { class: "quiet", datetime: request.requestedAt, title: moment(request.requestedAt) }, ago(request.requestedAt)), request.note !== "" && h("span", { class: "note" }, request.note)),
      h("button", { id: `visit-undo-${request.id}`, type: "button", class: "plain", "aria-label": t("visit.undoOf", { who }), onclick: () => void this.withdraw(request) }, icon("undo"), t("visit.undo")),
    );
  }

  private async ask(containerId: number, kind: VisitRequest["kind"]): Promise<void> {
    const id = newId();
    const made = await this.attempt(containerId, put<VisitRequest>(`/v1/visit-requests/${id}`, { containerId, kind, requestedAt: new Date().toISOString() }));
    if (made === null) return;
    const others = this.store.state.visitRequests.filter((each) => each.id !== id);
    this.store.set({ visitRequests: [...others, made] });
    document.getElementById(`visit-undo-${id}`)?.focus();
  }

  private async withdraw({ id, containerId }: VisitRequest): Promise<void> {
    if ((await this.attempt(containerId, remove<VisitRequest>(`/v1/visit-requests/${id}`))) === null) return;
    this.store.set({ visitRequests: this.store.state.visitRequests.filter((each) => each.id !== id) });
    // The button that was pressed is gone.
    document.getElementById("visit-operator")?.focus();
  }

  private async attempt(containerId: number, answer: Promise<VisitRequest>): Promise<VisitRequest | null> {
    try {
      const found = await answer;
      this.problem = null;
      return found;
    } catch (error) {
      this.problem = { containerId, words: (error as Error).message };
      this.redraw();
      return null;
    }
  }
}
