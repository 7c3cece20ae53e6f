"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from "react-aria-components/Button";
import { classes } from "./classes";

export type ButtonLook = {
  readonly tone?: "plain" | "primary" | "ghost";
  readonly size?: "normal" | "small" | "full";
  readonly className?: string;
};

const tones = {
  plain: "border-line-strong bg-surface hover:border-control hover:bg-[linear-gradient(var(--hover),var(--hover))]",
  primary: "border-ink bg-ink text-on-ink hover:opacity-88",
  ghost: "border-transparent hover:bg-hover",
} as const;
const sizes = { normal: "h-28 px-10 phone:h-40", small: "h-24 px-8 text-12 phone:h-36", full: "h-40 flex-1 px-10" } as const;

/** The look of a button, for links that look like one. */
export function buttonClass({ tone = "plain", size = "normal", className }: ButtonLook = {}): string {
  return classes(
    "inline-flex items-center justify-center gap-6 rounded-2 border font-medium whitespace-nowrap no-underline disabled:opacity-50",
    tones[tone],
    sizes[size],
    className,
  );
}

type ButtonProps = ButtonLook & Omit<AriaButtonProps, "className" | "style" | "children"> & { readonly children: ReactNode };

export function Button({ tone, size, className, ...rest }: ButtonProps) {
  return (
    <AriaButton
      {...rest}
      className={buttonClass({ ...(tone && { tone }), ...(size && { size }), ...(className !== undefined && { className }) })}
    />
  );
}

/** A square button that holds an icon only; `label` is its name. */
export function IconButton({
  label,
  className,
  children,
  ...rest
}: Omit<AriaButtonProps, "className" | "style" | "children"> & {
  readonly label: string;
  readonly className?: string;
  readonly children: ReactNode;
}) {
  return (
    <AriaButton
      {...rest}
      aria-label={label}
      className={classes("grid size-30 flex-none place-items-center rounded-2 text-ink-2 hover:bg-hover phone:h-44 phone:w-40", className)}
    >
      {children}
    </AriaButton>
  );
}

/** A link inside Portolan with a button's look. */
export function LinkButton({ href, children, ...look }: ButtonLook & { readonly href: string; readonly children: ReactNode }) {
  return (
    <Link href={href} prefetch={false} className={buttonClass(look)}>
      {children}
    </Link>
  );
}
