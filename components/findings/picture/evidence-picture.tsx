"use client";

import { OwnerChip } from "@/components/glyphs/owner-chip";
import { classes } from "@/components/ui/classes";
import { useWords } from "@/components/words/words";
import type { WireFinding } from "@/lib/wire/schemas";
import { Block } from "../block";
import { layOut, railWidth, type LaidEdge } from "./layout";
import type { Picture, PictureLabel, PictureRow } from "./picture";

/** The picture of a finding's evidence. Arrows are drawn for the eye; the rows say the same in words. */
export function EvidencePicture({ picture, severity }: { readonly picture: Picture; readonly severity: WireFinding["severity"] }) {
  const words = useWords().findings.picture;
  const { height, edges } = layOut(picture);
  return (
    <Block heading={words[picture.heading]}>
      <div className="flex">
        <svg width={railWidth} height={height} viewBox={`0 0 ${String(railWidth)} ${String(height)}`} className="flex-none" aria-hidden>
          {edges.map((edge) => (
            <Arrow key={`${String(edge.from)} ${String(edge.to)}`} edge={edge} severity={severity} />
          ))}
        </svg>
        <ul className="flex min-w-0 flex-1 flex-col gap-8">
          {picture.rows.map((row, place) => (
            <Row key={`${String(place)} ${row.kind} ${row.name}`} row={row} severity={severity} />
          ))}
        </ul>
      </div>
    </Block>
  );
}

function Arrow({ edge, severity }: { readonly edge: LaidEdge; readonly severity: WireFinding["severity"] }) {
  const { path, width, y, hue, end } = edge;
  const colour = hue === null ? "var(--control)" : `var(--ow${String(hue)})`;
  const failed = severity === "critical" ? "var(--critical)" : "var(--text-2)";
  const x = railWidth - 6;
  return (
    <>
      <path
        d={path}
        fill="none"
        stroke={colour}
        strokeWidth={width}
        {...(end === "fails" ? { strokeDasharray: "5 3" } : end === "unknown" ? { strokeDasharray: "2 3" } : {})}
      />
      {end === "arrives" && (
        <path d={`M${String(x)} ${String(y - 6)}L${String(railWidth)} ${String(y)}L${String(x)} ${String(y + 6)}Z`} fill={colour} />
      )}
      {end === "fails" && (
        <path
          d={`M${String(x - 3)} ${String(y - 4)}L${String(x + 5)} ${String(y + 4)}M${String(x + 5)} ${String(y - 4)}L${String(x - 3)} ${String(y + 4)}`}
          fill="none"
          stroke={failed}
          strokeWidth="2"
        />
      )}
      {end === "unknown" && (
        <text x={x + 1} y={y + 5} textAnchor="middle" fontSize="14" fontWeight="700" fill={failed}>
          ?
        </text>
      )}
    </>
  );
}

function Row({ row, severity }: { readonly row: PictureRow; readonly severity: WireFinding["severity"] }) {
  const { kind, name, note, mark, labels, isMissing } = row;
  return (
    <li
      className={classes(
        "min-w-0 rounded-2 border px-9 py-7",
        isMissing ? "border-dashed border-control" : "border-line-strong bg-surface",
      )}
    >
      <div className="flex h-20 items-center gap-7 text-[12.5px] leading-[20px]">
        {mark !== null && <OwnerChip mark={mark} />}
        <span className={classes("min-w-0 truncate", isMissing && "text-ink-2")} title={`${kind} ${name}`.trim()}>
          {kind !== "" && <span className="text-ink-3">{kind} </span>}
          <span className="font-semibold">{name}</span>
        </span>
        {note !== null && <span className="ml-auto flex-none text-12 text-ink-2 tabular-nums">{note}</span>}
      </div>
      {labels.map((label) => (
        <Label key={label.text} label={label} hue={mark?.hue ?? null} severity={severity} />
      ))}
    </li>
  );
}

const signs = { plain: "", equal: "=", separates: "≠", guilty: "≠", cause: "" } as const;
const tints: Readonly<Record<number, string>> = { 1: "bg-ow1-soft", 2: "bg-ow2-soft" };

function Label({
  label: { text, state },
  hue,
  severity,
}: {
  readonly label: PictureLabel;
  readonly hue: number | null;
  readonly severity: WireFinding["severity"];
}) {
  return (
    <div
      className={classes("flex h-17 items-center gap-7 text-[11.5px] leading-[17px]", state !== "cause" && "font-mono tracking-[-0.01em]")}
    >
      <span
        aria-hidden
        className={classes("w-10 flex-none text-center", state === "equal" ? "text-ink-3" : "font-bold", signs[state] === "" && "hidden")}
      >
        {signs[state]}
      </span>
      <span
        title={text}
        className={classes(
          "min-w-0 truncate rounded-1",
          (state === "equal" || state === "plain") && "text-ink-3",
          state === "separates" && classes("px-4 font-semibold", tints[hue ?? 0] ?? "bg-sunken"),
          (state === "guilty" || state === "cause") && classes("font-semibold", severity === "critical" ? "text-critical" : "text-ink"),
        )}
      >
        {text}
      </span>
    </div>
  );
}
