import type { Metadata } from "next";
import { CheckView } from "@/components/check/check-view";
import { encodeRules } from "@/lib/wire/rule-text";

export const metadata: Metadata = { title: "Check" };

export default function CheckPage() {
  return <CheckView rules={encodeRules()} />;
}
