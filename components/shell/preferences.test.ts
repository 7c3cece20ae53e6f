import { expect, test } from "vitest";
import { chooseLanguage } from "./preferences";

test.for([
  { name: "nobody asks", chosen: undefined, accepted: null, is: "en" },
  { name: "a Chinese browser", chosen: undefined, accepted: "zh-CN,zh;q=0.9,en;q=0.8", is: "zh" },
  { name: "an English browser that would take Chinese", chosen: undefined, accepted: "en-US,en;q=0.9,zh-CN;q=0.8", is: "en" },
  { name: "weights count, not places", chosen: undefined, accepted: "en;q=0.2, ZH-hans ; q=0.7", is: "zh" },
  { name: "a language that this page does not speak goes to the next", chosen: undefined, accepted: "de,zh;q=0.5", is: "zh" },
  { name: "one that is refused", chosen: undefined, accepted: "zh;q=0", is: "en" },
  { name: "any will do, and rubbish", chosen: undefined, accepted: "*;q=x,,;", is: "en" },
  { name: "what was chosen here wins", chosen: "en", accepted: "zh-CN", is: "en" },
  { name: "what was chosen here wins the other way round", chosen: "zh", accepted: "en", is: "zh" },
  { name: "a cookie of somebody else", chosen: "fr", accepted: "zh", is: "zh" },
])("$name: $is", ({ chosen, accepted, is }) => {
  expect(chooseLanguage(chosen, accepted)).toBe(is);
});
