// Looking through the tasks of a project: found, gone through, decided by those who review, and kept to come back to.
import assert from "node:assert/strict";
import { becomes, closed, finish, signedIn, sound, test } from "./harness.mjs";
import { Service } from "./stage.mjs";

const [program, , dist] = process.argv.slice(2);
const service = await new Service(program, dist).start();
const { url } = service.info;
const item = (page) => page.getByRole("article", { name: "Item to label" });
const dialog = (page) => page.getByRole("dialog");
const rows = (page) => page.getByRole("region", { name: "Tasks", exact: true }).getByRole("row");

// As the page itself would ask.
const send = (page, method, path, body) =>
  page.evaluate(
    async ([how, where, what]) => {
      const { csrf_token: token } = await (await fetch("/api/v1/session")).json();
      const answer = await fetch(where, { method: how, headers: { "X-CSRF-Token": token, "Content-Type": "application/json" }, body: JSON.stringify(what) });
      if (!answer.ok) throw new Error(await answer.text());
    },
    [method, `/api/v1${path}`, body],
  );

const labeler = await signedIn(url, service.info.labeler);

await test("a labeler bookmarks a task, skips it, finds it again and answers it", async () => {
  await labeler.goto(`${url}/label/topics`);
  await labeler.getByRole("dialog", { name: "Instructions" }).waitFor(); // shown once
  await closed(labeler);
  const first = await item(labeler).innerText();
  const mark = labeler.getByRole("button", { name: /Bookmark/ });
  await mark.click();
  await becomes(() => mark.getAttribute("aria-pressed"), "true");
  await labeler.getByRole("button", { name: /^Skip/ }).click();
  await dialog(labeler).getByRole("button").nth(1).click();
  await becomes(async () => (await item(labeler).innerText()) === first, false);
  await becomes(() => mark.getAttribute("aria-pressed"), "false");
  await labeler.getByText("All saved").waitFor();
  await labeler.getByRole("button", { name: "My answers" }).click();
  await dialog(labeler).getByLabel("only bookmarks").check();
  await becomes(() => dialog(labeler).getByRole("listitem").count(), 1);
  await dialog(labeler).getByRole("button", { name: "Go to it" }).click();
  await becomes(async () => (await item(labeler).innerText()) === first, true);
  await becomes(() => mark.getAttribute("aria-pressed"), "true");
  await labeler.keyboard.press("1");
  await becomes(async () => (await item(labeler).innerText()) === first, false);
  await labeler.getByText("All saved").waitFor();
});

await test("own answers are found by a word, and one is let go as a bookmark", async () => {
  for (const key of ["2", "1"]) {
    const before = await item(labeler).innerText();
    await labeler.keyboard.press(key);
    await becomes(async () => (await item(labeler).innerText()) === before, false);
  }
  await labeler.getByText("All saved").waitFor();
  await labeler.getByRole("button", { name: "My answers" }).click();
  const list = dialog(labeler).getByRole("listitem");
  await becomes(() => list.count(), 3);
  const find = dialog(labeler).getByLabel("Find in my answers");
  await find.fill("nowhere at all");
  await find.press("Enter");
  await labeler.getByText("None of your answers is so.").waitFor();
  await find.fill("PAGES.test"); // of the key, however it is written
  await find.press("Enter");
  await becomes(() => list.count(), 3);
  await find.fill("");
  await dialog(labeler).getByLabel("only bookmarks").check();
  await becomes(() => list.count(), 1);
  await dialog(labeler).getByRole("button", { name: /^Bookmark/ }).click();
  await dialog(labeler).getByLabel("only bookmarks").uncheck();
  await becomes(() => list.count(), 3);
  await dialog(labeler).getByLabel("only bookmarks").check();
  await labeler.getByText("No bookmark is so.").waitFor();
  await labeler.keyboard.press("Escape");
});

await test("who only labels is shown no task of others", async () => {
  await labeler.goto(`${url}/projects/topics?tab=tasks`);
  await labeler.getByRole("heading", { level: 1 }).waitFor();
  await becomes(() => labeler.getByRole("link", { name: "Tasks", exact: true }).count(), 0);
  assert.equal((await labeler.evaluate(async () => (await fetch("/api/v1/projects/topics/tasks")).status)), 403);
});

const page = await signedIn(url, service.info.admin);
await page.goto(`${url}/projects/topics?tab=tasks`);

