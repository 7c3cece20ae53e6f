"use client";

import { useEffect, useEffectEvent, useState } from "react";
import { useWords } from "@/components/words/words";

type DropZoneProps = {
  readonly onFile: (file: File) => void;
  /** A folder, or several files. */
  readonly onSeveral: () => void;
};

/** The whole page: while a file is dragged over it, it says what a drop would do. */
export function DropZone({ onFile, onSeveral }: DropZoneProps) {
  const words = useWords();
  const [isOver, setIsOver] = useState(false);
  const drop = useEffectEvent((items: DataTransfer) => {
    const [file, ...others] = items.files;
    const isFolder = items.items[0]?.webkitGetAsEntry()?.isDirectory === true;
    if (file !== undefined && others.length === 0 && !isFolder) onFile(file);
    else if (items.items.length > 0) onSeveral();
  });
  useEffect(() => {
    // Entering a child comes before leaving its parent: the page is left when as many were left as entered.
    let depth = 0;
    const holdsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") === true;
    const enter = (event: DragEvent): void => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      depth += 1;
      setIsOver(true);
    };
    const over = (event: DragEvent): void => {
      if (!holdsFiles(event)) return;
      // Without this the browser would open the file in place of the page.
      event.preventDefault();
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = "copy";
    };
    const leave = (event: DragEvent): void => {
      if (!holdsFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setIsOver(false);
    };
    const dropped = (event: DragEvent): void => {
      if (!holdsFiles(event) || event.dataTransfer === null) return;
      event.preventDefault();
      depth = 0;
      setIsOver(false);
      drop(event.dataTransfer);
    };
    const listeners = { dragenter: enter, dragover: over, dragleave: leave, drop: dropped };
    for (const [name, listener] of Object.entries(listeners)) window.addEventListener(name as "drop", listener);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) window.removeEventListener(name as "drop", listener);
    };
  }, []);
  if (!isOver) return null;
  return (
    <div className="pointer-events-none fixed inset-0 z-60 grid place-items-center bg-[light-dark(#f2f5f5d9,#0a1014d9)] p-24">
      <div className="grid h-full w-full place-content-center gap-4 rounded-3 border-2 border-dashed border-control text-center">
        <p className="text-15 font-head">{words.snapshots.drop}</p>
        <p className="text-ink-2">{words.snapshots.dropHint}</p>
      </div>
    </div>
  );
}
