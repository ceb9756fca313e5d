// Answers on their way to the service. An answer is written to localStorage before anything else happens, is sent in
// order, is sent again until the service took it, and carries a key so that the service counts it once. What the service
// refuses for good is kept and shown, never dropped in silence. A browser without room for it keeps it in memory only, and
// the person is told.
//
// Each answer is an entry of its own there: windows of one person see each other's, and none writes over them. Two may
// send the same one; by its key it counts once.
import { api, Problem, type Submitted, type Task } from "./api";
import { keep } from "./hand";

export type Reply =
  | { kind: "answer"; value: unknown; milliseconds: number }
  | { kind: "skip"; reason: string };

export interface Entry {
  key: string;
  at: number; // when it was given
  project: string;
  task: Task;
  reply: Reply;
  refused?: string; // why the service will never take it
}

const adoptAfter = 30_000; // milliseconds
const pauses = [1, 2, 4, 8, 15, 30]; // seconds

export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

function send(entry: Entry): Promise<Submitted | { state: string }> {
  const { task, reply, key } = entry;
  if (reply.kind === "skip") return api.skip(task.id, { lease: task.lease, reason: reply.reason }, key);
  return api.submit(task.id, { lease: task.lease, value: reply.value, milliseconds: reply.milliseconds }, key);
}

export class Outbox {
  entries = $state<Entry[]>([]);
  offline = $state(false);
  roomless = $state(false); // the browser keeps nothing more: what waits is lost with this window
  told: (entry: Entry, answer: Submitted) => void = () => {}; // what the service said to an answer
  turnedDown: (entry: Entry) => void = () => {}; // one that it will never take
  private readonly store: string;
  private readonly own = new Set<string>(); // given in this window
  private begun = 0;
  private ended = 0;
  private sending: Promise<void> | null = null;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly wake = () => void this.flush();
  private readonly hear = (event: StorageEvent) => {
    if (!event.key?.startsWith(this.store)) return;
    this.entries = this.entries.filter((entry) => this.place(entry) !== event.key);
    if (!event.newValue) return;
    this.take(event.newValue);
    this.timer ??= setTimeout(this.wake, adoptAfter); // its window may be closed by then
  };

  // Of one person: another one at the same browser does not send this one's answers.
  constructor(readonly account: number) {
    this.store = `tilth.outbox.${account}.`;
    for (let i = 0; i < localStorage.length; i++) {
      const key = localStorage.key(i);
      if (key?.startsWith(this.store)) this.take(localStorage.getItem(key));
    }
    addEventListener("online", this.wake);
    addEventListener("storage", this.hear);
    void this.flush();
  }

  close(): void {
    removeEventListener("online", this.wake);
    removeEventListener("storage", this.hear);
    clearTimeout(this.timer);
  }

  get waiting(): Entry[] {
    return this.entries.filter((entry) => entry.refused === undefined);
  }
  // The same number twice: no answer was on its way between the two looks. While one is, it is equal to nothing.
  get rest(): number {
    return this.begun === this.ended ? this.ended : NaN;
  }
  get refused(): Entry[] {
    return this.entries.filter((entry) => entry.refused !== undefined);
  }
  holds(task: number): boolean {
    return this.entries.some((entry) => entry.task.id === task);
  }

  add(project: string, task: Task, reply: Reply): void {
    const entry = { key: newKey(), at: Date.now(), project, task: $state.snapshot(task) as Task, reply: $state.snapshot(reply) as Reply };
    this.own.add(entry.key);
    this.entries.push(entry);
    this.save(entry);
    void this.flush();
  }

  // Takes the last entry back if it was never sent; nothing if there is none.
  takeBack(project: string): Entry | undefined {
    const last = this.waiting.filter((entry) => this.own.has(entry.key)).at(-1);
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
    this.timer = undefined;
    this.sending ??= this.run().finally(() => (this.sending = null));
    return this.sending;
  }

  // An answer, or its way back.
  async moving<T>(way: Promise<T>): Promise<T> {
    this.begun++;
    try {
      return await way;
    } finally {
      this.ended++;
    }
  }

  private async run(): Promise<void> {
    for (let entry = this.waiting[0]; entry; entry = this.waiting[0]) {
      try {
        const answer = await this.moving(send(entry));
        if ("gold" in answer) this.told(entry, answer);
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
    for (const entry of this.entries) if (entry.key === key) localStorage.removeItem(this.place(entry));
    this.entries = this.entries.filter((entry) => entry.key !== key);
  }

  private refuse(key: string, why: string): void {
    const entry = this.entries.find((each) => each.key === key);
    if (!entry) return;
    entry.refused = why;
    this.save(entry);
    this.turnedDown(entry);
  }

  private place(entry: Entry): string {
    return this.store + entry.key;
  }

  private save(entry: Entry): void {
    if (!keep(this.place(entry), JSON.stringify(entry))) this.roomless = true;
  }

  // Puts a stored entry in its place; what is none is left alone.
  private take(stored: string | null): void {
    try {
      const entry = JSON.parse(stored ?? "") as Entry;
      const { reply } = entry as { reply: { class?: string; value?: unknown } };
      if (reply.class !== undefined) reply.value = reply.class; // kept by an older page
      this.entries = [...this.entries, entry].sort((a, b) => a.at - b.at);
    } catch {
      // of another version of this page
    }
  }
}
