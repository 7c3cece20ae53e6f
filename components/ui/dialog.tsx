"use client";

import type { ReactNode } from "react";
import { Dialog as AriaDialog } from "react-aria-components/Dialog";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { classes } from "./classes";
import { overlayClass } from "./popover";

type DialogProps = {
  readonly label: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly className?: string;
};

/** A dialog over the page, near its top; Esc and a click beside it close it. */
export function Dialog({ label, isOpen, onClose, children, className }: DialogProps) {
  return (
    <ModalOverlay
      isOpen={isOpen}
      isDismissable
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      className="fixed inset-0 z-50 flex items-start justify-center bg-[light-dark(#0f181c40,#00000080)] px-12 pt-88 phone:pt-12"
    >
      <Modal className={classes(overlayClass, "w-[min(640px,100%)] overflow-hidden", className)}>
        <AriaDialog aria-label={label} className="flex max-h-[calc(100dvh-120px)] flex-col outline-none phone:max-h-[calc(100dvh-24px)]">
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
