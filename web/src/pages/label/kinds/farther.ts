// The question of a project as the page asks it, and the classes beyond those that the page holds: a project may have 100,000 of them,
// and the first few are enough to begin with.
import { getContext, setContext } from "svelte";
import type { Project } from "../../../lib/api";
import type { Label, Question } from "./answer";

export interface Farther {
  find: (text: string, part: string) => Promise<Label[]>;
  add: (found: Label, part: string) => void; // it was chosen: from now on the page holds it
}
const key = Symbol("classes");
export const setFarther = (farther: Farther): Farther => setContext(key, farther);
export const getFarther = (): Farther | undefined => getContext(key);

// A class that the page did not hold and that was chosen, of a part of a form or ("") of the question itself.
export interface Chosen {
  part: string;
  each: Label;
}

export const labelOf = (each: Project["classes"][number]): Label => ({
  name: each.name,
  description: each.description,
  ...(each.hotkey ? { hotkey: each.hotkey } : {}),
  ...(each.colour ? { colour: each.colour } : {}),
});

// Classes that an import added stand in the list of classes.
export function askedOf(project: Project, chosen: Chosen[]): Question {
  const { definition } = project;
  const some = project.class_count > project.classes.length;
  const chosenOf = (part: string): Label[] => chosen.filter((one) => one.part === part).map((one) => one.each);
  if (definition.kind === "form") {
    if (!some) return definition as unknown as Question;
    const parts = (definition.question ?? []).map((part) => ({ ...part, some, class: [...(part.class ?? []), ...chosenOf(part.name)] }));
    return { ...definition, question: parts } as unknown as Question;
  }
  const known = new Map((definition.class ?? []).map((each) => [each.name, each]));
  const live = project.classes.map((each) => ({ ...known.get(each.name), ...labelOf(each) }));
  return { ...definition, title: "", name: "", some, class: [...live, ...chosenOf("")] } as unknown as Question;
}
