"use client";

import { Button } from "react-aria-components/Button";
import { useCluster } from "@/components/live/cluster";
import { useFindings } from "@/components/live/queries";
import { Popover } from "@/components/ui/popover";
import { useWords } from "@/components/words/words";
import { formatCount } from "@/lib/client/format";

const shownMax = 200;

/** The objects that were odd when they were read: how many, and behind the button which. Nothing where there are none. */
export function WarningsButton() {
  const words = useWords();
  const { name } = useCluster();
  const warnings = useFindings(name).data?.warnings ?? [];
  if (warnings.length === 0) return null;
  return (
    <Popover
      label={words.warnings.heading}
      placement="top start"
      className="w-560 max-w-[calc(100vw-24px)]"
      trigger={
        <Button className="rounded-1 px-4 text-ink-2 underline underline-offset-2 hover:bg-hover">
          {words.warnings.count(formatCount(warnings.length))}
        </Button>
      }
    >
      <div className="max-h-420 p-16 text-12">
        <h2 className="text-13 font-head">{words.warnings.heading}</h2>
        <p className="mt-2 text-ink-3">{words.warnings.intro}</p>
        <table className="mt-8 w-full border-separate border-spacing-0">
          <thead className="text-11 text-ink-3">
            <tr>
              <th scope="col" className="pb-4 text-left font-medium">
                {words.warnings.object}
              </th>
              <th scope="col" className="pb-4 text-left font-medium">
                {words.warnings.message}
              </th>
            </tr>
          </thead>
          <tbody>
            {warnings.slice(0, shownMax).map((warning) => (
              <tr key={`${warning.object} ${warning.message}`} className="align-top">
                <td className="mono border-t border-line py-4 pr-12 break-all">{warning.object}</td>
                <td className="border-t border-line py-4">{words.say.warning(warning)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {warnings.length > shownMax && (
          <p className="mt-8 text-ink-3">{words.findings.shownOf(formatCount(shownMax), formatCount(warnings.length))}</p>
        )}
      </div>
    </Popover>
  );
}
