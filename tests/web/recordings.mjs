// Recordings and documents made for tests: a WAV of tones, a WebM filmed in the browser, a PDF of a few pages.

// A tone where `loud` says so, by ranges of seconds; silence elsewhere.
export function wav(seconds, loud, rate = 8000) {
  const samples = Math.round(seconds * rate);
  const bytes = Buffer.alloc(44 + 2 * samples);
  bytes.write("RIFF", 0);
  bytes.writeUInt32LE(36 + 2 * samples, 4);
  bytes.write("WAVEfmt ", 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(2 * rate, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36);
  bytes.writeUInt32LE(2 * samples, 40);
  for (let i = 0; i < samples; i++) {
    const at = i / rate;
    if (loud.some(([from, to]) => from <= at && at < to)) bytes.writeInt16LE(Math.round(20000 * Math.sin(2 * Math.PI * 440 * at)), 44 + 2 * i);
  }
  return bytes;
}

// A page for each text; the words stand in a font that the document does not bring.
export function pdf(...texts) {
  const parts = ["<< /Type /Catalog /Pages 2 0 R >>", `<< /Type /Pages /Count ${texts.length} /Kids [${texts.map((_, i) => `${4 + 2 * i} 0 R`).join(" ")}] >>`, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"];
  for (const [i, text] of texts.entries()) {
    const lines = text.split("\n").map((line) => `(${line.replaceAll(/[()\\]/g, "\\$&")}) Tj T*`).join("\n");
    const drawn = `BT /F1 18 Tf 22 TL 72 700 Td\n${lines}\nET`;
    parts.push(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + 2 * i} 0 R >>`);
    parts.push(`<< /Length ${drawn.length} >>\nstream\n${drawn}\nendstream`);
  }
  let out = "%PDF-1.4\n";
  const places = parts.map((part, i) => {
    const at = out.length;
    out += `${i + 1} 0 obj\n${part}\nendobj\n`;
    return at;
  });
  const table = out.length;
  out += `xref\n0 ${parts.length + 1}\n0000000000 65535 f \n${places.map((at) => `${String(at).padStart(10, "0")} 00000 n \n`).join("")}trailer\n<< /Size ${parts.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`;
  return Buffer.from(out, "latin1");
}

// A WebM of a counting canvas, as a browser records it: it does not say how long it is.
export async function webm(page, seconds) {
  const text = await page.evaluate(async (milliseconds) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 160, height: 120 });
    const context = canvas.getContext("2d");
    const parts = [];
    const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: "video/webm;codecs=vp8" });
    recorder.ondataavailable = (event) => parts.push(event.data);
    const done = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.start();
    const begun = performance.now();
    await new Promise((resolve) => {
      const draw = () => {
        const at = performance.now() - begun;
        context.fillStyle = `hsl(${at / 10} 70% 50%)`;
        context.fillRect(0, 0, 160, 120);
        if (at < milliseconds) requestAnimationFrame(draw);
        else resolve();
      };
      draw();
    });
    recorder.stop();
    await done;
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    let said = "";
    for (const byte of bytes) said += String.fromCharCode(byte);
    return btoa(said);
  }, seconds * 1000);
  return Buffer.from(text, "base64");
}
