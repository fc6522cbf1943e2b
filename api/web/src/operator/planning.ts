// Asks for a plan and follows the job until it is done.

import { get, post } from "../shared/http";
import type { PlanningJob } from "../shared/resources";

const POLL_MS = 1000;
const GIVE_UP_MS = 10 * 60 * 1000;

/**
 * Starts planning a date. `onProgress` hears of every change.
 *
 * Resolves with the job's last state, succeeded or failed. Rejects when the server cannot be reached to start it.
 */
export async function planDate(date: string, onProgress: (job: PlanningJob) => void): Promise<PlanningJob> {
  let job = await post<PlanningJob>("/v1/plans", { date });
  const started = Date.now();
  onProgress(job);
  while (job.status !== "succeeded" && job.status !== "failed" && Date.now() - started < GIVE_UP_MS) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    job = await get<PlanningJob>(`/v1/planning-jobs/${job.id}`);
    onProgress(job);
  }
  return job;
}
