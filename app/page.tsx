import { MapView } from "@/components/port-map/map-view";
import { initialOf, pickParams, type PageProps } from "@/lib/server/page-params";
import { loadFindings, loadMap } from "@/lib/server/queries";

export default async function MapPage({ searchParams }: PageProps) {
  const search = await searchParams;
  return (
    <MapView
      map={initialOf(loadMap(pickParams(search, "cluster", "from")))}
      findings={initialOf(loadFindings(pickParams(search, "cluster")))}
    />
  );
}
