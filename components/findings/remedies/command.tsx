import { Fragment } from "react";

/** A command whose lines end between its words alone: `-n` that is torn apart reads as two. */
export function Command({ text }: { readonly text: string }) {
  return text.split(" ").map((word, place) => (
    <Fragment key={place}>
      {place > 0 && " "}
      <span className="inline-block max-w-full break-words">{word}</span>
    </Fragment>
  ));
}
