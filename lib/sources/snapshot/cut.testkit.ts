// What the cutters hand out, parsed, when a text arrives in chunks.

import { loadAll } from "js-yaml";
import { createJsonCutter } from "./cut-json";
import { createYamlCutter } from "./cut-yaml";

export type JsonCut = { readonly elements: unknown[]; readonly values: unknown[]; readonly broken: string[]; readonly paths: string[] };

export function cutJson(text: string, chunkBytes = 7): JsonCut {
  const result: JsonCut = { elements: [], values: [], broken: [], paths: [] };
  const cutter = createJsonCutter(
    {
      element: (part, path) => {
        result.elements.push(parse(part));
        if (!result.paths.includes(path.join("."))) result.paths.push(path.join("."));
      },
      value: (part, count) => {
        const parsed = parse(part);
        result.values.push(count === 0 ? parsed : [parsed, count]);
      },
      broken: ({ ended, line, column, elements }) =>
        result.broken.push(`${ended ? "ended" : "broken"} ${String(line)}:${String(column)} after ${String(elements)}`),
    },
    1 << 20,
    () => {
      throw new Error("too long");
    },
  );
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunkBytes) cutter.write(bytes.subarray(at, at + chunkBytes));
  cutter.end();
  return result;
}

export type YamlCut = { readonly elements: unknown[]; readonly values: unknown[]; readonly broken: number[] };

export function cutYaml(text: string, chunkBytes = 11): YamlCut {
  const result: YamlCut = { elements: [], values: [], broken: [] };
  const cutter = createYamlCutter(
    {
      element: (part) => {
        try {
          result.elements.push(...(loadAll(part)[0] as unknown[]));
        } catch {
          result.elements.push("no YAML");
        }
      },
      value: (part) => {
        try {
          result.values.push(...loadAll(part).filter((value) => value !== null));
          return true;
        } catch {
          return false;
        }
      },
      broken: ({ line }) => result.broken.push(line),
    },
    8 << 20,
    () => {
      throw new Error("too long");
    },
  );
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunkBytes) cutter.write(bytes.subarray(at, at + chunkBytes));
  cutter.end();
  return result;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return "no JSON";
  }
}
