import { NotFoundView } from "@/components/shell/error-view";

export default function NotFoundPage() {
  return <NotFoundView />;
}
