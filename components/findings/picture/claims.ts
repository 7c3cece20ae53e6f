import { formatCount } from "@/lib/client/format";
import { isPlain } from "../evidence";
import type { Picture, Pictured, PictureEdge, PictureLabel, PictureWords } from "./picture";
import { edge, fewNames, readObjects, readText, readTexts, row } from "./rows";

const shownMax = 6;

/** Several holders of one number: who gets it, who does not, and where nobody can know. */
export function pictureClaims(finding: Pictured, words: PictureWords): Picture | null {
  return (
    hostPortAgainstNodePort(finding, words) ?? waitingPods(finding, words) ?? sharedNumber(finding, words) ?? sharedAddress(finding, words)
  );
}

/** A hostPort and a nodePort of one number, where both exist: one row for the nodes that decide alike. */
function hostPortAgainstNodePort({ evidence }: Pictured, words: PictureWords): Picture | null {
  const service = readText(evidence["service"]);
  const nodes = readObjects(evidence["nodes"]);
  if (service === null || nodes.length === 0 || !nodes.every(({ winner }) => typeof winner === "string")) return null;
  const alike = [...Map.groupBy(nodes, ({ winner }) => readText(winner) ?? "")];
  const pods = [...new Set(nodes.flatMap(({ pods: ofNode }) => readTexts(ofNode)))];
  const endOf = (winner: string, self: string): PictureEdge["end"] =>
    winner === "unknown" ? "unknown" : winner === self ? "arrives" : "fails";
  const said = { unknown: words.contested, arrives: words.wins, fails: words.loses } as const;
  const holder = (self: string, name: string) => {
    const [only, ...others] = alike;
    const labels: PictureLabel[] = only === undefined || others.length > 0 ? [] : [{ text: said[endOf(only[0], self)], state: "cause" }];
    return row(self, name, { labels });
  };
  return {
    heading: "claims",
    rows: [
      ...alike.map(([, where]) =>
        row(
          "",
          `${String(evidence["port"])}/${String(evidence["protocol"])} ${words.on(fewNames(where.flatMap(({ node }) => readText(node) ?? [])))}`,
        ),
      ),
      holder("nodePort", service),
      holder("hostPort", fewNames(pods)),
    ],
    edges: alike.flatMap(([winner], place) =>
      (["nodePort", "hostPort"] as const).map((self, of) =>
        edge(place, alike.length + of, { hue: of === 0 ? 1 : 2, weight: 0.5, end: endOf(winner, self) }),
      ),
    ),
    shown: ["service", "port", "protocol", "nodes"],
  };
}

/** Pods that wait for a hostPort, and who holds it where. */
function waitingPods({ evidence }: Pictured, words: PictureWords): Picture | null {
  const newcomer = readText(evidence["newcomer"]);
  const held = readObjects(evidence["held"]).slice(0, shownMax);
  if (newcomer === null || held.length === 0) return null;
  return {
    heading: "claims",
    rows: [
      row("hostPort", newcomer, { note: words.waits }),
      ...held.map((each) =>
        row(readText(each["node"]) ?? "", readText(each["pod"]) ?? readText(each["holder"]) ?? "", {
          note: words.holds,
          labels: [{ text: `${String(each["heldIP"])}:${String(each["port"])}/${String(each["protocol"])}`, state: "cause" }],
        }),
      ),
    ],
    edges: held.map((_, place) => edge(0, place + 1, { end: "fails", weight: 1 / held.length })),
    shown: ["newcomer", "held"],
  };
}

/** Services that hold one nodePort number. */
function sharedNumber({ evidence }: Pictured, words: PictureWords): Picture | null {
  const port = evidence["port"];
  const holders = readObjects(evidence["holders"]).slice(0, shownMax);
  if (typeof port !== "number" || holders.length === 0) return null;
  return {
    heading: "claims",
    rows: [
      row("", String(port)),
      ...holders.map((holder) =>
        row(readText(holder["field"]) ?? "", readText(holder["service"]) ?? "", { note: `${words.holds}, ${String(holder["protocol"])}` }),
      ),
    ],
    edges: holders.map((_, place) => edge(0, place + 1, { hue: place === 0 ? 1 : 2, weight: 1 / holders.length, end: "unknown" })),
    shown: ["port", "holders"],
  };
}

/** Services on one external or load balancer address. */
function sharedAddress({ evidence, ports }: Pictured, words: PictureWords): Picture | null {
  const addresses = readTexts(evidence["addresses"]);
  const services = readObjects(evidence["services"]).filter(isPlain).slice(0, shownMax);
  if (addresses.length === 0 || services.length < 2) return null;
  const numbers = ports.map(({ port, protocol }) => `${String(port)}/${protocol}`);
  return {
    heading: "claims",
    rows: [
      row(fewNames(addresses), fewNames(numbers), { note: addresses.length > 1 ? formatCount(addresses.length) : null }),
      ...services.map((service) =>
        row("Service", readText(service["name"]) ?? "", { note: `${fewNames(readTexts(service["kinds"]))}, ${words.contested}` }),
      ),
    ],
    edges: services.map((_, place) => edge(0, place + 1, { hue: place === 0 ? 1 : 2, weight: 1 / services.length, end: "unknown" })),
    shown: ["addresses", "services"],
  };
}
