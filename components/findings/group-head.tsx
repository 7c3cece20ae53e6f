/** The head of a group in the list; it stays on top while its findings scroll. */
export function GroupHead({ id, note, children }: { readonly id: string; readonly note: string; readonly children: string }) {
  return (
    <h2
      id={id}
      className="sticky top-0 z-1 flex h-30 items-center gap-8 border-b border-line bg-bg px-16 text-[11.5px] font-semibold text-ink-2 phone:h-32 phone:px-12 phone:text-12"
    >
      {children}
      <span className="text-11 font-normal text-ink-3 tabular-nums">{note}</span>
    </h2>
  );
}
