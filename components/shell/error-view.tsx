"use client";

import { useHref } from "@/components/live/use-href";
import { Button, LinkButton } from "@/components/ui/button";
import { StateView } from "@/components/ui/state-view";
import { useWords } from "@/components/words/words";

/** A view that failed; the frame around it still works. */
export function ErrorView({ onRetry }: { readonly onRetry: () => void }) {
  const words = useWords();
  return (
    <StateView title={words.state.errorTitle}>
      <p>{words.state.errorText}</p>
      <div className="mt-12">
        <Button onPress={onRetry}>{words.state.retry}</Button>
      </div>
    </StateView>
  );
}

export function NotFoundView() {
  const words = useWords();
  const href = useHref();
  return (
    <StateView title={words.state.notFoundTitle}>
      <LinkButton href={href("/")}>{words.state.goToMap}</LinkButton>
    </StateView>
  );
}
