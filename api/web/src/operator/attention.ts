// What an operator should look into: pickups that were reported and did not happen, and sensors that cannot be relied on.

import { moment } from "../shared/format";
import { t, type Key } from "../shared/page";
import type { ContainerFeature } from "../shared/resources";

/** The most urgent first. */
const HEALTH: readonly string[] = ["tilted", "contradicts_driver", "stuck", "silent", "clock_wrong", "false_echo", "noisy", "drifted", "battery_low"];

export interface Concern {
  /** 0 comes first. */
  rank: number;
  words: string;
}

/** Why the container needs attention; null: it does not. */
export function concern(container: ContainerFeature): Concern | null {
  const { missedPickupAt, sensorHealth, sensorHealthSinceAt } = container.properties;
  if (missedPickupAt !== null) return { rank: 0, words: t("attention.missed", { moment: moment(missedPickupAt) }) };
  const place = sensorHealth === null ? -1 : HEALTH.indexOf(sensorHealth);
  if (place < 0) return null;
  const since = sensorHealthSinceAt === null ? "" : ` ${t("attention.since", { moment: moment(sensorHealthSinceAt) })}`;
  return { rank: 1 + place, words: t(`health.${sensorHealth}` as Key) + since };
}

/** The worst concern first, among equals the fullest. */
export function byConcern(a: ContainerFeature, b: ContainerFeature): number {
  const [first, second] = [concern(a)?.rank ?? HEALTH.length + 1, concern(b)?.rank ?? HEALTH.length + 1];
  return first - second || (b.properties.fillLevel ?? -1) - (a.properties.fillLevel ?? -1);
}
