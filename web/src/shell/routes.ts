// Which page stands at which address, and where it is found in the navigation. A page is loaded when it is first opened.
import type { Component } from "svelte";

export type Role = "admin" | "operator" | "labeler" | "analyst";
export type Area = "Gather" | "Data" | "Label" | "Learn" | "People";

// A page takes the named parts of its pattern.
type Page = Component<Record<string, string>>;

export interface Route {
  pattern: string; // "/sources/{source}"
  load: () => Promise<{ default: unknown }>;
  roles?: Role[]; // whom the service answers there; everybody, if it is left out
  bare?: boolean; // fills the window, without the frame
}

const see: Role[] = ["admin", "operator", "analyst"];
const run: Role[] = ["admin", "operator"];
const admins: Role[] = ["admin"];

export const routes: Route[] = [
  { pattern: "/", load: () => import("../pages/Overview.svelte") },
  { pattern: "/password", load: () => import("../pages/PasswordPage.svelte") },
  { pattern: "/label/{name}", load: () => import("../pages/label/LabelPage.svelte"), bare: true },

  // Gather
  { pattern: "/sources", roles: see, load: () => import("../pages/gather/Sources.svelte") },
  { pattern: "/new/source", roles: run, load: () => import("../pages/gather/NewSource.svelte") },
  { pattern: "/sources/{source}", roles: see, load: () => import("../pages/gather/SourcePage.svelte") },
  { pattern: "/records/{id}", roles: see, load: () => import("../pages/data/RecordPage.svelte") },
  { pattern: "/sources/{source}/records/{key}", roles: see, load: () => import("../pages/data/KeyedRecord.svelte") },
  { pattern: "/jobs", roles: see, load: () => import("../pages/gather/Jobs.svelte") },
  { pattern: "/disk", roles: run, load: () => import("../pages/gather/Disk.svelte") },

  { pattern: "/webhooks", roles: run, load: () => import("../pages/webhooks/Webhooks.svelte") },
  { pattern: "/webhooks/{name}", roles: run, load: () => import("../pages/webhooks/WebhookPage.svelte") },

  // Data
  { pattern: "/quality", roles: see, load: () => import("../pages/data/quality/Sources.svelte") },
  { pattern: "/quality/{source}", roles: see, load: () => import("../pages/data/quality/QualityPage.svelte") },

  // Label: the owner's
  { pattern: "/projects", load: () => import("../pages/label/owner/Projects.svelte") },
  { pattern: "/new/project", roles: run, load: () => import("../pages/label/owner/NewProject.svelte") },
  { pattern: "/projects/{name}", load: () => import("../pages/label/owner/ProjectPage.svelte") },

  // Learn
  { pattern: "/snapshots", roles: see, load: () => import("../pages/learn/Snapshots.svelte") },
  { pattern: "/snapshots/{snapshot}", roles: see, load: () => import("../pages/learn/SnapshotPage.svelte") },
  { pattern: "/runs", roles: see, load: () => import("../pages/learn/Runs.svelte") },
  { pattern: "/runs/{id}", roles: see, load: () => import("../pages/learn/RunPage.svelte") },
  { pattern: "/compare", roles: see, load: () => import("../pages/learn/ComparePage.svelte") },
  { pattern: "/models", roles: see, load: () => import("../pages/learn/models/Models.svelte") },
  { pattern: "/models/{name}", roles: see, load: () => import("../pages/learn/models/ModelPage.svelte") },

  // People
  { pattern: "/users", roles: admins, load: () => import("../pages/people/Users.svelte") },
  { pattern: "/access", load: () => import("../pages/people/Access.svelte") },
  { pattern: "/audit", roles: admins, load: () => import("../pages/people/Audit.svelte") },
];

export interface Entry {
  area: Area;
  name: string;
  path: string;
}

export const entries: Entry[] = [
  // Gather
  { area: "Gather", name: "Sources", path: "/sources" },
  { area: "Gather", name: "Jobs", path: "/jobs" },
  { area: "Gather", name: "Disk", path: "/disk" },
  { area: "Gather", name: "Webhooks", path: "/webhooks" },

  // Data
  { area: "Data", name: "Quality", path: "/quality" },

  // Label: the owner's
  { area: "Label", name: "Projects", path: "/projects" },

  // Learn
  { area: "Learn", name: "Snapshots", path: "/snapshots" },
  { area: "Learn", name: "Runs", path: "/runs" },
  { area: "Learn", name: "Models", path: "/models" },

  // People
  { area: "People", name: "Users", path: "/users" },
  { area: "People", name: "Tokens and sessions", path: "/access" },
  { area: "People", name: "Audit", path: "/audit" },
];

export interface Match {
  route: Route;
  parts: Record<string, string>;
}

export function match(path: string): Match | null {
  const segments = path.split("/").filter(Boolean);
  for (const route of routes) {
    const pieces = route.pattern.split("/").filter(Boolean);
    if (pieces.length !== segments.length) continue;
    const parts: Record<string, string> = {};
    const fits = pieces.every((piece, i) => {
      const segment = segments[i] ?? "";
      if (!piece.startsWith("{")) return piece === segment;
      parts[piece.slice(1, -1)] = decode(segment);
      return true;
    });
    if (fits) return { route, parts };
  }
  return null;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // a stray percent sign
  }
}

const loaded = new Map<Route, Promise<Page>>();

export function page(route: Route): Promise<Page> {
  let found = loaded.get(route);
  if (!found) {
    found = route.load().then((module) => module.default as Page);
    found.catch(() => loaded.delete(route)); // a network that failed may come back
    loaded.set(route, found);
  }
  return found;
}
