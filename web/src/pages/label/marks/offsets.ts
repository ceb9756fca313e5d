// Places in a text. Answers count code points, the browser counts UTF-16 units, people count what they see as one character; a
// mark cuts none of these. All places here are units, but for those of point() and unit(), which lead from the one to the other.
export type Span = { start: number; end: number };

const rtl = /[\p{sc=Hebr}\p{sc=Arab}\p{sc=Syrc}\p{sc=Thaa}\p{sc=Nkoo}\p{sc=Samr}\p{sc=Mand}\p{sc=Adlm}]/u;

const segments = (text: string, granularity: "grapheme" | "word" | "sentence", language?: string): Intl.Segments => {
  try {
    return new Intl.Segmenter(language || undefined, { granularity }).segment(text);
  } catch {
    return new Intl.Segmenter(undefined, { granularity }).segment(text); // a language that is none
  }
};

export class Places {
  private readonly wide: number[] = []; // where code points of two units begin
  private readonly characters: Intl.Segments;
  private readonly words: Intl.Segments;
  private readonly sentences: Intl.Segments;

  constructor(
    readonly text: string,
    language?: string,
  ) {
    for (let i = 0; i < text.length; i++) if ((text.codePointAt(i) ?? 0) > 0xffff) this.wide.push(i++);
    this.characters = segments(text, "grapheme", language);
    this.words = segments(text, "word", language);
    this.sentences = segments(text, "sentence", language);
  }

  // Of the wide ones, how many `is` holds for; it holds for the first ones.
  private count(is: (at: number, k: number) => boolean): number {
    let low = 0;
    let high = this.wide.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (is(this.wide[middle]!, middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
  get points(): number {
    return this.text.length - this.wide.length;
  }
  // Within a pair: the code point of the pair.
  point(unit: number): number {
    return unit - this.count((at) => at < unit);
  }
  unit(point: number): number {
    return point + this.count((at, k) => at - k < point);
  }

  within(at: number): number {
    return Math.max(0, Math.min(this.text.length, at));
  }
  // The borders of the character that `at` lies in; at a border both are `at`.
  floor(at: number): number {
    return this.characters.containing(at)?.index ?? this.within(at);
  }
  ceil(at: number): number {
    const low = this.floor(at);
    return low === at ? at : this.next(low);
  }
  next(at: number): number {
    const found = this.characters.containing(at);
    return found ? found.index + found.segment.length : this.text.length;
  }
  before(at: number): number {
    return at <= 0 ? 0 : (this.characters.containing(at - 1)?.index ?? 0);
  }

  private word(at: number): Span | undefined {
    const found = at < 0 ? undefined : this.words.containing(at);
    return found?.isWordLike ? { start: found.index, end: found.index + found.segment.length } : undefined;
  }
  // The word that `at` lies in, begins with or ends at.
  wordAt(at: number): Span | undefined {
    return this.word(at) ?? this.word(at - 1);
  }
  wordEnd(at: number): number {
    for (let found = this.words.containing(at); found; found = this.words.containing(at)) {
      at = found.index + found.segment.length;
      if (found.isWordLike) break;
    }
    return at;
  }
  wordStart(at: number): number {
    while (at > 0) {
      const found = this.words.containing(at - 1)!;
      at = found.index;
      if (found.isWordLike) break;
    }
    return at;
  }
  sentenceAfter(at: number): number {
    const found = this.sentences.containing(at);
    return found ? found.index + found.segment.length : this.text.length;
  }
  sentenceBefore(at: number): number {
    return at <= 0 ? 0 : (this.sentences.containing(at - 1)?.index ?? 0);
  }
  line(at: number): Span {
    const start = at <= 0 ? 0 : this.text.lastIndexOf("\n", at - 1) + 1;
    const end = this.text.indexOf("\n", at);
    return { start, end: end < 0 ? this.text.length : end };
  }
  // Whether the paragraph is written from right to left: by its first letter.
  leftwards(at: number): boolean {
    const { start, end } = this.line(at);
    return rtl.test(/\p{L}/u.exec(this.text.slice(start, end))?.[0] ?? "");
  }

  // What is marked when this is selected: whole characters, and if wished whole words without blanks around them.
  snapped(from: number, to: number, words: boolean): Span | undefined {
    let start = this.floor(this.within(Math.min(from, to)));
    let end = this.ceil(this.within(Math.max(from, to)));
    if (words) {
      while (start < end && /^\s/u.test(this.text.slice(start, end))) start = this.next(start);
      while (start < end && /\s$/u.test(this.text.slice(start, end))) end = this.before(end);
      if (start < end) {
        start = Math.min(start, this.word(start)?.start ?? start);
        end = Math.max(end, this.word(end - 1)?.end ?? end);
      }
    }
    return start < end ? { start, end } : undefined;
  }
}

export type Step = "character" | "word" | "sentence" | "edge" | "text";
// Where a caret comes by one step.
export function stepped(places: Places, at: number, step: Step, forward: boolean): number {
  switch (step) {
    case "character":
      return forward ? places.next(at) : places.before(at);
    case "word":
      return forward ? places.wordEnd(at) : places.wordStart(at);
    case "sentence":
      return forward ? places.sentenceAfter(at) : places.sentenceBefore(at);
    case "edge":
      return forward ? places.line(at).end : places.line(at).start;
    case "text":
      return forward ? places.text.length : 0;
  }
}
