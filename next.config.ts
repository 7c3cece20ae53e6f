import type { NextConfig } from "next";

const here = import.meta.dirname;

const config: NextConfig = {
  output: "standalone",
  // A lock file in a parent folder would otherwise move the built server.
  outputFileTracingRoot: here,
  turbopack: { root: here },
  poweredByHeader: false,
  // The event stream and large tables go over loopback; compression belongs to whoever puts a proxy in front.
  compress: false,
  typedRoutes: false,
  // Nothing uses it, and it would fetch what a query names.
  images: { unoptimized: true },
  // The converter itself: megabytes of native code under another licence.
  outputFileTracingExcludes: { "*": ["node_modules/sharp/**", "node_modules/@img/**"] },
};

export default config;
