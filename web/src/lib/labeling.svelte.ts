// One person's work on one project: the task at hand, the next ones fetched ahead, drafts, undo.
import { api, Problem, type OwnProgress, type Project, type Submitted, type Task } from "./api";
import { held, hold, keep } from "./hand";
import { newKey, type Outbox, type Reply } from "./outbox.svelte";

const ahead = 3;
const keepAfter = 250; // milliseconds
const keptAfter = 300; // milliseconds: an answer with 1,000 marks is 60 kB, and each key changes it
const draftAfter = 1_500; // milliseconds
const renewEvery = 30_000; // milliseconds

const lease = (task: Task): string => `${task.id} ${task.lease}`;

export class Labeling {
  project = $state<Project | null>(null);
  current = $state<Task | null>(null);
  next = $state<Task[]>([]);
  mine = $state(0); // own answers, with those that still wait to be sent
  value = $state.raw<unknown>(undefined); // the answer to the task at hand, so far
  standing = $state<OwnProgress | null>(null);
  told = $state.raw<{ item: Task["item"]; value: unknown; answer: Submitted } | null>(null); // what the service said to the last answer, where it says something
  empty = $state(false); // no task left for this person
  trouble = $state("");
  gone = $state(false); // there is no such project for this person
  canUndo = $state(false);
  spoken = $state(""); // for screen readers
  // Tasks answered under their present lease: a claim that was under way meanwhile may bring them once more.
  private readonly handled = new Set<string>();
  private shownAt = 0;
  private keepTimer: ReturnType<typeof setTimeout> | undefined;
  private unkept: { key: string; value: unknown } | null = null; // a draft that is not in the browser's store yet
  private unkeptTimer: ReturnType<typeof setTimeout> | undefined;
  private draftTimer: ReturnType<typeof setTimeout> | undefined;
  private filling: Promise<void> | null = null;
  private counted = false; // whether the service told `mine` at all
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly wake = () => void this.fill();

  constructor(
    readonly name: string,
    readonly outbox: Outbox,
    readonly audit = false, // labels are answered again, unseen, to tell how many are wrong
  ) {
    this.timer = setInterval(() => void this.renew(), renewEvery);
    addEventListener("online", this.wake);
    addEventListener("pagehide", this.keepDraft);
    document.addEventListener("visibilitychange", this.keepDraft);
    outbox.turnedDown = (entry) => {
      if (entry.project === name && entry.reply.kind === "answer") this.mine = Math.max(0, this.mine - 1);
    };
    outbox.told = (entry, answer) => {
      if (entry.project === name && (answer.gold || answer.suggestion)) this.told = { item: entry.task.item, value: entry.reply.kind === "answer" ? entry.reply.value : undefined, answer };
    };
  }

  close(): void {
    clearInterval(this.timer);
    this.keepDraft();
    removeEventListener("pagehide", this.keepDraft);
    document.removeEventListener("visibilitychange", this.keepDraft);
    clearTimeout(this.draftTimer);
    clearTimeout(this.keepTimer);
    removeEventListener("online", this.wake);
  }

  async open(): Promise<void> {
    try {
      this.project = (await api.project(this.name)).project;
      await this.outbox.flush();
      await this.fill();
    } catch (error) {
      if (error instanceof Problem && error.passing && !this.project && !this.audit) this.pickUp();
      this.gone = error instanceof Problem && (error.status === 404 || error.status === 403);
      this.complain(error);
    }
  }
  // Without a network: what was in hand when this browser saw it last.
  private pickUp(): void {
    const hand = held(this.name);
    if (!hand) return;
    this.project = hand.project;
    this.mine = hand.mine;
    this.next = hand.tasks.filter((task) => !this.outbox.holds(task.id));
    this.show(this.next.shift() ?? null);
  }
  // A little later, so that it does not stand between a key and the next task.
  private keep(): void {
    clearTimeout(this.keepTimer);
    if (this.audit) return; // what is kept is the ordinary work
    this.keepTimer = setTimeout(() => {
      const tasks = [this.current, ...this.next].filter((task) => task !== null);
      if (this.project) hold(this.name, $state.snapshot({ project: this.project, tasks, mine: this.mine }) as Parameters<typeof hold>[1]);
    }, keepAfter);
  }

  answer(value: unknown, said: string): void {
    const milliseconds = Math.round(performance.now() - this.shownAt);
    this.told = null;
    this.send({ kind: "answer", value, milliseconds }, said);
  }

  skip(reason: string): void {
    this.send({ kind: "skip", reason }, "skipped");
  }

  private send(reply: Reply, said: string): void {
    const task = this.current;
    if (!task) return;
    this.outbox.add(this.name, task, reply);
    this.handled.add(lease(task));
    clearTimeout(this.draftTimer);
    this.unkept = null;
    localStorage.removeItem(this.draftKey(task));
    this.canUndo = true;
    if (reply.kind === "answer") this.mine++;
    this.spoken = `${said}. `;
    this.show(this.next.shift() ?? null);
    void this.fill();
  }

  // The last answer comes back: from the outbox if it was not sent yet, else from the service.
  async undo(): Promise<void> {
    const unsent = this.outbox.takeBack(this.name);
    if (unsent) {
      this.bring(unsent.task, unsent.reply.kind === "answer");
      return;
    }
    try {
      await this.outbox.flush();
      const back = this.outbox.takeBack(this.name);
      if (back) this.bring(back.task, back.reply.kind === "answer");
      else this.bring(await this.outbox.moving(api.undo(this.name, newKey())), true);
    } catch (error) {
      if (error instanceof Problem && (error.status === 404 || error.status === 409)) this.canUndo = false;
      this.complain(error);
    }
  }

