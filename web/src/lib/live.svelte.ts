// What runs now, as the service tells it (/events): runs of sources and of models, until ten seconds after their end.
import { notices } from "./notices.svelte";

export interface SourceProgress {
  id: number;
  source: string;
  state: string;
  read: number;
  added: number;
  changed: number;
  unchanged: number;
  rejected: number;
}
export interface ModelProgress {
  id: number;
  kind: string;
  state: string;
  seconds: number;
  step: { stage: string; done: number; total: number; loss: number; validation: number | null } | null;
}

// By which the service knows that a page which is loaded anew has left its older stream.
function nameOfTab(): string {
  const known = sessionStorage.getItem("tilth.tab");
  if (known && performance.getEntriesByType("navigation").some((entry) => (entry as PerformanceNavigationTiming).type === "reload")) return known;
  const made = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  sessionStorage.setItem("tilth.tab", made); // a tab that was copied is another one, and gets a name of its own
  return made;
}
const tab = nameOfTab();

class Live {
  sources = $state.raw<SourceProgress[]>([]);
  models = $state.raw<ModelProgress[]>([]);
  ends = $state(0); // grows whenever something began or ended: read lists anew
  private events: EventSource | null = null;
  private again: ReturnType<typeof setTimeout> | undefined;
  private states = new Map<string, string>();

  open(): void {
    if (this.events) return;
    const events = (this.events = new EventSource(`/api/v1/events?tab=${tab}`));
    events.addEventListener("progress", (event) => this.take((event as MessageEvent<string>).data));
    events.addEventListener("error", () => {
      if (events.readyState !== EventSource.CLOSED || this.events !== events) return; // else the browser tries again itself
      this.events = null;
      this.again = setTimeout(() => this.open(), 10_000);
    });
  }

  close(): void {
    clearTimeout(this.again);
    this.events?.close();
    this.events = null;
    this.states.clear();
  }

  private take(data: string): void {
    const progress = JSON.parse(data) as { source_runs?: SourceProgress[]; model_runs?: ModelProgress[] };
    this.sources = progress.source_runs ?? [];
    this.models = progress.model_runs ?? [];
    const now = new Map<string, string>();
    for (const run of this.sources) now.set(`source ${run.id}`, run.state);
    for (const run of this.models) now.set(`model ${run.id}`, run.state);
    let changed = now.size !== this.states.size;
    for (const [key, state] of now) {
      const before = this.states.get(key);
      if (before === state) continue;
      changed = true;
      if (before === "running") this.tell(key, state);
    }
    if (changed && this.states.size + now.size > 0) this.ends++;
    this.states = now;
  }

  private tell(key: string, state: string): void {
    const [what, id] = key.split(" ");
    const kind = state === "done" ? "good" : "bad";
    if (what === "source") {
      const run = this.sources.find((each) => String(each.id) === id);
      if (run) notices.keep(`${run.source}: run ${state}`, kind, `/sources/${encodeURIComponent(run.source)}`);
    } else {
      const run = this.models.find((each) => String(each.id) === id);
      if (run) notices.keep(`${run.kind} #${id}: ${state}`, kind, `/runs/${id}`);
    }
  }
}

export const live = new Live();
