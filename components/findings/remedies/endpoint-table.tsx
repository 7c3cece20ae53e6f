"use client";

import { CopyButton } from "@/components/ui/copy-button";
import { useWords } from "@/components/words/words";
import { formatPort } from "@/lib/client/format";
import { endpointsToCsv } from "@/lib/wire/endpoint-table";
import type { WireRemedy } from "@/lib/wire/remedy-schemas";

/** Who connects where after the change: what the users are told. */
export function EndpointTable({ endpoints }: Pick<WireRemedy, "endpoints">) {
  const { findings, shell } = useWords();
  const words = findings.remedies;
  const head = "h-26 border-b border-line pr-12 text-left text-11 font-medium text-ink-3";
  const cell = "border-b border-line py-4 pr-12 align-top";
  return (
    <div>
      <h4 className="flex items-center justify-between text-12 font-semibold">
        {words.who}
        <CopyButton size="small" tone="ghost" text={() => endpointsToCsv(endpoints)} said={words.tableCopied} failed={shell.copyFailed}>
          {words.copyTable}
        </CopyButton>
      </h4>
      <table className="w-full border-separate border-spacing-0 text-12">
        <thead>
          <tr>
            <th scope="col" className={head}>
              {words.owner}
            </th>
            <th scope="col" className={head}>
              {words.before}
            </th>
            <th scope="col" className={head}>
              {words.after}
            </th>
          </tr>
        </thead>
        <tbody className="font-mono text-[11.5px] leading-[17px]">
          {endpoints.map(({ owner, service, protocol, addresses, before, after }) => (
            <tr key={`${owner} ${protocol} ${String(after)}`}>
              <th scope="row" className={`${cell} text-left font-normal break-words`}>
                {owner}
              </th>
              <td className={cell}>{before === null ? words.unreachable : formatPort(before, protocol)}</td>
              <td className={cell}>
                <b>{formatPort(after, protocol)}</b>
                <span className="block font-ui text-11 text-ink-3">
                  {addresses.length === 0 ? words.everyNode : addresses.join(", ")}
                  {service !== null && `, ${service}`}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
