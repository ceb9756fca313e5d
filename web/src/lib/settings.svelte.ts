// How a person likes to label; kept in this browser.
import { keep } from "./hand";

const key = "tilth.settings";

class Settings {
  private values = $state({ singleKeys: true, confirm: false, words: true, size: 1.0625 });

  constructor() {
    try {
      this.values = { ...this.values, ...(JSON.parse(localStorage.getItem(key) ?? "{}") as object) };
    } catch {
      // a broken entry is as none
    }
  }

  // Commands by one key; can be turned off (WCAG 2.1.4).
  get singleKeys(): boolean {
    return this.values.singleKeys;
  }
  set singleKeys(on: boolean) {
    this.values.singleKeys = on;
    this.save();
  }

  // Choosing a class does not send it yet.
  get confirm(): boolean {
    return this.values.confirm;
  }
  set confirm(on: boolean) {
    this.values.confirm = on;
    this.save();
  }

  // A mark of a text takes whole words.
  get words(): boolean {
    return this.values.words;
  }
  set words(on: boolean) {
    this.values.words = on;
    this.save();
  }

  // Of the text of an item, in rem.
  get size(): number {
    return this.values.size;
  }
  set size(size: number) {
    this.values.size = Math.min(2.5, Math.max(0.75, size));
    this.save();
  }

  private save(): void {
    keep(key, JSON.stringify(this.values));
  }
}

export const settings = new Settings();
