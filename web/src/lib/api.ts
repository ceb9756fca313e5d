// Calls of /api/v1. Types come from the service's own description (npm run types).
import type { components, operations } from "./schema";

type Schemas = components["schemas"];
type Json<T> = { content: { "application/json": T } };
// What an operation answers with, and what it takes.
type Answer<O extends keyof operations> = operations[O] extends { responses: { 200: Json<infer T> } } ? T : never;
type Body<O extends keyof operations> = operations[O] extends { requestBody: Json<infer T> } ? T : never;
export type Session = Schemas["Session"];
export type Ways = Schemas["WaysToSignIn"];
export type Source = Answer<"listSources">["items"][number];
export type ProjectLine = Answer<"listProjects">["items"][number];
export type Project = Answer<"showProject">;
export type Class = Project["classes"][number];
export type Annotator = Answer<"listAnnotators">["items"][number];
export type Agreement = Answer<"showAgreement">;
export type Claimed = Answer<"claimTasks">;
export type Task = Claimed["tasks"][number];
export type RunLine = Answer<"listRuns">["items"][number];
export type Run = Answer<"showRun">;
export type Metric = Run["metrics"][number];
export type Confusion = Answer<"showConfusion">;
export type Page<T> = { items: T[]; next: string | null };

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

interface Options {
  body?: unknown;
  key?: string; // Idempotency-Key
  match?: string; // If-Match
  timeout?: number; // milliseconds
}

async function send(method: string, path: string, options: Options = {}): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["X-CSRF-Token"] = csrf;
  if (options.key) headers["Idempotency-Key"] = options.key;
  if (options.match) headers["If-Match"] = options.match;
  let response: Response;
  try {
    response = await fetch("/api/v1" + path, {
      method,
      headers,
      credentials: "same-origin",
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: AbortSignal.timeout(options.timeout ?? 15_000),
    });
  } catch {
    throw new Problem(0, "Not reached", "The service cannot be reached.");
  }
  if (response.ok) return response;
  let title = response.statusText;
  let detail = "";
  try {
    const problem = (await response.json()) as { title?: string; detail?: string };
    title = problem.title ?? title;
    detail = problem.detail ?? "";
  } catch {
    // a proxy's answer; the status says enough
  }
  throw new Problem(response.status, title, detail);
}

async function call<T>(method: string, path: string, options?: Options): Promise<T> {
  const response = await send(method, path, options);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

const part = encodeURIComponent;

export const api = {
  session: () => call<Session>("GET", "/session"),
  signIn: (token: string) => call<Session>("POST", "/session", { body: { token } }),
  signInBy: (name: string, password: string) => call<Session>("POST", "/session/password", { body: { name, password } }),
  setPassword: (body: Body<"setPassword">) => call<void>("PUT", "/password", { body }),
  waysToSignIn: () => call<Ways>("GET", "/sign-in"),
  signOut: () => call<void>("DELETE", "/session"),
  sources: () => call<Page<Source>>("GET", "/sources?limit=100"),
  projects: () => call<Page<ProjectLine>>("GET", "/projects?limit=100"),
  project: async (name: string) => {
    const response = await send("GET", `/projects/${part(name)}`);
    return { project: (await response.json()) as Project, etag: response.headers.get("ETag") ?? "" };
  },
  editProject: async (name: string, etag: string, body: Body<"editProject">) => {
    const response = await send("PATCH", `/projects/${part(name)}`, { body, match: etag });
    return { project: (await response.json()) as Project, etag: response.headers.get("ETag") ?? "" };
  },
  annotators: (name: string) => call<Page<Annotator>>("GET", `/projects/${part(name)}/annotators`),
  agreement: (name: string) => call<Agreement>("GET", `/projects/${part(name)}/agreement`, { timeout: 60_000 }),
  claim: (name: string, n: number) => call<Claimed>("POST", `/projects/${part(name)}/claim`, { body: { n } }),
  undo: (name: string, key: string) => call<Task>("POST", `/projects/${part(name)}/undo`, { body: {}, key }),
  submit: (task: number, body: Body<"submitTask">, key: string) =>
    call<Answer<"submitTask">>("POST", `/tasks/${task}/submit`, { body, key }),
  skip: (task: number, body: Body<"skipTask">, key: string) =>
    call<Answer<"submitTask">>("POST", `/tasks/${task}/skip`, { body, key }),
  renew: (task: number, lease: string) => call<Answer<"renewTask">>("POST", `/tasks/${task}/renew`, { body: { lease } }),
  runs: () => call<Page<RunLine>>("GET", "/runs?limit=50"),
  run: (id: string) => call<Run>("GET", `/runs/${part(id)}`),
  confusion: (id: string) => call<Confusion>("GET", `/runs/${part(id)}/confusion`),
};
