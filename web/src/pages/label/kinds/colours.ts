// A colour for each class: its own, or one of those that are told apart on what is marked.
interface Named {
  name: string;
  colour?: string | null | undefined;
}
const palettes = {
  text: ["#3b6fb5", "#b3541e", "#2d7d46", "#8a3f9e", "#a88a00", "#b8325e", "#1f8a8a", "#6b6f76"],
  picture: ["#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb"], // Paul Tol's bright scheme, for people who are colour blind too
};
type On = keyof typeof palettes;

export const coloured = <T extends Named>(classes: readonly T[], on: On): (T & { colour: string })[] =>
  classes.map((each, i) => ({ ...each, colour: each.colour || palettes[on][i % palettes[on].length]! }));
export const coloursOf = (classes: readonly Named[], on: On): Map<string, string> => new Map(coloured(classes, on).map((each) => [each.name, each.colour]));
