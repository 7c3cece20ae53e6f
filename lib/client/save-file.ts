import { formatFileTime } from "./format";

export type SavedFile = { readonly name: string; readonly type: string; readonly text: string };

/** `findings-prod-sh-1-20260512-1443.sarif`: what a file holds, of which cluster, when. */
export function fileName(what: string, cluster: string, atMs: number, ending: string): string {
  return `${what}-${cluster.replaceAll(/[^A-Za-z0-9._-]+/g, "-")}-${formatFileTime(atMs)}.${ending}`;
}

/** Hands a file to the browser. */
export function saveFile({ name, type, text }: SavedFile): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
