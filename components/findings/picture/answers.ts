import { formatCount } from "@/lib/client/format";
import type { Picture, Pictured, PictureWords } from "./picture";
import { edge, fewNames, readText, readTexts, row } from "./rows";

/** A Service that some nodes answer for and others drop. */
export function pictureAnswers({ evidence }: Pictured, words: PictureWords): Picture | null {
  const service = readText(evidence["service"]);
  const dropping = readTexts(evidence["dropping"]);
  const answering = readTexts(evidence["answering"]);
  const policy = readText(evidence["externalTrafficPolicy"]);
  if (service === null || dropping.length === 0) return null;
  const all = dropping.length + answering.length;
  return {
    heading: "answers",
    rows: [
      row("Service", service, { labels: policy === null ? [] : [{ text: `externalTrafficPolicy: ${policy}`, state: "cause" }] }),
      row(words.answering(formatCount(answering.length)), fewNames(answering), { isMissing: answering.length === 0 }),
      row(words.dropping(formatCount(dropping.length)), fewNames(dropping)),
    ],
    edges: [
      edge(0, 1, { weight: answering.length / all, end: answering.length === 0 ? "fails" : "arrives" }),
      edge(0, 2, { weight: dropping.length / all, end: "fails" }),
    ],
    shown: ["service", "externalTrafficPolicy", "answering", "dropping", "nodes"],
  };
}
