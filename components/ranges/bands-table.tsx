"use client";

import { TableHead } from "@/components/ui/table-head";
import { useWords } from "@/components/words/words";
import { formatCount, formatRange, formatShare } from "@/lib/client/format";
import type { WireRanges } from "@/lib/wire/range-schemas";
import { bandHue } from "./band-hue";

type Band = WireRanges["bands"][number];
type BandsProps = { readonly ranges: WireRanges; readonly chosen: string | null; readonly onChoose: (band: Band) => void };

/** The bands of the policy file: how much is used, what is free next, who may. A click asks for a free port there. */
export function BandsTable({ ranges, chosen, onChoose }: BandsProps) {
  const words = useWords().ranges;
  const { columns } = words;
  return (
    <>
      <table className="w-full border-separate border-spacing-0 phone:hidden">
        <thead>
          <tr>
            <TableHead>{columns.band}</TableHead>
            <TableHead>{columns.range}</TableHead>
            <TableHead>{columns.owner}</TableHead>
            <TableHead>{columns.used}</TableHead>
            <TableHead numeric>{columns.free}</TableHead>
            <TableHead numeric>{columns.nextFree}</TableHead>
            <TableHead numeric>{columns.nextBlock(String(ranges.block))}</TableHead>
            <TableHead>{columns.rule}</TableHead>
          </tr>
        </thead>
        <tbody>
          {ranges.bands.map((band) => (
            <tr key={`${band.kind} ${band.name}`} className="whitespace-nowrap">
              <td className={cell}>
                <BandButton ranges={ranges} band={band} chosen={chosen === band.name} onChoose={onChoose} />
              </td>
              <td className={`${cell} font-mono text-[12px]`}>{formatRange(band.ports.first, band.ports.last)}</td>
              <td className={`${cell} text-ink-2`}>{band.owner ?? ""}</td>
              <td className={cell}>
                <Use band={band} />
              </td>
              <td className={number}>{formatCount(band.size - band.used)}</td>
              <td className={number}>{band.nextFree ?? words.none}</td>
              <td className={number}>{band.nextBlock === null ? words.none : formatRange(band.nextBlock.first, band.nextBlock.last)}</td>
              <td className={`${cell} text-ink-2`}>
                <Rule band={band} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <ul className="hidden phone:block">
        {ranges.bands.map((band) => (
          <li key={`${band.kind} ${band.name}`} className="border-b border-line py-8">
            <div className="flex items-center justify-between">
              <BandButton ranges={ranges} band={band} chosen={chosen === band.name} onChoose={onChoose} />
              <span className="font-mono text-[12px]">{formatRange(band.ports.first, band.ports.last)}</span>
            </div>
            <div className="mt-2 flex items-center justify-between text-12 text-ink-2">
              <span>
                {band.owner === null ? "" : `${band.owner}, `}
                <Rule band={band} />
              </span>
              <span>
                {columns.nextFree} <span className="font-mono text-ink">{band.nextFree ?? words.none}</span>
              </span>
            </div>
            <div className="mt-2">
              <Use band={band} />
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

const cell = "h-32 border-b border-line px-10";
const number = `${cell} text-right font-mono text-[12px]`;

function BandButton({ ranges, band, chosen, onChoose }: Omit<BandsProps, "chosen"> & { readonly band: Band; readonly chosen: boolean }) {
  const place = ranges.bands.filter(({ kind }) => kind === "nodePort").indexOf(band);
  return (
    <button
      type="button"
      aria-pressed={chosen}
      className="inline-flex items-center gap-8 font-semibold hover:underline phone:h-28"
      onClick={() => {
        onChoose(band);
      }}
    >
      <svg width="10" height="10" aria-hidden>
        {place < 0 ? (
          <rect x="1" y="1" width="8" height="8" fill="none" stroke="var(--o-hostport)" strokeWidth="1.5" />
        ) : (
          <rect
            x=".75"
            y=".75"
            width="8.5"
            height="8.5"
            rx="1.5"
            fill={bandHue(place)}
            fillOpacity=".28"
            stroke={bandHue(place)}
            strokeWidth="1.5"
          />
        )}
      </svg>
      {band.name}
      {band.kind === "hostPort" && <span className="font-normal text-ink-3">hostPort</span>}
    </button>
  );
}

const barWidth = 120;

function Use({ band }: { readonly band: Band }) {
  const words = useWords().ranges;
  const share = band.used / band.size;
  return (
    <span className="inline-flex items-center gap-10 font-mono text-[12px]">
      <span className="min-w-86">{words.usedOf(formatCount(band.used), formatCount(band.size))}</span>
      <svg width={barWidth} height="8" aria-hidden>
        <rect width={barWidth} height="8" rx="1" fill="var(--line)" />
        <rect width={band.used === 0 ? 0 : Math.max(1, barWidth * Math.min(1, share))} height="8" rx="1" fill="var(--text-2)" />
      </svg>
      <span className="text-ink-3">{formatShare(share)}</span>
    </span>
  );
}

function Rule({ band: { allow } }: { readonly band: Band }) {
  const { ranges: words, say } = useWords();
  const labels = Object.entries(allow?.labels ?? {}).map(([key, value]) => `${key}=${value}`);
  const who = [...(allow?.namespaces ?? []), ...labels];
  return who.length === 0 ? words.anyone : words.only(say.names(who));
}
