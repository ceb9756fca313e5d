// The service's description of itself, from which forms are made: what an operation takes, with types, limits and words of help.
import { client, ok } from "./client";
import { inThePage } from "./commands";
import type { operations } from "./schema";

export interface Schema {
  type?: string | string[];
  description?: string;
  enum?: (string | number | null)[];
  minimum?: number;
  maximum?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  anyOf?: Schema[];
}

interface Operation {
  operationId: string;
  summary: string;
  requestBody?: { content: Record<string, { schema: Schema }> };
}

let asked: Promise<Map<string, Operation>> | null = null;

async function read(): Promise<Map<string, Operation>> {
  const all = (await ok(client.GET("/api/v1/openapi.json"))) as { paths: Record<string, Record<string, Operation>> };
  const found = new Map<string, Operation>();
  for (const path of Object.values(all.paths)) for (const operation of Object.values(path)) found.set(operation.operationId, operation);
  return found;
}

// What the operation takes in its body.
export async function bodyOf(operation: keyof operations): Promise<Schema> {
  asked ??= read();
  asked.catch(() => (asked = null));
  return (await asked).get(operation)?.requestBody?.content["application/json"]?.schema ?? {};
}

export type Kind = "text" | "long" | "number" | "switch" | "choice" | "list" | "json" | "either"; // either: true, false or more

export interface Field {
  name: string;
  kind: Kind;
  help: string;
  required: boolean;
  choices: string[];
  least?: number;
  most?: number;
  whole: boolean;
  usual?: string; // what holds where nothing is said
  meanings?: Record<string, string>; // of the choices
  secret?: boolean;
}

// A schema without null beside it.
function plain(schema: Schema): Schema {
  const other = schema.anyOf?.find((each) => each.type !== "null");
  return other ? { ...other, description: schema.description ?? other.description } : schema;
}

export function fieldOf(name: string, given: Schema, required: boolean): Field {
  const several = (given.anyOf ?? []).filter((each) => each.type !== "null");
  const schema = plain(given);
  const types = [schema.type ?? []].flat().filter((type) => type !== "null");
  const numeric = (types.includes("integer") || types.includes("number")) && !types.includes("string"); // a span of time is text or a number
  const kind: Kind = several.length > 1 && several.some((each) => each.type === "boolean")
    ? "either"
    : schema.enum
    ? "choice"
    : types.includes("boolean")
      ? "switch"
      : numeric
        ? "number"
        : types.includes("array")
          ? plain(schema.items ?? {}).type === "string" ? "list" : "json"
          : types.includes("string")
            ? "text"
            : "json";
  return {
    name,
    kind,
    required,
    help: inThePage(schema.description ?? ""),
    choices: (schema.enum ?? []).filter((each) => each !== null).map(String),
    least: schema.minimum,
    most: schema.maximum,
    whole: types.includes("integer"),
  };
}

export const fieldsOf = (schema: Schema): Field[] =>
  Object.entries(schema.properties ?? {}).map(([name, each]) => fieldOf(name, each, schema.required?.includes(name) ?? false));

// What was typed, as the service takes it; undefined: nothing. Throws with what is wrong.
export function valueOf(field: Field, typed: string | boolean | undefined): unknown {
  if (field.kind === "switch") return typed === undefined || typed === "" ? undefined : typed === true || typed === "true";
  const text = String(typed ?? "").trim();
  if (text === "") {
    if (field.required) throw new Error(`${field.name}: is needed`);
    return undefined;
  }
  if (field.kind === "number") {
    const number = Number(text);
    if (Number.isNaN(number) || (field.whole && !Number.isInteger(number))) throw new Error(`${field.name}: '${text}' is no ${field.whole ? "whole " : ""}number`);
    return number;
  }
  if (field.kind === "list") return linesOf(text);
  if (field.kind === "either") return text === "true" || text === "false" ? text === "true" : text.startsWith("{") ? jsonOf(field, text) : linesOf(text);
  if (field.kind === "json") return jsonOf(field, text);
  return text;
}
const linesOf = (text: string): string[] => text.split("\n").map((line) => line.trim()).filter(Boolean);
function jsonOf(field: Field, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${field.name}: is no JSON`);
  }
}

// Of all fields; those in which nothing was typed are left out.
export function valuesOf(fields: Field[], typed: Record<string, string | boolean>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const field of fields) {
    const value = valueOf(field, typed[field.name]);
    if (value !== undefined) values[field.name] = value;
  }
  return values;
}

// Values as they stand in inputs.
export const typedOf = (values: Record<string, unknown>): Record<string, string | boolean> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === "boolean" ? value : Array.isArray(value) && value.every((each) => typeof each === "string") ? value.join("\n") : value !== null && typeof value === "object" ? JSON.stringify(value, null, 2) : String(value ?? ""),
    ]),
  );
