// The service, as its own description tells it (npm run types): `await ok(client.GET("/api/v1/..", {..}))`.
import createClient, { type Middleware } from "openapi-fetch";
import { asSentence } from "./commands";
import type { paths } from "./schema";

export class Problem extends Error {
  constructor(
    readonly status: number, // 0: the service was not reached
    readonly title: string,
    readonly detail: string,
  ) {
    super(detail || title);
  }
  // Worth sending the same request again later.
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500 || this.title === "Under way";
  }
}

let csrf = "";
export function useCsrf(token: string): void {
  csrf = token;
}

// What is read comes soon; what is done may take minutes (models are fitted), and the service ends it. A caller's own signal may be less
// patient, and whoever lets people take a question back (asked.ts) waits as long as they do.
const patience = 60_000; // milliseconds

const reach = (request: Request): Promise<Response> => send(request, request.method === "GET" ? AbortSignal.any([request.signal, AbortSignal.timeout(patience)]) : request.signal);

export async function send(request: Request, signal = request.signal): Promise<Response> {
  try {
    return await fetch(request, { signal });
  } catch (error) {
    const late = (request.signal.reason as Error | undefined)?.name === "TimeoutError";
    if (request.signal.aborted && !late) throw error;
    throw new Problem(0, "Not reached", "The service cannot be reached.");
  }
}

// Called when the service no longer knows who asks: the session ran out or was ended.
let lost = (): void => {};
export function whenLost(then: () => void): void {
  lost = then;
}

const guard: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET") request.headers.set("X-CSRF-Token", csrf);
    return request;
  },
  async onResponse({ response }) {
    if (response.ok) return;
    let title = response.statusText;
    let detail = "";
    try {
      const problem = (await response.json()) as { title?: string; detail?: string };
      title = problem.title ?? title;
      detail = asSentence(problem.detail ?? "");
    } catch {
      // a proxy's answer; the status says enough
    }
    if (response.status === 401 && !new URL(response.url).pathname.startsWith("/api/v1/session")) lost();
    throw new Problem(response.status, title, detail);
  },
};

export const client = createClient<paths>({ credentials: "same-origin", headers: { Accept: "application/json" }, fetch: reach });
client.use(guard);

// What the service answered; a Problem if it refused.
export async function ok<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T;
}

export interface Listed<T> {
  items: T[];
  next: string | null;
}

// Every page of a list, one after another: for what has to be whole, as what there is to choose from.
export async function all<T>(page: (after: string | undefined) => Promise<Listed<T>>): Promise<T[]> {
  const items: T[] = [];
  let after: string | undefined;
  do {
    const one = await page(after);
    items.push(...one.items);
    after = one.next ?? undefined;
  } while (after);
  return items;
}

export const message = (error: unknown): string => (error instanceof Problem ? error.message : "Something went wrong.");
