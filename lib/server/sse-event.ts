// Server-sent events: the text of one event.

export type SseEvent = { readonly event: string; readonly id?: string; readonly data: string };

/** One event as text. `data` must be one line (JSON is); line breaks in any part would start a new field, so they end the program's assumption. */
export function encodeSseEvent({ event, id, data }: SseEvent): string {
  const lines = [`event: ${event}`, ...(id === undefined ? [] : [`id: ${id}`]), `data: ${data}`].map((line) =>
    line.replaceAll(/[\r\n]+/g, " "),
  );
  return `${lines.join("\n")}\n\n`;
}
