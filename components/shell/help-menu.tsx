"use client";

import { useRouter } from "next/navigation";
import { Button } from "react-aria-components/Button";
import { Icon } from "@/components/ui/icon";
import { ActionMenu } from "@/components/ui/menu";
import { languages } from "@/components/words/languages";
import { nameOfLanguage, useLanguage, useWords } from "@/components/words/words";
import { languageCookie, rememberChoice } from "./preferences";

/** The `?` menu: the keys of this view, and the page's language. */
export function HelpMenu({ onKeys }: { readonly onKeys: () => void }) {
  const words = useWords();
  const language = useLanguage();
  const router = useRouter();
  return (
    <ActionMenu
      label={words.shell.help}
      trigger={
        <Button
          aria-label={words.shell.help}
          className="grid size-30 flex-none place-items-center rounded-2 text-ink-2 hover:bg-hover phone:hidden"
        >
          <Icon name="help" />
        </Button>
      }
      sections={[
        { actions: [{ value: "keys", label: words.keys.help, text: words.keys.help, beside: "?", run: onKeys }] },
        {
          heading: words.shell.languageLabel,
          actions: languages.map((each) => ({
            value: each,
            label: (
              <>
                <span className="w-14">{each === language && <Icon name="check" size={14} />}</span>
                <span lang={each === "zh" ? "zh-CN" : "en"}>{nameOfLanguage(each)}</span>
              </>
            ),
            text: nameOfLanguage(each),
            run: () => {
              rememberChoice(languageCookie, each);
              router.refresh();
            },
          })),
        },
      ]}
    />
  );
}
