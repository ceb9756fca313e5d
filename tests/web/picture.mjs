// Takes a picture of a page of the service: picture.mjs SIGN_IN_LINK PATH PNG. See script/picture.
import { Browser } from "./stage.mjs";

const [link, path, png] = process.argv.slice(2);
const browser = await new Browser().start();
try {
  const page = await browser.page(link);
  await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.setViewportSize({ width: 1280, height: 1000 });
  await page.goto(new URL(path, link).href);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForFunction(() => !document.querySelector(".wait"));
  await page.screenshot({ path: png, fullPage: true });
} finally {
  await browser.stop();
}
