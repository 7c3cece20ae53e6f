const hues = [1, 6, 3, 4, 5, 8, 2, 7] as const;

/** The hue of a band by its place in the policy file; neighbours differ. */
export function bandHue(place: number): string {
  return `var(--ow${String(hues[place % hues.length] ?? 8)})`;
}
