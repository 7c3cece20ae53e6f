"use client";

import { NuqsAdapter } from "nuqs/adapters/next/app";
import type { ReactNode } from "react";
import { I18nProvider } from "react-aria-components/I18nProvider";
import { Clock } from "@/components/live/clock";
import { ClusterProvider } from "@/components/live/cluster";
import { FindingChangesProvider } from "@/components/live/finding-changes";
import { CacheProvider, LiveProvider } from "@/components/live/live-provider";
import { Announcer } from "@/components/ui/announcer";
import type { Language } from "@/components/words/languages";
import { WordsProvider } from "@/components/words/words";
import type { ClustersAnswer } from "@/lib/client/api";
import type { Theme } from "./preferences";
import { Keyboard, TicketProvider } from "./keyboard";
import { Shell } from "./shell";
import { ThemeProvider } from "./theme";

type ProvidersProps = {
  readonly language: Language;
  readonly theme: Theme;
  readonly clusters: ClustersAnswer;
  readonly renderedAtMs: number;
  readonly children: ReactNode;
};

/** Everything that stays while views change. */
export function Providers({ language, theme, clusters, renderedAtMs, children }: ProvidersProps) {
  return (
    <NuqsAdapter>
      <I18nProvider locale={language === "zh" ? "zh-CN" : "en-GB"}>
        <WordsProvider language={language}>
          <ThemeProvider initial={theme}>
            <Clock renderedAtMs={renderedAtMs}>
              <CacheProvider>
                <ClusterProvider initial={clusters}>
                  <LiveProvider>
                    <Announcer>
                      <Keyboard>
                        <TicketProvider>
                          <FindingChangesProvider>
                            <Shell>{children}</Shell>
                          </FindingChangesProvider>
                        </TicketProvider>
                      </Keyboard>
                    </Announcer>
                  </LiveProvider>
                </ClusterProvider>
              </CacheProvider>
            </Clock>
          </ThemeProvider>
        </WordsProvider>
      </I18nProvider>
    </NuqsAdapter>
  );
}
