// Simulated labelers: a pool of them between the best and the worst, and their answers in a project.
export interface Simulated {
  name: string;
  error: number; // share of the answers that are wrong on purpose
}

// So many, evenly between the best and the worst share of right answers. A name says how often its owner is right.
export function poolOf(many: number, best: number, worst: number): Simulated[] {
  const n = Math.max(0, Math.floor(many || 0));
  return Array.from({ length: n }, (_, i) => {
    const right = n === 1 ? best : best + ((worst - best) * i) / (n - 1);
    return { name: `simulated-${i + 1}-of-${Math.round(right * 100)}-percent`, error: Number((1 - right).toFixed(4)) };
  });
}
