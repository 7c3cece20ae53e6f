"use client";

import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";

export type Shortcut = {
  /** As pressed: `j`, `Shift+Y`, `g m`, `Enter`. */
  readonly keys: string;
  readonly label: string;
  readonly run: () => void;
};

export type ShortcutLayer = { readonly scope: "everywhere" | "view"; readonly shortcuts: readonly Shortcut[] };

type Registry = { readonly add: (layer: { current: ShortcutLayer }) => () => void; readonly layers: () => readonly ShortcutLayer[] };

const RegistryContext = createContext<Registry | null>(null);

const sequenceMs = 1_200;

/** Listens to the keys of the page and hands them to the innermost layer that knows them. Keys typed into a field are the field's. */
export function Keyboard({ children }: { readonly children: ReactNode }) {
  const held = useRef<{ current: ShortcutLayer }[]>([]);
  const registry = useMemo<Registry>(
    () => ({
      add: (layer) => {
        held.current = [...held.current, layer];
        return () => {
          held.current = held.current.filter((each) => each !== layer);
        };
      },
      layers: () => held.current.map(({ current }) => current),
    }),
    [],
  );
  useEffect(() => {
    let first: { readonly key: string; readonly atMs: number } | undefined;
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || isInDialog(event.target)) return;
      if (isTyping(event.target)) {
        // The way from a field back to the keys of the view.
        if (event.key === "Escape") event.target.blur();
        return;
      }
      const pressed = nameOf(event);
      const sequence = first !== undefined && event.timeStamp - first.atMs < sequenceMs ? `${first.key} ${pressed}` : undefined;
      first = undefined;
      const layers = registry.layers().toReversed();
      // A view that was there from the first load joined before the shell did: the order of joining does not tell which is the inner one.
      const known = (["view", "everywhere"] as const).flatMap((scope) =>
        layers.filter((layer) => layer.scope === scope).flatMap(({ shortcuts }) => shortcuts),
      );
      const shortcut = known.find(({ keys }) => keys === sequence) ?? known.find(({ keys }) => keys === pressed);
      if (shortcut !== undefined) {
        // Enter and Space belong to the control that has the focus.
        if ((pressed === "Enter" || pressed === " ") && isControl(event.target)) return;
        event.preventDefault();
        shortcut.run();
      } else if (known.some(({ keys }) => keys.startsWith(`${pressed} `))) first = { key: pressed, atMs: event.timeStamp };
    };
    window.addEventListener("keydown", onKeyDown);
    return () => {
      window.removeEventListener("keydown", onKeyDown);
    };
  }, [registry]);
  return <RegistryContext value={registry}>{children}</RegistryContext>;
}

/** Adds keys while the component is on the page; a view's are asked before those of everywhere, and among them the layer added last. */
export function useShortcuts(scope: ShortcutLayer["scope"], shortcuts: readonly Shortcut[]): void {
  const registry = useContext(RegistryContext);
  const layer = useRef<ShortcutLayer>({ scope, shortcuts });
  useEffect(() => {
    layer.current = { scope, shortcuts };
  });
  useEffect(() => registry?.add(layer), [registry]);
}

/** Returns: a function that lists the keys known now, for the help. */
export function useShortcutLayers(): () => readonly ShortcutLayer[] {
  const registry = useContext(RegistryContext);
  return useCallback(() => registry?.layers() ?? [], [registry]);
}

type TicketContextValue = { readonly make: () => string | null; readonly set: (make: (() => string) | null) => void };
const TicketContext = createContext<TicketContextValue>({ make: () => null, set: () => undefined });

/** Lets the view on the page say what "copy for ticket" copies. */
export function TicketProvider({ children }: { readonly children: ReactNode }) {
  const held = useRef<(() => string) | null>(null);
  const [value] = useState<TicketContextValue>(() => ({
    make: () => held.current?.() ?? null,
    set: (make) => {
      held.current = make;
    },
  }));
  return <TicketContext value={value}>{children}</TicketContext>;
}

/** The text that Shift-y copies on this view; `null` while there is none. */
export function useTicket(make: (() => string) | null): void {
  const { set } = useContext(TicketContext);
  useEffect(() => {
    set(make);
    return () => {
      set(null);
    };
  });
}

export function useTicketText(): () => string | null {
  return useContext(TicketContext).make;
}

/** As shortcuts are written: `j`, `Shift+Y`, `Ctrl+Enter` (on a Mac with Command too), `Alt+Enter`. */
function nameOf(event: KeyboardEvent): string {
  const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
  // On many keyboards `[` and `]` are written with AltGr, which some systems call Ctrl and Alt.
  if ((ctrlKey || metaKey || altKey) && !event.getModifierState("AltGraph"))
    return `${ctrlKey || metaKey ? "Ctrl+" : ""}${altKey ? "Alt+" : ""}${key}`;
  return shiftKey && key.length === 1 && key !== key.toLowerCase() ? `Shift+${key}` : key;
}

function isTyping(target: EventTarget | null): target is HTMLElement {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("a, button, [role=button], summary") !== null;
}

/** An open dialog or menu has its own keys. */
function isInDialog(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("[role=dialog], [role=menu], [role=listbox]") !== null;
}
