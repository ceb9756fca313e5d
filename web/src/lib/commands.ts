// What the service says names commands of the command line. In the page the same is done elsewhere: here is where.
const places: Record<string, string> = {
  agreement: "Agreement of the project",
  crawl: "New source",
  "crawl --dry-run": "the preview of New source",
  db: "the database's commands on the machine of the service",
  errors: "Errors of the run",
  inspect: "the preview of New source",
  jobs: "Jobs",
  "jobs cancel": "Cancel under Jobs",
  label: "Projects",
  "label annotators": "People of the project",
  "label answers": "Answers of the project",
  "label audit": "Audit of the project",
  "label machine": "Machines of the project",
  "label members": "People of the project",
  "label bookmark": "Bookmark of the task",
  "label classes": "Settings of the project",
  "label guidelines": "Settings of the project",
  "label mine": "My answers",
  "label project create": "New project",
  "label project convert": "New project",
  "label project show": "the page of the project",
  "label review": "Review of the project",
  "label rules": "Rules under Machines of the project",
  "label rules clear": "Clear under Machines of the project",
  "label schema": "Classes in the settings of the project",
  "label suggest": "Suggestions under Machines of the project",
  "label tasks": "Tasks of the project",
  "label template": "New project",
  "label truth": "Truth and quality of the project",
  model: "the page of the model",
  "model edit": "the card of the model",
  "model list": "Models",
  "model predict": "Try it of the model",
  "model test": "Tests of the model",
  prepare: "Preparation under Quality of the source",
  quality: "Quality of the source",
  "quality check": "Checks under Quality of the source",
  "quality errors": "Wrong values under Quality of the source",
  "quality pages": "Texts under Quality of the source",
  "quality profile": "Profile under Quality of the source",
  records: "Records of the source",
  reference: "the reference",
  rejects: "Rejects of the source",
  runs: "Runs",
  "runs cell": "Classes of the run",
  serve: "the service",
  session: "Tokens and sessions",
  snapshot: "Snapshots",
  source: "Sources",
  "source accept": "Accept under Columns of the source",
  "source add": "New source",
  "source check": "Check under Settings of the source",
  "source edit": "edit",
  "source fields": "Columns of the source",
  "source log": "Log of the source",
  "source restore": "Restore",
  "source run": "Run now",
  "source settings": "Settings of the source",
  "source show": "the page of the source",
  "source urls": "Pages of the source",
  token: "Tokens and sessions",
  train: "Train",
  truth: "Truth and quality of the project",
  up: "the service",
  user: "Users",
  "user identities": "Accounts under Users",
  "user link": "a sign-in link",
  "user openid": "Accounts under Users",
  "user password": "Password",
  webhook: "Webhooks",
};

// Where a command's work is done in the page; undefined if nowhere.
export function placeOf(command: string): string | undefined {
  const words = command.split(" ");
  for (let n = words.length; n > 0; n--) {
    const place = places[words.slice(0, n).join(" ")];
    if (place) return place;
  }
  return undefined;
}

// A text of the service as the page says it: commands by their places, flags by the names of their settings.
export const inThePage = (text: string): string =>
  text
    .replaceAll(/(['`])tilth ([a-z][^'`]*)\1/g, (whole, _, command: string) => placeOf(command) ?? whole)
    .replaceAll(/(^|[\s(,;])--([a-z][a-z-]+)/g, (_, before: string, flag: string) => `${before}'${flag.replaceAll("-", "_")}'`);

// What went wrong, as a sentence. A name at its head, in quotes or with a dot or a digit in it, stays as it is.
export const asSentence = (text: string): string => inThePage(text).trim().replace(/^[a-z]+(?=[\s,;:]|$)/, (word) => word[0]!.toUpperCase() + word.slice(1)).replace(/[^.!?…:]$/, "$&.");
