// Which page stands at which address, and where it is found in the navigation. A page is loaded when it is first opened.
import type { Component } from "svelte";

export type Role = "admin" | "operator" | "labeler" | "analyst";
export type Area = "Gather" | "Data" | "Label" | "Learn" | "People";

// A page takes the named parts of its pattern.
type Page = Component<Record<string, string>>;

export interface Route {
  pattern: string; // "/sources/{source}"
  load: () => Promise<{ default: unknown }>;
  bare?: boolean; // fills the window, without the frame
}

export const routes: Route[] = [
  { pattern: "/", load: () => import("../pages/Overview.svelte") },
  { pattern: "/password", load: () => import("../pages/PasswordPage.svelte") },
  { pattern: "/label/{name}", load: () => import("../pages/label/LabelPage.svelte"), bare: true },

  // Gather
  { pattern: "/sources", load: () => import("../pages/gather/Sources.svelte") },
  { pattern: "/new/source", load: () => import("../pages/gather/NewSource.svelte") },
  { pattern: "/sources/{source}", load: () => import("../pages/gather/SourcePage.svelte") },
  { pattern: "/records/{id}", load: () => import("../pages/data/RecordPage.svelte") },
  { pattern: "/sources/{source}/records/{key}", load: () => import("../pages/data/KeyedRecord.svelte") },
  { pattern: "/jobs", load: () => import("../pages/gather/Jobs.svelte") },
  { pattern: "/disk", load: () => import("../pages/gather/Disk.svelte") },

  { pattern: "/webhooks", load: () => import("../pages/webhooks/Webhooks.svelte") },
  { pattern: "/webhooks/{name}", load: () => import("../pages/webhooks/WebhookPage.svelte") },

  // Data
  { pattern: "/quality", load: () => import("../pages/data/quality/Sources.svelte") },
  { pattern: "/quality/{source}", load: () => import("../pages/data/quality/QualityPage.svelte") },

  // Label: the owner's
  { pattern: "/projects", load: () => import("../pages/label/owner/Projects.svelte") },
  { pattern: "/new/project", load: () => import("../pages/label/owner/NewProject.svelte") },
  { pattern: "/projects/{name}", load: () => import("../pages/label/owner/ProjectPage.svelte") },

  // Learn
  { pattern: "/snapshots", load: () => import("../pages/learn/Snapshots.svelte") },
  { pattern: "/snapshots/{snapshot}", load: () => import("../pages/learn/SnapshotPage.svelte") },
  { pattern: "/runs", load: () => import("../pages/learn/Runs.svelte") },
  { pattern: "/runs/{id}", load: () => import("../pages/learn/RunPage.svelte") },
  { pattern: "/compare", load: () => import("../pages/learn/ComparePage.svelte") },
  { pattern: "/models", load: () => import("../pages/learn/models/Models.svelte") },
  { pattern: "/models/{name}", load: () => import("../pages/learn/models/ModelPage.svelte") },

  // People
  { pattern: "/users", load: () => import("../pages/people/Users.svelte") },
  { pattern: "/access", load: () => import("../pages/people/Access.svelte") },
  { pattern: "/audit", load: () => import("../pages/people/Audit.svelte") },
];

export interface Entry {
  area: Area;
  name: string;
  path: string;
  roles: Role[];
}

const everybody: Role[] = ["admin", "operator", "labeler", "analyst"];

export const entries: Entry[] = [
  // Gather
  { area: "Gather", name: "Sources", path: "/sources", roles: ["admin", "operator", "analyst"] },
  { area: "Gather", name: "Jobs", path: "/jobs", roles: ["admin", "operator", "analyst"] },
  { area: "Gather", name: "Disk", path: "/disk", roles: ["admin", "operator"] },
  { area: "Gather", name: "Webhooks", path: "/webhooks", roles: ["admin", "operator"] },

  // Data
  { area: "Data", name: "Quality", path: "/quality", roles: ["admin", "operator", "analyst"] },

  // Label: the owner's
  { area: "Label", name: "Projects", path: "/projects", roles: everybody },

  // Learn
  { area: "Learn", name: "Snapshots", path: "/snapshots", roles: ["admin", "operator", "analyst"] },
  { area: "Learn", name: "Runs", path: "/runs", roles: ["admin", "operator", "analyst"] },
  { area: "Learn", name: "Models", path: "/models", roles: ["admin", "operator", "analyst"] },

  // People
  { area: "People", name: "Users", path: "/users", roles: ["admin"] },
  { area: "People", name: "Tokens and sessions", path: "/access", roles: everybody },
  { area: "People", name: "Audit", path: "/audit", roles: ["admin"] },
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
