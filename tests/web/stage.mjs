// What the tests in a browser stand on: the service with a small world in it, and Chromium.
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
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

// The program as it ships, in a home of its own: `tilth up` with database and workers, and its commands.
export class Tilth {
  constructor(program, dist) {
    this.program = program;
    this.dist = dist;
  }

  async start() {
    this.home = mkdtempSync(join(tmpdir(), "tilth-web-"));
    chmodSync(this.home, 0o755); // the database runs as a user of its own
    await this.resume();
    return this;
  }

  // Also after stop("SIGKILL") and the like: the same home, and the same port.
  async resume() {
    this.child = spawn(this.program, ["--home", this.home, "up", "--port", String(this.port ?? 0), "--sign-in"], {
      env: { ...process.env, TILTH_SERVER_WEB: this.dist },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    this.link = await new Promise((resolve, reject) => {
      const take = (bytes) => {
        said += bytes;
        const found = /(https?:\/\/\S+\/sign-in#\S+)/.exec(said);
        if (found) resolve(found[1]);
      };
      this.child.stdout.on("data", take);
      this.child.stderr.on("data", take);
      this.child.once("exit", (code) => reject(new Error(`tilth up ended with ${code}: ${said}`)));
    });
    this.url = new URL(this.link).origin;
    this.port = new URL(this.link).port;
  }

  // A command in this home; what it wrote. Throws with what it said if it fails.
  run(...words) {
    const done = spawnSync(this.program, ["--home", this.home, ...words], { encoding: "utf8" });
    if (done.status !== 0) throw new Error(`tilth ${words.join(" ")} ended with ${done.status}: ${done.stderr}`);
    return done.stdout;
  }

  async pause(signal = "SIGTERM") {
    const gone = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill(signal);
    await gone;
  }

  async stop() {
    if (this.child.exitCode === null) await this.pause();
    rmSync(this.home, { recursive: true, force: true });
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

  // A page that gathers what its console complains about, and what the service refused it, which the console tells, too.
  async page(url) {
    const page = await this.context.newPage();
    page.complaints = [];
    page.refused = [];
    page.on("response", (response) => response.status() >= 400 && page.refused.push(`${response.status()} ${response.url()}`));
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