  private bring(task: Task, counted: boolean, words = "Taken back. "): void {
    this.handled.delete(lease(task));
    if (this.current && this.current.id !== task.id) this.next.unshift(this.current);
    this.next = this.next.filter((each) => each.id !== task.id);
    if (counted) this.mine = Math.max(0, this.mine - 1);
    this.trouble = "";
    this.spoken = words;
    this.show(task);
  }

  private show(task: Task | null): void {
    this.keepDraft();
    this.current = task;
    this.empty = false;
    this.shownAt = performance.now();
    clearTimeout(this.draftTimer);
    this.value = task ? this.loadDraft(task) : undefined;
    if (task) this.spoken += task.item.title || "Next task";
    this.keep();
  }

  // Claims so many that `ahead` wait behind the task at hand.
  fill(): Promise<void> {
    this.filling ??= this.claim().finally(() => (this.filling = null));
    return this.filling;
  }

  // Keeps the task at hand among the person's own, to come back to; or no more.
  async bookmark(): Promise<void> {
    const task = this.current;
    if (!task) return;
    try {
      await api.bookmark(task.id, task.bookmarked);
      task.bookmarked = !task.bookmarked;
      this.spoken = task.bookmarked ? "Bookmarked. " : "No bookmark any more. ";
      this.keep();
    } catch (error) {
      this.complain(error);
    }
  }

  // One task before its turn: that the person skipped or left, or one who reviews chose. What is at hand comes after it.
  async goTo(task: number): Promise<void> {
    try {
      await this.filling;
      await this.outbox.flush();
      const { tasks } = await this.outbox.moving(api.claim(this.name, 1, false, task));
      const found = tasks.find((each) => each.id === task);
      if (found) this.bring(found, false, "Here it is. ");
    } catch (error) {
      this.complain(error);
    }
  }

  private async claim(): Promise<void> {
    if (this.current && this.next.length >= ahead) return;
    const before = this.outbox.rest;
    try {
      const claimed = await api.claim(this.name, ahead + 1, this.audit);
      const known = new Set([this.current?.id, ...this.next.map((task) => task.id)]);
      const fresh = claimed.tasks.filter((task) => !known.has(task.id) && !this.handled.has(lease(task)) && !this.outbox.holds(task.id));
      for (const task of fresh) if (task.item.image) new Image().src = task.item.image.url;
      this.next = [...this.next, ...fresh];
      this.recount(claimed.mine, before);
      void this.count();
      this.trouble = "";
      if (!this.current) this.show(this.next.shift() ?? null);
      this.empty = this.current === null;
      this.keep();
    } catch (error) {
      this.complain(error);
    }
  }

  // The service's count, and the answers that still wait, which are not in it. Where one was on its way meanwhile, nobody knows whether it is:
  // then what was counted here stands.
  private recount(told: number, before: number): void {
    if (this.counted && this.outbox.rest !== before) return;
    this.counted = true;
    this.mine = told + this.outbox.waiting.filter((e) => e.project === this.name && e.reply.kind === "answer").length;
  }

  // How far this person is. A figure beside the work: it is left as it was where the service is out of reach.
  private async count(): Promise<void> {
    try {
      this.standing = await api.progress(this.name);
      if (this.current === null) this.project = (await api.project(this.name)).project; // what was left when it was last looked at is done
    } catch {
      // told with the next claim
    }
  }

  // A task that another person got meanwhile leaves the queue, unless an answer to it waits already.
  private async renew(): Promise<void> {
    for (const task of [this.current, ...this.next]) {
      if (!task || Date.parse(task.expires_at) - Date.now() > 4 * renewEvery) continue;
      try {
        task.expires_at = (await api.renew(task.id, task.lease)).expires_at;
      } catch (error) {
        if (error instanceof Problem && !error.passing) this.lose(task.id);
      }
    }
    if (!this.current && !this.empty) void this.fill();
    try {
      this.project = (await api.project(this.name)).project;
    } catch {
      // its figures are a little old then
    }
  }

  private lose(id: number): void {
    this.next = this.next.filter((task) => task.id !== id);
    if (this.current?.id !== id) return;
    this.trouble = "You were away for long, so this task went back to the queue.";
    this.show(this.next.shift() ?? null);
    void this.fill();
  }

  private complain(error: unknown): void {
    this.trouble = error instanceof Problem ? error.message : "Something went wrong.";
    if (!(error instanceof Problem)) throw error;
  }

  // Drafts: what was begun on a task survives a closed window. They are one person's, as answers are.
  private draftKey(task: Task): string {
    return `tilth.draft.${this.outbox.account}.${this.name}.${task.id}`;
  }
  private loadDraft(task: Task): unknown {
    try {
      const kept = localStorage.getItem(this.draftKey(task));
      if (kept) return (JSON.parse(kept) as { value?: unknown }).value;
    } catch {
      // of another version of this page
    }
    return task.draft ?? undefined;
  }
  // Kept here a moment later, or when the page is left or hidden; and by the service, so that it is there in another browser too.
  setValue(value: unknown): void {
    this.value = value;
    const task = this.current;
    if (!task) return;
    this.unkept = { key: this.draftKey(task), value };
    this.unkeptTimer ??= setTimeout(this.keepDraft, keptAfter);
    clearTimeout(this.draftTimer);
    this.draftTimer = setTimeout(() => void api.saveDraft(task.id, task.lease, value ?? null).catch(() => {}), draftAfter);
  }
  private readonly keepDraft = (): void => {
    clearTimeout(this.unkeptTimer);
    this.unkeptTimer = undefined;
    const draft = this.unkept;
    this.unkept = null;
    if (!draft || keep(draft.key, JSON.stringify({ value: draft.value }))) return;
    localStorage.removeItem(draft.key); // an older one would stand before what the service keeps
    this.outbox.roomless = true;
  };
}
