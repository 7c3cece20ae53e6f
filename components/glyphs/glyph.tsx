import type { ReactNode } from "react";
import type { WireAllocation, WireFinding } from "@/lib/wire/schemas";
import type { OutcomeGlyph } from "./outcome-glyph";

export type SeverityGlyph = WireFinding["severity"];
export type ClaimGlyph = `claim-${WireAllocation["kind"]}`;
export type GlyphName = OutcomeGlyph | SeverityGlyph | ClaimGlyph;

const ring = (cx: number, r: number) => <circle cx={cx} cy="6" r={r} fill="none" stroke="var(--text-3)" strokeWidth="1.3" />;
const square = <rect x="1.5" y="1.5" width="9" height="9" rx="1" fill="none" stroke="var(--text-3)" strokeWidth="1.3" />;

const shapes: Record<GlyphName, ReactNode> = {
  local: <rect x="1" y="1" width="10" height="10" rx="1.6" fill="var(--o-local)" />,
  remote: (
    <>
      <rect x="1.5" y="1.5" width="9" height="9" rx="1.4" fill="var(--o-local-tint)" stroke="var(--o-local)" />
      <path d="M4.8 3.8 7.2 6 4.8 8.2" fill="none" stroke="var(--o-local)" strokeWidth="1.3" />
    </>
  ),
  mixed: (
    <>
      <rect x="1" y="1" width="5" height="10" fill="var(--ow1)" />
      <rect x="6" y="1" width="5" height="10" fill="var(--ow2)" />
      <rect x=".2" y=".2" width="11.6" height="11.6" rx="1.6" fill="none" stroke="var(--critical)" strokeWidth="1.6" />
    </>
  ),
  rejected: <path d="M2.2 2.2 9.8 9.8M9.8 2.2 2.2 9.8" stroke="var(--o-rejected)" strokeWidth="2.1" fill="none" />,
  dropped: <path d="M.8 2H11.2L6 10.8Z" fill="var(--o-dropped)" />,
  listener: (
    <>
      <circle cx="6" cy="6" r="4.4" fill="none" stroke="var(--o-listener)" strokeWidth="1.6" />
      <circle cx="6" cy="6" r="1.5" fill="var(--o-listener)" />
    </>
  ),
  hostPort: <path d="M6 .4 11.6 6 6 11.6.4 6Z" fill="var(--o-hostport)" />,
  contested: (
    <>
      <path d="M1 1H11L1 11Z" fill="var(--critical)" />
      <path d="M11 2.2V11H2.2Z" fill="var(--text)" />
    </>
  ),
  unknown: (
    <>
      <rect x="1.5" y="1.5" width="9" height="9" rx="1.4" fill="none" stroke="var(--o-unknown)" />
      <path d="M1.5 6 6 1.5M1.5 10.5l9-9M6 10.5 10.5 6" fill="none" stroke="var(--o-unknown)" />
    </>
  ),
  reserved: (
    <rect
      x="1.5"
      y="1.5"
      width="9"
      height="9"
      rx="1.4"
      fill="none"
      stroke="var(--o-reserved)"
      strokeWidth="1.3"
      strokeDasharray="2.4 1.6"
    />
  ),
  closed: <circle cx="6" cy="6" r="1.3" fill="var(--o-closed)" />,
  free: <path d="M6 3.4v5.2M3.4 6h5.2" fill="none" stroke="var(--o-closed)" strokeWidth="1.1" />,
  elsewhere: (
    <>
      <circle cx="5" cy="7" r="3.6" fill="none" stroke="var(--o-closed)" strokeWidth="1.3" />
      <path d="M5.4 6.6 11 1M7.4.9H11.1V4.6" fill="none" stroke="var(--o-closed)" strokeWidth="1.3" />
    </>
  ),
  critical: (
    <>
      <path d="M3.7.5h4.6l3.2 3.2v4.6l-3.2 3.2H3.7L.5 8.3V3.7Z" fill="var(--critical)" />
      <path d="M6 2.8v3.8M6 8.1v1.5" fill="none" stroke="var(--on-ink)" strokeWidth="1.5" />
    </>
  ),
  warning: (
    <>
      <path d="M6 .8 11.7 11H.3Z" fill="none" stroke="var(--warning)" strokeWidth="1.4" strokeLinejoin="round" />
      <path d="M6 4.4v3M6 8.4v1.2" fill="none" stroke="var(--warning)" strokeWidth="1.3" />
    </>
  ),
  info: (
    <>
      <circle cx="6" cy="6" r="5.1" fill="none" stroke="var(--info)" strokeWidth="1.2" />
      <path d="M6 5.2v3.6M6 3v1.2" fill="none" stroke="var(--info)" strokeWidth="1.3" />
    </>
  ),
  "claim-nodePort": square,
  "claim-healthCheckNodePort": (
    <>
      {square}
      <path d="M3 6.4H4.6L5.6 4 6.8 8.2 7.6 6.4H9" fill="none" stroke="var(--text-3)" strokeWidth="1" />
    </>
  ),
  "claim-hostPort": <path d="M6 .4 11.6 6 6 11.6.4 6Z" fill="var(--o-hostport)" />,
  "claim-hostNetwork": (
    <>
      <circle cx="6" cy="6" r="4.4" fill="none" stroke="var(--o-listener)" strokeWidth="1.6" />
      <circle cx="6" cy="6" r="1.5" fill="var(--o-listener)" />
    </>
  ),
  "claim-externalIP": (
    <>
      {ring(6, 4.4)}
      <path d="M1.6 6H10.4" fill="none" stroke="var(--text-3)" strokeWidth="1.3" />
    </>
  ),
  "claim-loadBalancerIP": (
    <>
      {ring(3.8, 3.2)}
      {ring(8.2, 3.2)}
      <path d="M.6 6H11.4" fill="none" stroke="var(--text-3)" strokeWidth="1.3" />
    </>
  ),
  "claim-reservation": (
    <rect
      x="1.5"
      y="1.5"
      width="9"
      height="9"
      rx="1.4"
      fill="none"
      stroke="var(--o-reserved)"
      strokeWidth="1.3"
      strokeDasharray="2.4 1.6"
    />
  ),
};

type GlyphProps = {
  readonly name: GlyphName;
  readonly size?: number;
  /** Spoken name; absent where the word stands beside it. */
  readonly label?: string;
  readonly className?: string;
};

export function Glyph({ name, size = 12, label, className = "" }: GlyphProps) {
  return (
    <svg
      data-glyph={name}
      viewBox="0 0 12 12"
      width={size}
      height={size}
      className={`inline-block flex-none overflow-visible align-[-1px] ${className}`}
      {...(label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label })}
    >
      {shapes[name]}
    </svg>
  );
}
