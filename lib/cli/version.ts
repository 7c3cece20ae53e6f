// Set when the command line is bundled.
declare const __PORTOLAN_VERSION__: string | undefined;

export const version = typeof __PORTOLAN_VERSION__ === "string" ? __PORTOLAN_VERSION__ : "development";
