// What a DataTable shows. `value` is what a row is sorted and found by; a cell without a snippet shows it as text.
export interface Column<T> {
  id: string;
  name: string; // empty: what can be done with the row
  value: (row: T) => string | number | null | undefined;
  number?: boolean; // at the right, in figures of one width
  wide?: boolean; // left out on narrow screens
}

export type Order = { id: string; down: boolean };

export function sorted<T>(rows: T[], column: Column<T> | undefined, down: boolean): T[] {
  if (!column) return rows;
  const by = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const compare = (a: T, b: T): number => {
    const x = column.value(a);
    const y = column.value(b);
    const none = Number(x === null || x === undefined || x === "") - Number(y === null || y === undefined || y === "");
    if (none !== 0) return none; // what is missing comes last, whichever way
    const order = typeof x === "number" && typeof y === "number" ? x - y : by.compare(String(x ?? ""), String(y ?? ""));
    return down ? -order : order;
  };
  return [...rows].sort(compare);
}
