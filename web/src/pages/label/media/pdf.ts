// PDF documents by pdf.js: its worker, its character maps and fonts come from this server (vite.config.ts puts them there), nothing is
// evaluated, and no script of a document runs.
import * as pdfjs from "pdfjs-dist/legacy/build/pdf.mjs";
import Worker from "pdfjs-dist/legacy/build/pdf.worker.mjs?worker";

export type Document = pdfjs.PDFDocumentProxy;
export type Page = pdfjs.PDFPageProxy;
const folder = `/assets/pdf-${pdfjs.version}/`;

export interface Opening {
  done: Promise<Document>;
  stop: () => void;
}
// A range may come back shorter than it was asked for, which pdf.js does not take: it is read from its beginning.
export function open(url: string, told: (part: number | null) => void): Opening {
  const worker = new pdfjs.PDFWorker({ port: new Worker() as never });
  const task = pdfjs.getDocument({
    url,
    worker,
    disableRange: true,
    disableAutoFetch: true,
    isEvalSupported: false,
    useWasm: false,
    useWorkerFetch: true,
    enableXfa: false,
    cMapUrl: `${folder}cmaps/`,
    standardFontDataUrl: `${folder}standard_fonts/`,
    wasmUrl: `${folder}wasm/`,
  });
  task.onProgress = ({ loaded, total }: { loaded: number; total: number }) => told(total > 0 ? Math.min(1, loaded / total) : null);
  const stop = (): void => void task.destroy().finally(() => worker.destroy());
  return { done: task.promise, stop };
}

export interface Drawn {
  texts: { node: Text; said: string }[]; // of the layer of text, in order
  stop: () => void;
}
// A page into its two layers: a picture of it, and its text to be selected.
export async function draw(page: Page, scale: number, canvas: HTMLCanvasElement, layer: HTMLElement): Promise<Drawn> {
  const viewport = page.getViewport({ scale });
  const dots = Math.min(devicePixelRatio || 1, Math.sqrt(16e6 / (viewport.width * viewport.height)));
  canvas.width = Math.floor(viewport.width * dots);
  canvas.height = Math.floor(viewport.height * dots);
  const task = page.render({ canvas, viewport, transform: dots === 1 ? undefined : [dots, 0, 0, dots, 0, 0] });
  layer.replaceChildren();
  const text = new pdfjs.TextLayer({ textContentSource: page.streamTextContent(), container: layer, viewport });
  await Promise.all([task.promise, text.render()]);
  const texts = text.textDivs.flatMap((div, i) => (div.firstChild instanceof Text ? [{ node: div.firstChild, said: text.textContentItemsStr[i] ?? "" }] : []));
  return { texts, stop: () => (task.cancel(), text.cancel()) };
}

// The words of a page, as they are searched.
export async function wordsOf(page: Page): Promise<string> {
  const content = await page.getTextContent();
  return content.items.map((item) => ("str" in item ? item.str : "")).join("");
}

// Where words stand among texts that follow each other.
export function ranges(texts: readonly { node: Text; said: string }[], words: string): Range[] {
  const all = texts.map((each) => each.node.data).join("").toLowerCase();
  const needle = words.toLowerCase();
  const found: Range[] = [];
  const place = (at: number, end: boolean): [Text, number] | null => {
    let before = 0;
    for (const { node } of texts) {
      if (end ? at <= before + node.length : at < before + node.length) return [node, at - before];
      before += node.length;
    }
    return null;
  };
  for (let at = needle ? all.indexOf(needle) : -1; at >= 0; at = all.indexOf(needle, at + needle.length)) {
    const [from, to] = [place(at, false), place(at + needle.length, true)];
    if (!from || !to) break;
    const range = new Range();
    range.setStart(...from);
    range.setEnd(...to);
    found.push(range);
  }
  return found;
}
