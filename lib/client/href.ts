/** Path with the parameters that have a value; an absent or empty one is left out, as defaults are. */
export function hrefOf(path: string, params: Readonly<Record<string, string | null | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) if (value !== null && value !== undefined && value !== "") query.set(name, value);
  const text = query.toString().replaceAll("%3A", ":").replaceAll("%2F", "/").replaceAll("%2C", ",");
  return text === "" ? path : `${path}?${text}`;
}

/** Adds parameters to an address that may have some already. */
export function withParams(href: string, params: Readonly<Record<string, string | null | undefined>>): string {
  const [path = "/", query = ""] = href.split("?");
  return hrefOf(path, { ...Object.fromEntries(new URLSearchParams(query)), ...params });
}