await test("tasks are found by state, by who answered and by a text, which stand in the address", async () => {
  await becomes(() => rows(page).count(), 61); // with the heads of its columns
  await page.getByLabel("State", { exact: true }).selectOption("done");
  await becomes(async () => (await rows(page).count()) > 1 && (await rows(page).count()) < 61, true);
  await page.getByLabel("State", { exact: true }).selectOption("");
  await page.getByLabel("Answered by").selectOption("lena");
  await becomes(() => rows(page).count(), 4);
  assert.match(page.url(), /person=lena/);
  await page.getByLabel("Answered by").selectOption("");
  const key = (await rows(page).nth(5).getByRole("link").innerText()).trim();
  await page.getByLabel("Text in the record").fill(key);
  await page.getByLabel("Text in the record").press("Enter");
  await becomes(async () => (await rows(page).count()) < 61, true);
  await rows(page).filter({ hasText: key }).first().waitFor();
  await page.reload();
  await becomes(() => page.getByLabel("Text in the record").inputValue(), key);
  await page.getByLabel("Text in the record").fill("nowhere at all");
  await page.getByLabel("Text in the record").press("Enter");
  await page.getByText("No task is so.").waitFor();
});

await test("one goes from task to task by the arrow keys, bookmarks one, and comes back to it", async () => {
  await page.goto(`${url}/projects/topics?tab=tasks&state=done`);
  await rows(page).nth(1).getByRole("link").click();
  const name = page.getByRole("article", { name: /^Task / });
  await name.waitFor();
  const first = await name.getAttribute("aria-label");
  await becomes(() => page.getByRole("button", { name: /^Back/ }).isDisabled(), true);
  await becomes(() => page.getByRole("button", { name: /^Next/ }).isDisabled(), false);
  await page.keyboard.press("ArrowRight");
  await becomes(async () => (await name.getAttribute("aria-label").catch(() => first)) === first, false);
  await becomes(() => page.getByRole("button", { name: /^Back/ }).isDisabled(), false);
  await page.keyboard.press("ArrowLeft");
  await becomes(() => name.getAttribute("aria-label").catch(() => ""), first);
  await page.getByRole("button", { name: /Bookmark/ }).click();
  await page.getByRole("button", { name: /Bookmarked/ }).waitFor();
  await page.getByRole("button", { name: "All tasks" }).click();
  await page.getByLabel("Only", { exact: true }).selectOption("bookmarked");
  await becomes(() => rows(page).count(), 2);
});

await test("who reviews labels a task that waits, out of turn", async () => {
  await page.goto(`${url}/projects/topics?tab=tasks&state=open`);
  await rows(page).nth(3).getByRole("link").click();
  await item(page).waitFor();
  const text = await item(page).innerText();
  await page.getByRole("link", { name: "Label it" }).click();
  await page.getByRole("region", { name: "Answer" }).waitFor();
  await becomes(async () => (await item(page).innerText().catch(() => "")) === text, true);
});

await test("a member who reviews decides in the page, though his own role only labels", async () => {
  await send(page, "PUT", "/projects/topics/members/otto", { role: "reviewer" });
  await send(page, "PUT", "/projects/topics/members/lena", { role: "labeler" });
  await send(page, "PUT", "/projects/clothes/members/otto", { role: "reviewer" });
  const otto = await signedIn(url, service.info.other);
  await otto.goto(`${url}/projects/topics?tab=tasks&state=done`);
  await rows(otto).nth(1).getByRole("link").click();
  const task = otto.getByRole("article", { name: /^Task / });
  await task.getByRole("button", { name: /^Accept the answer of/ }).first().click();
  await task.getByText("decided by otto").waitFor();
  await task.getByRole("button", { name: /Undo the decision/ }).click();
  await task.getByText("decided by otto").waitFor({ state: "detached" });
  await otto.goto(`${url}/projects/topics?tab=review`);
  await otto.getByRole("heading", { name: "To be decided" }).waitFor();
  await becomes(() => otto.getByRole("link", { name: "Settings", exact: true }).count(), 0);
  await otto.goto(`${url}/projects/topics?tab=people`); // asks for nothing that is refused to him
  await otto.getByRole("region", { name: "Annotators" }).getByText("lena").first().waitFor();
  await becomes(() => otto.getByRole("heading", { name: "Answers that do not count" }).count(), 0);
  assert.deepEqual(otto.refused, []);
  assert.deepEqual(otto.complaints, []);
});

await test("no page has a violation, complains, or is wider than a phone", async () => {
  const task = await page.evaluate(async () => (await (await fetch("/api/v1/projects/topics/tasks?state=done")).json()).items[0].task);
  const picture = await page.evaluate(async () => (await (await fetch("/api/v1/projects/clothes/tasks")).json()).items[0].task);
  await sound(page, url, ["/projects/topics?tab=tasks", `/projects/topics?tab=tasks&task=${task}`, `/projects/clothes?tab=tasks&task=${picture}`, "/projects/topics?tab=review", "/projects/clothes?tab=tasks&text=none"]);
}, 90);

await finish(service);
