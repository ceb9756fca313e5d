// Answers on their way to the service. An answer is written to localStorage before anything else happens, is sent in
// order, is sent again until the service took it, and carries a key so that the service counts it once. What the service
// refuses for good is kept and shown, never dropped in silence.
import { api, Problem, type Task } from "./api";

export type Reply =
  | { kind: "answer"; class: string; milliseconds: number }
  | { kind: "skip"; reason: string };

export interface Entry {
  key: string;
  project: string;
  task: Task;
  reply: Reply;
  refused?: string; // why the service will never take it
}

const pauses = [1, 2, 4, 8, 15, 30]; // seconds

export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

function send(entry: Entry): Promise<unknown> {
  const { task, reply, key } = entry;
  if (reply.kind === "skip") return api.skip(task.id, { lease: task.lease, reason: reply.reason }, key);
  return api.submit(task.id, { lease: task.lease, class: reply.class, milliseconds: reply.milliseconds }, key);
}

export class Outbox {
  entries = $state<Entry[]>([]);
  offline = $state(false);
  private readonly store: string;
  private sending: Promise<void> | null = null;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly wake = () => void this.flush();

  // Of one person: another one at the same browser does not send this one's answers.
  constructor(account: number) {
    this.store = `tilth.outbox.${account}`;
    try {
      this.entries = JSON.parse(localStorage.getItem(this.store) ?? "[]") as Entry[];
    } catch {
      this.entries = [];
    }
    addEventListener("online", this.wake);
    void this.flush();
  }

  close(): void {
    removeEventListener("online", this.wake);
    clearTimeout(this.timer);
  }

  get waiting(): Entry[] {
    return this.entries.filter((entry) => entry.refused === undefined);
  }
  get refused(): Entry[] {
    return this.entries.filter((entry) => entry.refused !== undefined);
  }
  holds(task: number): boolean {
    return this.entries.some((entry) => entry.task.id === task);
  }

  add(project: string, task: Task, reply: Reply): void {
    this.entries.push({ key: newKey(), project, task: $state.snapshot(task), reply });
    this.save();
    void this.flush();
  }

  // Takes the last entry back if it was never sent; nothing if there is none.
  takeBack(project: string): Entry | undefined {
    const last = this.waiting.at(-1);
    if (!last || last.project !== project || this.sending) return undefined;
    this.drop(last.key);
    return $state.snapshot(last) as Entry;
  }

  forget(key: string): void {
    this.drop(key);
  }

  // Sends what waits, one after another. Resolves when all is sent or the service is out of reach.
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.sending ??= this.run().finally(() => (this.sending = null));
    return this.sending;
  }

  private async run(): Promise<void> {
    for (let entry = this.waiting[0]; entry; entry = this.waiting[0]) {
      try {
        await send(entry);
        this.drop(entry.key);
        this.failures = 0;
        this.offline = false;
      } catch (error) {
        if (error instanceof Problem && !error.passing && error.status !== 401 && error.status !== 403) {
          this.refuse(entry.key, error.message);
          continue;
        }
        this.offline = true;
        this.retryLater();
        return;
      }
    }
    this.offline = false;
  }

  private retryLater(): void {
    const pause = pauses[Math.min(this.failures++, pauses.length - 1)] ?? 30;
    this.timer = setTimeout(this.wake, pause * 1000);
  }

  private drop(key: string): void {
    this.entries = this.entries.filter((entry) => entry.key !== key);
    this.save();
  }

  private refuse(key: string, why: string): void {
    const entry = this.entries.find((each) => each.key === key);
    if (entry) entry.refused = why;
    this.save();
  }

  private save(): void {
    localStorage.setItem(this.store, JSON.stringify(this.entries));
  }
}
