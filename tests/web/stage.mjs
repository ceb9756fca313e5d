// What the tests in a browser stand on: the service with a small world in it, and Chromium.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const axe = require.resolve("axe-core");

// The service. pause() and resume() end it and start it again at the same address with the same data.
export class Service {
  constructor(program, dist) {
    this.program = program;
    this.dist = dist;
  }

  async spawn(port, database) {
    const env = database ? { ...process.env, TILTH_FIXTURE_DB: database } : process.env;
    const child = spawn(this.program, [this.dist, String(port), "60"], { env, stdio: ["pipe", "pipe", "inherit"] });
    const line = await new Promise((resolve, reject) => {
      createInterface({ input: child.stdout }).once("line", resolve);
      child.once("exit", (code) => reject(new Error(`the service ended with ${code}`)));
    });
    return { child, info: JSON.parse(line) };
  }

  // The first process keeps the database for the whole run, the second one is the service.
  async start() {
    const { child, info } = await this.spawn(0);
    this.keeper = child;
    this.database = info.database;
    const second = await this.spawn(0, this.database);
    this.child = second.child;
    this.info = second.info;
    return this;
  }

  async pause() {
    await this.end(this.child);
  }

  async resume() {
    this.child = (await this.spawn(this.info.port, this.database)).child;
  }

  async end(child) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await gone;
  }

  async stop() {
    await this.end(this.child);
    await this.end(this.keeper);
  }

  async api(path) {
    const response = await fetch(`${this.info.url}/api/v1${path}`, { headers: { Authorization: `Bearer ${this.info.labeler}` } });
    return response.json();
  }
}

export class Browser {
  async start() {
    this.folder = mkdtempSync(join(tmpdir(), "tilth-web-"));
    this.context = await chromium.launchPersistentContext(this.folder, {
      executablePath: "/usr/bin/chromium",
      headless: true,
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
      viewport: { width: 1280, height: 800 },
    });
    return this;
  }

  // A page that gathers what its console complains about.
  async page(url) {
    const page = await this.context.newPage();
    page.complaints = [];
    page.on("pageerror", (error) => page.complaints.push(error.message));
    page.on("console", (message) => {
      const offline = message.text().includes("Failed to load resource") || message.text().includes("ERR_");
      if (message.type() === "error" && !offline) page.complaints.push(message.text());
    });
    if (url) await page.goto(url);
    await page.bringToFront(); // keys go to the page in front
    return page;
  }

  // What the open pages show and complained about, for a test that failed.
  async seen() {
    const parts = [];
    for (const page of this.context.pages()) {
      if (page.url() === "about:blank") continue;
      const text = await page.evaluate(() => document.body.innerText).catch((error) => String(error));
      parts.push(`${page.url()}: ${text.replaceAll(/\s+/g, " ").slice(0, 600)} ${(page.complaints ?? []).join("; ")}`);
    }
    return parts.join("\n");
  }

  async stop() {
    await this.context?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

// Violations of WCAG 2.x A and AA.
export async function violations(page) {
  await page.evaluate(await import("node:fs/promises").then((fs) => fs.readFile(axe, "utf8")));
  const result = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
  );
  return result.violations
    .filter((v) => v.impact !== "minor")
    .map((v) => `${v.impact} ${v.id}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join(", ")}`);
}
