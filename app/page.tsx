import { MapView } from "@/components/port-map/map-view";
import { loadMap } from "@/lib/server/map-answer";
import { initialOf, pickParams, type PageProps } from "@/lib/server/page-params";
import { loadFindings } from "@/lib/server/queries";

export default async function MapPage({ searchParams }: PageProps) {
  const search = await searchParams;
  return (
    <MapView
      map={initialOf(await loadMap(pickParams(search, "cluster", "from")))}
      findings={initialOf(loadFindings(pickParams(search, "cluster")))}
    />
  );
}
