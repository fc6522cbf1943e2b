// What the server put into the page: its language, its messages, and where it is.

import type catalogue from "../../messages/en.json";

export type Key = keyof typeof catalogue;

export interface PageData {
  language: "en" | "nl";
  locale: string;
  timeZone: string;
  today: string;
  assets: string;
  municipality: { code: string; name: string; bounds: [number, number, number, number] };
  messages: Record<Key, string>;
}

function read(id: string): unknown {
  const element = document.getElementById(id);
  return element === null ? null : JSON.parse(element.textContent ?? "null");
}

export const page = read("page-data") as PageData;

export function embedded<T>(id: string): T {
  return read(id) as T;
}

const plurals = new Intl.PluralRules(page.locale);

/** A message in the page's language. "one | many" forms are chosen by the value called `count`. */
export function t(key: Key, values: Readonly<Record<string, string | number>> = {}): string {
  const forms = page.messages[key].split(" | ");
  const count = values["count"];
  const form = forms.length > 1 && typeof count === "number" && plurals.select(count) === "one" ? 0 : forms.length - 1;
  return (forms[form] ?? "").replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? number(value) : value;
  });
}

const whole = new Intl.NumberFormat(page.locale, { maximumFractionDigits: 0 });

function number(value: number): string {
  return whole.format(value);
}
