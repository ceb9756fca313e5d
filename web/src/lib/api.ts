// The calls that several pages share, by name; the others are made with client.ts itself.
import { all, client, ok, Problem } from "./client";
import type { components, operations } from "./schema";

type Schemas = components["schemas"];
type Json<T> = { content: { "application/json": T } };
// What an operation answers with, and what it takes.
type Answer<O extends keyof operations> = operations[O] extends { responses: { 200: Json<infer T> } } ? T : never;
type Body<O extends keyof operations> = operations[O] extends { requestBody: Json<infer T> } ? T : never;
export type Session = Schemas["Session"];
export type Ways = Schemas["WaysToSignIn"];
export type ProjectLine = Answer<"listProjects">["items"][number];
export type Project = Answer<"showProject">;
export type Annotator = Answer<"listAnnotators">["items"][number];
export type Claimed = Answer<"claimTasks">;
export type Task = Claimed["tasks"][number];
export type Submitted = Answer<"submitTask">;
export type Own = Answer<"listMyTasks">["items"][number];
export type OwnProgress = Answer<"showProgress">;
export type RecordShown = Answer<"showRecord">;
export type Run = Answer<"showRun">;
export type Confusion = Answer<"showConfusion">;
export { Problem };

const here = (name: string) => ({ params: { path: { project: name } } });
const by = (key: string) => ({ "Idempotency-Key": key });
const soon = (): AbortSignal => AbortSignal.timeout(15_000);
const few = 500; // classes of a project that a page holds; the others are found by their names
type Known = { project: Project; etag: string };
const known = ({ data, response }: { data?: Project; response: Response }): Known => ({ project: data!, etag: response.headers.get("ETag") ?? "" });

export const api = {
  session: () => ok(client.GET("/api/v1/session")),
  signIn: (token: string) => ok(client.POST("/api/v1/session", { body: { token } })),
  signInBy: (name: string, password: string) => ok(client.POST("/api/v1/session/password", { body: { name, password } })),
  setPassword: (body: Body<"setPassword">) => ok(client.PUT("/api/v1/password", { body })),
  waysToSignIn: () => ok(client.GET("/api/v1/sign-in")),
  signOut: () => ok(client.DELETE("/api/v1/session")),
  sources: () => all((after) => ok(client.GET("/api/v1/sources", { params: { query: { limit: 200, after } } }))),
  projects: () => all((after) => ok(client.GET("/api/v1/projects", { params: { query: { limit: 200, after } } }))),
  project: async (name: string): Promise<Known> => known(await client.GET("/api/v1/projects/{project}", { params: { path: { project: name }, query: { classes: few } } })),
  classes: (name: string, find: string) => ok(client.GET("/api/v1/projects/{project}/classes", { params: { path: { project: name }, query: { find, limit: 50 } } })),
  editProject: async (name: string, etag: string, body: Body<"editProject">): Promise<Known> =>
    known(await client.PATCH("/api/v1/projects/{project}", { params: { path: { project: name }, header: { "If-Match": etag } }, body })),
  claim: (name: string, n: number, audit = false, task?: number) => ok(client.POST("/api/v1/projects/{project}/claim", { ...here(name), body: { n, ...(audit ? { audit } : {}), ...(task ? { task } : {}) }, signal: soon() })),
  undo: (name: string, key: string) => ok(client.POST("/api/v1/projects/{project}/undo", { ...here(name), headers: by(key), body: {}, signal: soon() })),
  submit: (task: number, body: Body<"submitTask">, key: string) =>
    ok(client.POST("/api/v1/tasks/{task}/submit", { params: { path: { task: String(task) } }, headers: by(key), body, signal: soon() })),
  skip: (task: number, body: Body<"skipTask">, key: string) =>
    ok(client.POST("/api/v1/tasks/{task}/skip", { params: { path: { task: String(task) } }, headers: by(key), body, signal: soon() })),
  renew: (task: number, lease: string) => ok(client.POST("/api/v1/tasks/{task}/renew", { params: { path: { task: String(task) } }, body: { lease }, signal: soon() })),
  saveDraft: (task: number, lease: string, value: unknown) =>
    ok(client.PUT("/api/v1/tasks/{task}/draft", { params: { path: { task: String(task) } }, body: { lease, value } as Body<"saveDraft">, signal: soon() })),
  comment: (task: number, text: string, flag: boolean) =>
    ok(client.POST("/api/v1/tasks/{task}/comment", { params: { path: { task: String(task) } }, body: { text, flag } })),
  correct: (task: number, body: Body<"correctAnswer">) => ok(client.POST("/api/v1/tasks/{task}/correct", { params: { path: { task: String(task) } }, body })),
  mine: (name: string, asked: { find: string; bookmarked: boolean }, after?: string) =>
    ok(client.GET("/api/v1/projects/{project}/mine", { params: { path: { project: name }, query: { limit: 20, find: asked.find || undefined, bookmarked: asked.bookmarked || undefined, after } } })),
  bookmark: (task: number, remove: boolean) => ok(client.PUT("/api/v1/tasks/{task}/bookmark", { params: { path: { task: String(task) } }, body: { remove } })),
  progress: (name: string) => ok(client.GET("/api/v1/projects/{project}/progress", here(name))),
  runs: () => ok(client.GET("/api/v1/runs", { params: { query: { limit: 50 } } })),
};
