// Mistakes that a schema finds. A schema's messages are texts: the fact travels in them as its JSON.

import type { z } from "zod";
import { fromFact, mistake, type Mistake, type MistakeFact } from "@/lib/core";

/** A mistake as the message of a schema. */
export function inSchema({ fact }: Mistake): string {
  return JSON.stringify(fact);
}

/** A mistake of what stands there; a field that is left out is told to be missing. */
export function whereGiven(says: Mistake): (issue: z.core.$ZodRawIssue) => string | undefined {
  return ({ input }) => (input === undefined ? undefined : inSchema(says));
}

/** The mistake in such a message. */
export function fromSchema(message: string): Mistake {
  return fromFact(JSON.parse(message) as MistakeFact);
}

/** What a schema says without words of its own. */
export function inSchemaWithoutWords(issue: z.core.$ZodRawIssue): string {
  return inSchema(explainIssue(issue));
}

function explainIssue(issue: z.core.$ZodRawIssue): Mistake {
  if (issue.input === undefined) return mistake("missing");
  const given = sayGiven(issue.input);
  if (issue.code === "invalid_value") return mistake("one-of", { words: issue.values.map(String).join(" or "), given });
  if (issue.code === "too_small")
    return issue.origin === "string" ? mistake("empty") : mistake("number-from", { least: String(issue.minimum), given });
  if (issue.code === "too_big") return mistake("number-to", { most: String(issue.maximum), given });
  const type = issue.code === "invalid_type" ? issue.expected : "";
  return mistake(Object.hasOwn(types, type) ? types[type as keyof typeof types] : "keys", { given });
}

/** A list or a map is told by its sort: it may be long, and YAML can put it into itself. */
function sayGiven(value: unknown): string {
  if (typeof value !== "object" || value === null) {
    const json = JSON.stringify(value);
    return json.length > 60 ? `${json.slice(0, 57)}...` : json;
  }
  return Array.isArray(value) ? "a list" : "keys with values";
}

const types = {
  string: "text",
  number: "number",
  int: "whole-number",
  boolean: "boolean-not",
  array: "list",
  object: "keys",
  record: "keys",
} as const;
