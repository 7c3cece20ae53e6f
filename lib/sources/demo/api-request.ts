// What a request to the simulated API server asks for: kind, namespace, name, and which objects of them.

import { apiKinds, type ApiKind, type ApiObject } from "./api-object";

export type Target = { readonly kind: ApiKind; readonly namespace: string | null; readonly name: string | null };
export type Verb = "get" | "list" | "watch";

/** The collection or object of a path; undefined for every other path. */
export function readTarget(path: string): Target | undefined {
  const match = /^\/(?:api\/v1|apis\/([^/]+)\/v1)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?$/.exec(path);
  if (match === null) return undefined;
  const [, group = "", namespace, plural, name] = match;
  // /api/v1/namespaces/x is the Namespace itself, which the pattern reads right; a namespaced path of an unscoped kind is none.
  const kind = apiKinds.find((each) => each.plural === plural && each.group === group && (each.namespaced || namespace === undefined));
  if (kind === undefined) return undefined;
  return {
    kind,
    namespace: namespace === undefined ? null : decodeURIComponent(namespace),
    name: name === undefined ? null : decodeURIComponent(name),
  };
}

/**
 * Which objects of a collection a request wants, or the selector that is not understood.
 *
 * Source: fieldSelector metadata.name and metadata.namespace; labelSelector with `key=value`, `key==value`, `key!=value`, `key` and `!key`.
 */
export function readSelection(query: URLSearchParams): { readonly wants: (object: ApiObject) => boolean } | { readonly unknown: string } {
  const tests: ((object: ApiObject) => boolean)[] = [];
  for (const term of terms(query.get("fieldSelector"))) {
    const [, key, value] = /^(metadata\.name(?:space)?)==?(.*)$/.exec(term) ?? [];
    if (key === undefined) return { unknown: `field label not supported: ${term.split(/[=!]/)[0] ?? term}` };
    tests.push(({ metadata }) => (key === "metadata.name" ? metadata.name : metadata.namespace) === value);
  }
  for (const term of terms(query.get("labelSelector"))) {
    const [, not = "", key = "", operator, value = ""] = /^(!?)([A-Za-z0-9._/-]+)(?:(!=|==?)(.*))?$/.exec(term) ?? [];
    if (key === "") return { unknown: `unable to parse requirement: ${term}` };
    tests.push((object) => {
      const own = labelsOf(object)[key];
      if (operator === undefined) return (own === undefined) === (not === "!");
      return operator === "!=" ? own !== value : own === value;
    });
  }
  return { wants: (object) => tests.every((test) => test(object)) };
}

function terms(text: string | null): readonly string[] {
  return (text ?? "")
    .split(",")
    .map((term) => term.trim())
    .filter((term) => term !== "");
}

function labelsOf({ metadata }: ApiObject): Readonly<Record<string, string>> {
  return (metadata["labels"] ?? {}) as Readonly<Record<string, string>>;
}
