// Talks to the API. Problems (RFC 9457) become errors that carry their sentence.

import { page, t } from "./page";

/** The server answered, and said no. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    detail: string,
  ) {
    super(detail);
  }
}

/** Nobody answered: no network, or the server is away. */
export class Unreachable extends Error {}

async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": page.language };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      signal: AbortSignal.timeout(20_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Unreachable(t("error.unreachable"));
  }
  if (response.ok) return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
  const problem = (await response.json().catch(() => ({}))) as { detail?: string; title?: string };
  // A gateway or a server on its way up or down: the same as nobody there, so worth trying again.
  if (response.status >= 500) throw new Unreachable(problem.detail ?? t("error.unreachable"));
  throw new Refused(response.status, problem.detail ?? problem.title ?? String(response.status));
}

export const get = <T>(path: string): Promise<T> => ask<T>("GET", path);
export const put = <T>(path: string, body: unknown): Promise<T> => ask<T>("PUT", path, body);
export const post = <T>(path: string, body: unknown): Promise<T> => ask<T>("POST", path, body);
export const remove = <T>(path: string): Promise<T> => ask<T>("DELETE", path);
