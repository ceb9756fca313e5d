// What happened while one looked elsewhere: short words that pass, and a list that stays until it is read.
export interface Notice {
  id: number;
  text: string;
  kind: "good" | "bad" | "plain";
  link?: string;
  at: Date;
}

const passing = 6_000; // milliseconds
const most = 50;

class Notices {
  list = $state<Notice[]>([]); // the newest first
  shown = $state<Notice[]>([]); // in the corner of the window
  unread = $state(0);
  private last = 0;

  tell(text: string, kind: Notice["kind"] = "good", link?: string): void {
    const notice: Notice = { id: ++this.last, text, kind, link, at: new Date() };
    this.shown = [...this.shown, notice];
    setTimeout(() => this.hide(notice.id), kind === "bad" ? 3 * passing : passing);
  }

  // Also kept in the list.
  keep(text: string, kind: Notice["kind"], link?: string): void {
    this.tell(text, kind, link);
    const notice = this.shown.at(-1);
    if (!notice) return;
    this.list = [notice, ...this.list].slice(0, most);
    this.unread++;
  }

  hide(id: number): void {
    this.shown = this.shown.filter((each) => each.id !== id);
  }

  read(): void {
    this.unread = 0;
  }
}

export const notices = new Notices();
