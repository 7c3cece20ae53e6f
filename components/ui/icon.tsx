import type { ReactNode } from "react";

const paths = {
  search: <path d="M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Zm3.6-1.4L14 14" />,
  theme: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 2.5v11A5.5 5.5 0 0 0 8 2.5Z" fill="currentColor" stroke="none" />
    </>
  ),
  link: <path d="M6.5 9.5a3 3 0 0 0 4.2 0l2.4-2.4a3 3 0 0 0-4.2-4.2L7.7 4M9.5 6.5a3 3 0 0 0-4.2 0L2.9 8.9a3 3 0 0 0 4.2 4.2L8.3 12" />,
  map: <path d="M2 3h3v3H2zM6.5 3h3v3h-3zM11 3h3v3h-3zM2 7.5h3v3H2zM6.5 7.5h3v3h-3zM11 7.5h3v3h-3zM2 12h12" />,
  conflicts: <path d="M8 2 14.5 13.5h-13ZM8 6.5v3.2M8 11v1.2" />,
  trace: <path d="M2 8h4c3 0 2-4 5-4h3M6 8c3 0 2 4 5 4h3" />,
  allocations: <path d="M2 3.5h12M2 8h12M2 12.5h12" />,
  ranges: <path d="M2 5h12v6H2zM5 5v3M8 5v4M11 5v3" />,
  help: (
    <>
      <circle cx="8" cy="8" r="5.7" />
      <path d="M6.2 6.4a1.8 1.8 0 1 1 2.6 1.7c-.6.3-.8.6-.8 1.2M8 11.2v.1" />
    </>
  ),
  back: <path d="M9.5 3 4.5 8l5 5" />,
  check: <path d="M3 8.5 6.5 12 13 4.5" />,
  close: <path d="M3.5 3.5l9 9M12.5 3.5l-9 9" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden
    >
      {paths[name]}
    </svg>
  );
}

/** The small arrow of what opens a menu. */
export function Chevron() {
  return (
    <svg width="8" height="8" viewBox="0 0 8 8" className="opacity-60" aria-hidden>
      <path d="M1 2.5 4 5.5 7 2.5" fill="none" stroke="currentColor" strokeWidth="1.4" />
    </svg>
  );
}
