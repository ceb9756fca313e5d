// What a labeler loads, and how soon there is work on the screen: opened for the first time, from loopback, with nothing kept by the browser.
//
//     node bench/web/opening.mjs BUILD/app/tilth web/dist [ROUNDS]
//
// Promised: under 350 kB as sent, and under a second until the item can be read and its classes pressed; exit code 1 if not.
import { loadavg } from "node:os";
import { notes } from "../../tests/web/notes.mjs";
import { Browser, Tilth } from "../../tests/web/stage.mjs";
import { at, told } from "./timing.mjs";

const [program, dist, wanted = "20"] = process.argv.slice(2);
const tilth = await new Tilth(program, dist).start();
try {
  notes(tilth, 60, 0);
  tilth.run("label", "queue", "notes", "--add", "60");
  const painted = [], usable = [], sent = [];
  for (let i = 0; i < Number(wanted); i++) {
    const browser = await new Browser().start(); // a profile of its own: nothing is kept
    const link = /tilth_[\w-]+/.exec(tilth.run("token", "create", "--user", "admin", "--kind", "link", "--json"))[0];
    const page = await browser.page(`${tilth.url}/sign-in#${link}`);
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await page.goto("about:blank");
    const session = await browser.context.newCDPSession(page);
    await session.send("Network.enable");
    await session.send("Network.clearBrowserCache");
    await session.send("Storage.clearDataForOrigin", { origin: tilth.url, storageTypes: "service_workers,cache_storage" });
    await page.addInitScript(() => {
      const look = () => {
        const ready = [...document.querySelectorAll("button")].some((each) => /soil/.test(each.textContent)) && /note \d+/.test(document.body?.innerText ?? "");
        if (ready) requestAnimationFrame(() => requestAnimationFrame(() => (window.usable = performance.now())));
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    await page.goto(`${tilth.url}/label/notes`);
    await page.waitForFunction(() => window.usable);
    const one = await page.evaluate(() => ({
      usable: window.usable,
      painted: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
      sent: [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")].filter((each) => !each.name.includes("/api/")).reduce((sum, each) => sum + each.encodedBodySize, 0),
    }));
    usable.push(one.usable);
    painted.push(one.painted);
    sent.push(one.sent);
    await browser.stop();
  }
  console.log(`${wanted} times; load ${loadavg()[0].toFixed(1)}`);
  console.log(`${"sent of the page".padEnd(34)} ${(Math.max(...sent) / 1000).toFixed(1)} kB`);
  console.log(`${"first paint".padEnd(34)} ${told(painted)}`);
  console.log(`${"the item and its classes".padEnd(34)} ${told(usable)}`);
  if (Math.max(...sent) >= 350_000 || at(usable, 0.9) >= 1000) process.exitCode = 1;
} finally {
  await tilth.stop();
}
