import type { Metadata, Viewport } from "next";
import localFont from "next/font/local";
import { cookies, headers } from "next/headers";
import type { ReactNode } from "react";
import { Providers } from "@/components/shell/providers";
import { readClock } from "@/lib/server/page-params";
import { loadClusters } from "@/lib/server/queries";
import { chooseLanguage, languageCookie, parseTheme, themeCookie } from "@/components/shell/preferences";
import "./globals.css";

// A page that was rendered at build time would show a cluster that is not there.
export const dynamic = "force-dynamic";

export const metadata: Metadata = {
  title: { default: "Portolan", template: "%s · Portolan" },
  description: "The port chart of a Kubernetes cluster",
};
export const viewport: Viewport = { colorScheme: "light dark", width: "device-width", initialScale: 1 };

const inter = localFont({
  src: "../node_modules/inter-ui/variable/InterVariable.woff2",
  variable: "--font-inter",
  weight: "100 900",
  display: "swap",
});
const jetbrains = localFont({
  src: "../node_modules/@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2",
  variable: "--font-jetbrains",
  weight: "100 800",
  display: "swap",
});

export default async function RootLayout({ children }: { readonly children: ReactNode }) {
  const jar = await cookies();
  const head = await headers();
  const nonce = head.get("x-nonce");
  const theme = parseTheme(jar.get(themeCookie)?.value);
  const language = chooseLanguage(jar.get(languageCookie)?.value, head.get("accept-language"));
  return (
    <html
      lang={language === "zh" ? "zh-CN" : "en"}
      className={`${inter.variable} ${jetbrains.variable}`}
      {...(theme === "system" ? {} : { "data-theme": theme })}
    >
      {/* The headless library takes the nonce of its style element from here. */}
      <head>{nonce !== null && <meta property="csp-nonce" nonce={nonce} content={nonce} />}</head>
      <body>
        <Providers language={language} theme={theme} clusters={loadClusters()} renderedAtMs={readClock()}>
          {children}
        </Providers>
      </body>
    </html>
  );
}
