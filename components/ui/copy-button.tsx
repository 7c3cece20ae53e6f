"use client";

import { useCallback, type ReactNode } from "react";
import { useAnnounce } from "./announcer";
import { Button, type ButtonLook } from "./button";

/** Returns: a function that copies a text and says so (`said`), or that it could not (`failed`). */
export function useCopy(): (text: string, said: string, failed: string) => void {
  const announce = useAnnounce();
  return useCallback(
    (text, said, failed) => {
      // Without a secure context there is no clipboard at all.
      const clipboard = navigator.clipboard as Clipboard | undefined;
      if (clipboard === undefined) {
        announce(failed);
        return;
      }
      clipboard.writeText(text).then(
        () => {
          announce(said);
        },
        () => {
          announce(failed);
        },
      );
    },
    [announce],
  );
}

type CopyButtonProps = ButtonLook & {
  /** The text, or what makes it at the moment of the click. */
  readonly text: string | (() => string);
  readonly said: string;
  readonly failed: string;
  readonly children: ReactNode;
  readonly isDisabled?: boolean;
};

export function CopyButton({ text, said, failed, children, isDisabled = false, ...look }: CopyButtonProps) {
  const copy = useCopy();
  return (
    <Button
      {...look}
      isDisabled={isDisabled}
      onPress={() => {
        copy(typeof text === "string" ? text : text(), said, failed);
      }}
    >
      {children}
    </Button>
  );
}
