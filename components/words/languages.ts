/** What the page speaks. The first is meant where nobody asks for another. */
export const languages = ["en", "zh"] as const;
export type Language = (typeof languages)[number];
