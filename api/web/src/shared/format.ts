// Numbers, distances and times as the page's language writes them, in the municipality's time zone.

import { page, t } from "./page";

const zone = { timeZone: page.timeZone } as const;
const clock = new Intl.DateTimeFormat(page.locale, { hour: "2-digit", minute: "2-digit", ...zone });
const weekdayAndDay = new Intl.DateTimeFormat(page.locale, { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });
const shortMoment = new Intl.DateTimeFormat(page.locale, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", ...zone });
const relative = new Intl.RelativeTimeFormat(page.locale, { numeric: "always", style: "long" });
const kilometres = new Intl.NumberFormat(page.locale, { maximumFractionDigits: 1 });
const kilometresWhole = new Intl.NumberFormat(page.locale, { maximumFractionDigits: 0 });
const shares = new Intl.NumberFormat(page.locale, { style: "percent", maximumFractionDigits: 0 });
const wholes = new Intl.NumberFormat(page.locale, { maximumFractionDigits: 0 });

export function km(metres: number): string {
  return `${(metres < 100_000 ? kilometres : kilometresWhole).format(metres / 1000)} km`;
}

/** "350 m", "1.2 km": as the directions write it. */
export function metres(value: number): string {
  return value < 995 ? `${wholes.format(value < 20 ? value : Math.round(value / 10) * 10)} m` : km(value);
}

export function share(value: number): string {
  return shares.format(value);
}

export function count(value: number): string {
  return wholes.format(value);
}

/** "5 h 20 min" */
export function duration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t("format.minutes", { minutes });
  return t("format.hours", { hours: Math.floor(minutes / 60), minutes: String(minutes % 60).padStart(2, "0") });
}

/** "14:05" */
export function time(moment: string | Date): string {
  return clock.format(new Date(moment));
}

/** "Mon 23 Nov, 14:05" */
export function moment(value: string | Date): string {
  return shortMoment.format(new Date(value));
}

/** "Monday 23 November" of a date without a time (2026-11-23) */
export function day(date: string): string {
  const text = weekdayAndDay.format(new Date(`${date}T12:00:00Z`));
  return text.charAt(0).toLocaleUpperCase(page.locale) + text.slice(1);
}

/** "3 hours ago" */
export function ago(value: string | Date, now: Date = new Date()): string {
  const seconds = (new Date(value).getTime() - now.getTime()) / 1000;
  const size = Math.abs(seconds);
  if (size < 90) return t("format.now");
  if (size < 90 * 60) return relative.format(Math.round(seconds / 60), "minute");
  if (size < 36 * 3600) return relative.format(Math.round(seconds / 3600), "hour");
  return relative.format(Math.round(seconds / 86_400), "day");
}

/** The date some days after another, both as 2026-11-23. */
export function shiftDate(date: string, days: number): string {
  const moved = new Date(`${date}T12:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}
