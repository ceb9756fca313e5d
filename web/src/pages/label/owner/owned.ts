// What the parts of a project's page share: the project, who looks at it, and how its things are said.
import { inWords } from "../kinds/answer";
import type { Project } from "../../../lib/api";

export interface Owned {
  project: Project;
  etag: string;
  manages: boolean; // its owners, operators and administrators
  decides: boolean; // those and its reviewers
  changed: () => void; // to be read anew
}

export const here = (project: Project): { path: { project: string } } => ({ path: { project: project.name } });

export function said(answer: { label: string | null; value?: unknown }): string {
  if (answer.label !== null && answer.label !== "") return answer.label;
  const value = answer.value;
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return String(Number(value.toPrecision(6)));
  return inWords(value);
}

export const seconds = (milliseconds: number | null | undefined): string => (milliseconds === null || milliseconds === undefined ? "–" : `${(milliseconds / 1000).toFixed(1)} s`);

export const ratio = (value: number | null | undefined, digits = 3): string => (value === null || value === undefined ? "–" : value.toFixed(digits));
export const between = (low: number | null | undefined, high: number | null | undefined, digits = 3): string => (low === null || low === undefined || high === null || high === undefined ? "" : `${low.toFixed(digits)} to ${high.toFixed(digits)}`);
