"use client";

import { Button } from "react-aria-components/Button";
import { Chevron } from "@/components/ui/icon";
import { ActionMenu } from "@/components/ui/menu";
import { useWords } from "@/components/words/words";
import { formatCount } from "@/lib/client/format";
import type { WireFinding } from "@/lib/wire/schemas";
import { facetValues, withFacet, type FacetKey } from "./facets";

const keys = ["rule", "ns", "owner"] as const satisfies readonly FacetKey[];
const shownMax = 12;

type NarrowMenuProps = {
  readonly findings: readonly WireFinding[];
  readonly filter: string;
  readonly onFilter: (text: string) => void;
};

/** The rules, namespaces and owners among the findings shown, each with its count; a choice is written into the filter. */
export function NarrowMenu({ findings, filter, onFilter }: NarrowMenuProps) {
  const words = useWords().findings;
  const sections = keys.flatMap((key) => {
    const values = facetValues(findings, key);
    // One value that all have narrows nothing.
    if (values.length === 0 || (values.length === 1 && values[0]?.count === findings.length)) return [];
    return [
      {
        heading: words.narrowBy[key],
        actions: values.slice(0, shownMax).map(({ value, count }) => ({
          value: `${key} ${value}`,
          label: <span className="font-mono text-12">{value}</span>,
          text: value,
          beside: formatCount(count),
          run: () => onFilter(withFacet(filter, key, value)),
        })),
      },
    ];
  });
  if (sections.length === 0) return null;
  return (
    <ActionMenu
      label={words.narrow}
      sections={sections}
      trigger={
        <Button className="inline-flex h-28 items-center gap-6 rounded-2 px-8 whitespace-nowrap hover:bg-hover phone:h-40">
          {words.narrow}
          <Chevron />
        </Button>
      }
    />
  );
}
