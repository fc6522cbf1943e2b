// Reports that wait to be sent. They are written down before anything is sent, so neither a dead network nor a closed
// page loses one; their ids are made here, so sending one twice is harmless.

import { put, Refused, remove } from "../shared/http";

export interface Report {
  containerId: number;
  emptiedAt: string;
  observedFillLevel: number | null;
  routeId: number;
}

export interface Entry {
  /** Of the emptying. */
  id: string;
  method: "PUT" | "DELETE";
  report: Report;
  /** It may have reached the server, even if no answer came back. */
  tried: boolean;
}

export interface RefusedEntry extends Entry {
  why: string;
}

const WAITING = "halfvol.outbox";
const REFUSED = "halfvol.refused";
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;

export class Outbox {
  private pause = FIRST_PAUSE_MS;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private sending = false;

  /** `onChange` is called when an entry came or went; `onSent` when the server took one. */
  constructor(
    private readonly onChange: () => void,
    private readonly onSent: (entry: Entry) => void,
  ) {
    addEventListener("online", () => this.sendSoon(0));
    document.addEventListener("visibilitychange", () => this.sendSoon(0));
    addEventListener("storage", (event) => {
      if (event.key === WAITING || event.key === REFUSED) this.onChange();
    });
    this.sendSoon(0);
  }

  get waiting(): Entry[] {
    return read<Entry>(WAITING);
  }

  get refused(): RefusedEntry[] {
    return read<RefusedEntry>(REFUSED);
  }

  report(id: string, report: Report): void {
    this.write([...this.waiting, { id, method: "PUT", report, tried: false }]);
    this.sendSoon(0);
  }

  /** Takes a report back: out of the box where it never left it, else by a second message. */
  withdraw(id: string, report: Report): void {
    const waiting = this.waiting;
    const unsent = waiting.some((entry) => entry.id === id && entry.method === "PUT" && !entry.tried);
    if (unsent) this.write(waiting.filter((entry) => entry.id !== id));
    else this.write([...waiting, { id, method: "DELETE", report, tried: false }]);
    this.sendSoon(0);
  }

  forgetRefused(): void {
    localStorage.removeItem(REFUSED);
    this.onChange();
  }

  private sendSoon(afterMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.send(), afterMs);
  }

  private async send(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      for (let entry = this.waiting[0]; entry !== undefined; entry = this.waiting[0]) {
        this.mark(entry);
        try {
          if (entry.method === "PUT") await put(`/v1/emptyings/${entry.id}`, entry.report);
          else await remove(`/v1/emptyings/${entry.id}`);
        } catch (error) {
          if (!(error instanceof Refused)) {
            this.sendSoon(this.pause);
            this.pause = Math.min(2 * this.pause, LONGEST_PAUSE_MS);
            return;
          }
          store(REFUSED, [...this.refused, { ...entry, why: error.message }]);
        }
        this.pause = FIRST_PAUSE_MS;
        this.drop(entry);
        this.onSent(entry);
      }
    } finally {
      this.sending = false;
    }
  }

  private mark(entry: Entry): void {
    store(WAITING, this.waiting.map((each) => (same(each, entry) ? { ...each, tried: true } : each)));
  }

  private drop(entry: Entry): void {
    this.write(this.waiting.filter((each) => !same(each, entry)));
  }

  private write(entries: Entry[]): void {
    store(WAITING, entries);
    this.onChange();
  }
}

function same(a: Entry, b: Entry): boolean {
  return a.id === b.id && a.method === b.method;
}

function read<T>(key: string): T[] {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "[]") as T[];
  } catch {
    return [];
  }
}

function store(key: string, entries: unknown[]): void {
  localStorage.setItem(key, JSON.stringify(entries));
}
