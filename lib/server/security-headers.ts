const development = process.env["NODE_ENV"] === "development";

/** The headers of every answer, whatever it is. */
export const commonHeaders = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), usb=()",
} as const;

/** The content policy of what is no page, and of every answer until a page has its own: nothing is loaded, and nobody may frame it. */
export const closedPolicy = "default-src 'none'; frame-ancestors 'none'";

/** The content policy of one page: scripts and styles need the nonce; nothing is loaded from elsewhere, and nobody may frame the page. */
export function contentPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    // React's development overlay writes style elements of its own.
    `style-src 'self' ${development ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}
