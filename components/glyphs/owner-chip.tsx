import type { OwnerMark } from "./owner-hues";

export const ownerBackground: Record<OwnerMark["hue"], string> = {
  1: "bg-ow1",
  2: "bg-ow2",
  3: "bg-ow3",
  4: "bg-ow4",
  5: "bg-ow5",
  6: "bg-ow6",
  7: "bg-ow7",
  8: "bg-ow8",
};

/** An owner's hue and initials; the name is said, and shown on hover. */
export function OwnerChip({ mark }: { readonly mark: OwnerMark }) {
  return (
    <abbr
      title={mark.name}
      className={`inline-grid h-16 min-w-22 flex-none place-items-center rounded-1 px-3 font-mono text-[10px] leading-[16px] font-bold text-on-ink no-underline ${ownerBackground[mark.hue]}`}
    >
      {mark.initials}
    </abbr>
  );
}

/** The owners of one answer as chips; those that do not fit are counted. */
export function OwnerChips({ marks, most = 8 }: { readonly marks: readonly OwnerMark[]; readonly most?: number }) {
  return (
    <span className="inline-flex items-center gap-4">
      {marks.slice(0, most).map((mark) => (
        <OwnerChip key={mark.key} mark={mark} />
      ))}
      {marks.length > most && <span className="text-11 text-ink-3">+{marks.length - most}</span>}
    </span>
  );
}
