export const kubernetesVersion: string;
export const cacheFolder: string;
export function binary(name: string, version?: string): string;
export function buildAll(say?: (line: string) => void): void;
