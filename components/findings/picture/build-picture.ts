import { pictureAnswers } from "./answers";
import { pictureClaims } from "./claims";
import type { Picture, Pictured, PictureWords } from "./picture";
import { pictureSelection } from "./selection";

/** Returns: null when the evidence tells of nothing that could be drawn. */
export function buildPicture(finding: Pictured, words: PictureWords): Picture | null {
  return pictureSelection(finding, words) ?? pictureClaims(finding, words) ?? pictureAnswers(finding, words);
}
