"use client";

import type { ComponentProps, ReactNode } from "react";
import { Dialog, DialogTrigger } from "react-aria-components/Dialog";
import { Popover as AriaPopover } from "react-aria-components/Popover";
import { classes } from "./classes";

export const overlayClass = "rounded-3 bg-raised text-ink shadow-overlay outline-none";

type PopoverProps = {
  readonly label: string;
  /** What opens it: one pressable element. */
  readonly trigger: ReactNode;
  readonly children: ReactNode;
  readonly placement?: ComponentProps<typeof AriaPopover>["placement"];
  readonly className?: string;
};

export function Popover({ label, trigger, children, placement = "bottom end", className }: PopoverProps) {
  return (
    <DialogTrigger>
      {trigger}
      <AriaPopover placement={placement} offset={6} className={classes(overlayClass, "overflow-auto", className)}>
        <Dialog aria-label={label} className="outline-none">
          {children}
        </Dialog>
      </AriaPopover>
    </DialogTrigger>
  );
}
