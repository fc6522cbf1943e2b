// Messages that wait to be sent. They are written down before anything is sent, so neither a dead network nor a closed
// page loses one; their ids are made here, so sending one twice is harmless.

import { put, Refused, remove } from "../shared/http";

/** A container was emptied. */
export interface Report {
  containerId: number;
  emptiedAt: string;
  observedFillLevel: number | null;
  routeId: number;
}

/** A container could not be emptied: somebody has to come back. */
export interface ComeBack {
  containerId: number;
  kind: "driver";
  requestedAt: string;
  note: string;
  routeId: number;
}

/** What is told of a container, under the id that it has in the API. */
export type Message = { resource: "emptyings"; id: string; report: Report } | { resource: "visit-requests"; id: string; report: ComeBack };

export type Entry = Message & {
  method: "PUT" | "DELETE";
  /** It may have reached the server, even if no answer came back. */
  tried: boolean;
};

export type RefusedEntry = Entry & { why: string };

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

  report(message: Message): void {
    this.write([...this.waiting, { ...message, method: "PUT", tried: false }]);
    this.sendSoon(0);
  }

  /** Takes a message back: out of the box where it never left it, else by a second one. */
  withdraw(message: Message): void {
    const waiting = this.waiting;
    const unsent = waiting.some((entry) => entry.id === message.id && entry.method === "PUT" && !entry.tried);
    if (unsent) this.write(waiting.filter((entry) => entry.id !== message.id));
    else this.write([...waiting, { ...message, method: "DELETE", tried: false }]);
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
        const path = `/v1/${entry.resource}/${entry.id}`;
        try {
          if (entry.method === "PUT") await put(path, entry.report);
          else await remove(path);
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

/** Entries of a page from before there was anything but emptyings name no resource. */
function read<T extends Entry>(key: string): T[] {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? "[]") as T[]).map((entry) => ({ ...entry, resource: entry.resource ?? "emptyings" }));
  } catch {
    return [];
  }
}

function store(key: string, entries: unknown[]): void {
  localStorage.setItem(key, JSON.stringify(entries));
}
