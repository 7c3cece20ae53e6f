"use client";

import { classes } from "@/components/ui/classes";
import { useWords } from "@/components/words/words";
import type { WireRoute } from "@/lib/wire/schemas";

/** How a route was decided: each step with the object and field that decided it. On phones each step is a block. */
export function StepTable({ steps, guilty }: { readonly steps: WireRoute["steps"]; readonly guilty: string | null }) {
  const words = useWords();
  const head = "border-b border-line bg-sunken px-8 py-6 text-left text-11 font-medium text-ink-3";
  return (
    <div className="overflow-x-auto rounded-2 border border-line bg-surface">
      <table className="w-full border-collapse phone:block">
        <thead className="phone:hidden">
          <tr>
            <td className={classes(head, "w-18")} />
            <th scope="col" className={head}>
              {words.trace.step}
            </th>
            <th scope="col" className={head}>
              {words.trace.object}
            </th>
            <th scope="col" className={head}>
              {words.trace.field}
            </th>
            <th scope="col" className={head}>
              {words.trace.value}
            </th>
            <th scope="col" className={head}>
              {words.trace.so}
            </th>
          </tr>
        </thead>
        <tbody className="phone:block">
          {steps.map((step, place) => {
            const isGuilty = step.code === guilty;
            const { title, verdict } = words.say.step(step);
            return (
              <tr
                key={`${step.code} ${String(place)}`}
                className={classes("border-b border-line last:border-0 phone:block phone:px-10 phone:py-6", isGuilty && "bg-critical-soft")}
              >
                <td className="py-6 pl-8 font-mono text-12 text-ink-3 phone:hidden">{place + 1}</td>
                <td className="px-8 py-6 whitespace-nowrap phone:block phone:p-0 phone:font-semibold">{title}</td>
                <td className="px-8 py-6 font-mono text-12 wrap-anywhere phone:block phone:p-0">{step.object ?? ""}</td>
                <td className="px-8 py-6 font-mono text-12 wrap-anywhere text-ink-2 phone:block phone:p-0">{step.field ?? ""}</td>
                <td className="px-8 py-6 font-mono text-12 wrap-anywhere phone:block phone:p-0">{step.value ?? ""}</td>
                <td className={classes("px-8 py-6 phone:block phone:p-0", isGuilty && "font-semibold text-critical")}>{verdict}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
