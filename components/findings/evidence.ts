import type { WireFinding } from "@/lib/wire/schemas";

type Plain = Readonly<Record<string, unknown>>;

/** An owner as a rule's evidence names it. */
export type EvidenceOwner = {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly group: { readonly name: string } | null;
  readonly share: number | null;
};

/** A label of the owners' pods, side by side: one list of values for each owner. */
export type EvidenceLabel = {
  readonly key: string;
  readonly values: readonly (readonly string[])[];
  readonly separates: boolean;
  readonly best: boolean;
};

export type EvidenceLine = { readonly key: string; readonly text: string };

/**
 * The owners between whom traffic is divided.
 *
 * Returns: none when the rule's evidence does not list owners; evidence differs by rule, and a rule may be newer than this page.
 */
export function readOwners({ evidence, groups }: Pick<WireFinding, "evidence" | "groups">): EvidenceOwner[] {
  const list = evidence["owners"];
  if (!Array.isArray(list)) return [];
  const owners = list.flatMap((each: unknown): EvidenceOwner[] => {
    if (!isPlain(each)) return [];
    const owner = isPlain(each["owner"]) ? each["owner"] : each;
    const { kind, namespace, name } = owner;
    if (typeof kind !== "string" || typeof name !== "string") return [];
    const group = isPlain(each["group"]) ? each["group"]["name"] : undefined;
    return [
      {
        kind,
        namespace: typeof namespace === "string" ? namespace : "",
        name,
        group: typeof group === "string" ? { name: group } : null,
        share: shareOf(each),
      },
    ];
  });
  // Older evidence names groups beside the owners, in the same order.
  return owners.map((owner, place) => {
    const beside = groups.length === owners.length ? groups[place] : undefined;
    return owner.group === null && beside !== undefined ? { ...owner, group: { name: beside.name } } : owner;
  });
}

function shareOf(owner: Plain): number | null {
  const share = owner["share"] ?? owner["probability"];
  return typeof share === "number" ? share : null;
}

/** The rest of the evidence as lines, in the rule's order; what has its own place on the page is left out. */
export function describeEvidence(evidence: Plain, shown: readonly string[]): EvidenceLine[] {
  return Object.entries(evidence)
    .filter(
      ([key, value]) => !shown.includes(key) && value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0),
    )
    .map(([key, value]) => ({ key, text: describeValue(value) }));
}

/** An object as `Kind/namespace/name`, labels as `key=value`, lists with commas. */
export function describeValue(value: unknown): string {
  if (Array.isArray(value)) return value.map((each) => describeValue(each)).join(", ");
  if (!isPlain(value)) return String(value);
  const { kind, namespace, name } = value;
  if (
    typeof kind === "string" &&
    typeof name === "string" &&
    Object.keys(value).every((key) => ["kind", "namespace", "name"].includes(key))
  ) {
    return [kind, namespace, name].filter((part) => typeof part === "string" && part !== "").join("/");
  }
  if (typeof value["port"] === "number" && typeof value["protocol"] === "string" && Object.keys(value).length === 2)
    return `${String(value["port"])}/${value["protocol"]}`;
  return Object.entries(value)
    .filter(([, each]) => each !== null && each !== undefined)
    .map(([key, each]) => `${key}=${describeValue(each)}`)
    .join(" ");
}

export function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
