import { ownerKey } from "@/components/glyphs/owner-hues";
import { formatCount, formatPorts, formatShare } from "@/lib/client/format";
import { isPlain, readOwners } from "../evidence";
import { readLabels } from "../labels";
import { ownerMarks } from "../owner-marks";
import type { Picture, Pictured, PictureLabel, PictureWords } from "./picture";
import { edge, fewNames, pair, readObjects, readText, readTexts, row, selectorLabels } from "./rows";

const ownersMax = 6;
const serviceHues = [1, 2, 3, 4, 5] as const;

/** Services and the pods that their selectors find, or miss. */
export function pictureSelection(finding: Pictured, words: PictureWords): Picture | null {
  return (
    severalOwners(finding, words) ??
    nothingUsable(finding, words) ??
    commonSelection(finding, words) ??
    jobsBeside(finding, words) ??
    leftOut(finding, words) ??
    announced(finding, words)
  );
}

/** One Service, several owners: what all their pods have, and the label that tells them apart. */
function severalOwners(finding: Pictured, words: PictureWords): Picture | null {
  const { evidence, ports } = finding;
  const service = readText(evidence["service"]);
  const owners = readOwners(finding);
  if (service === null || owners.length < 2) return null;
  const marks = ownerMarks(owners);
  const best = readLabels(evidence).find((label) => label.best);
  const listed = readObjects(evidence["owners"]);
  const shown = marks.slice(0, ownersMax).flatMap((mark) => {
    const place = owners.findIndex((owner) => ownerKey(owner) === mark.key);
    const owner = owners[place];
    return owner === undefined ? [] : [{ mark, owner, place }];
  });
  const equal = selectorLabels(evidence["selector"], "equal");
  const rest = marks.length - shown.length;
  return {
    heading: "selects",
    rows: [
      row("Service", service, { note: portsNote(ports), labels: selectorLabels(evidence["selector"]) }),
      ...shown.map(({ mark, owner, place }) => {
        const nodes = readTexts(listed[place]?.["nodes"]);
        const separating: PictureLabel[] =
          best === undefined
            ? [{ text: words.noneSeparates, state: "cause" }]
            : [{ text: pair(best.key, (best.values[place] ?? []).join(", ")), state: "separates" }];
        const where = nodes.length === 0 ? "" : ` ${words.on(fewNames(nodes))}`;
        return row(owner.kind, `${owner.name}${where}`, {
          mark,
          note: owner.share === null ? null : formatShare(owner.share),
          labels: [...equal, ...separating],
        });
      }),
      ...(rest > 0 ? [row("", words.moreOwners(formatCount(rest)))] : []),
    ],
    edges: shown.map(({ mark, owner }, place) => edge(0, place + 1, { hue: mark.hue, weight: owner.share ?? 1 / owners.length })),
    shown: ["service", "selector", "owners", "labels"],
  };
}

/** A Service behind whose port nothing answers. */
function nothingUsable({ evidence, ports }: Pictured, words: PictureWords): Picture | null {
  const services = readTexts(evidence["services"]);
  const [service] = services;
  const selected = evidence["selected"];
  if (service === undefined || typeof selected !== "number" || services.length > 1) return null;
  const miss = isPlain(evidence["nearMiss"]) ? evidence["nearMiss"] : null;
  const selector = isPlain(evidence["selector"]) ? evidence["selector"] : {};
  const source = (labels: readonly PictureLabel[]) => row("Service", service, { note: portsNote(ports), labels });
  const base = { heading: "selects" as const, shown: ["services", "selector", "selected", "nearMiss", "cause"] };
  const edges = [edge(0, 1, { end: "fails" as const })];
  if (miss !== null) {
    const wanted = readText(miss["wanted"]) ?? "";
    const has = readText(miss["has"]) ?? "";
    const pods = typeof miss["pods"] === "number" ? miss["pods"] : 1;
    const isGuilty = (key: string): boolean => miss["slip"] !== "namespace" && (key === wanted || wanted.startsWith(`${key}=`));
    const labels = Object.entries(selector).flatMap(([key, value]): PictureLabel[] =>
      typeof value === "string" ? [{ text: pair(key, value), state: isGuilty(key) ? "guilty" : "plain" }] : [],
    );
    const value = miss["slip"] === "key" ? selector[wanted] : undefined;
    const carried = typeof value === "string" ? pair(has, value) : has.replace("=", ": ");
    return {
      ...base,
      rows: [
        source(labels),
        row("Pod", readText(miss["pod"]) ?? "", {
          note: pods > 1 ? words.morePods(formatCount(pods - 1)) : null,
          labels: [{ text: miss["slip"] === "namespace" ? words.inNamespace(has) : carried, state: "guilty" }],
        }),
      ],
      edges,
    };
  }
  const found =
    selected > 0
      ? words.notUsable(formatCount(selected))
      : evidence["cause"] === "scaled-to-zero"
        ? words.scaledToZero
        : words.nothingSelected;
  return { ...base, rows: [source(selectorLabels(selector)), row("", found, { isMissing: true })], edges };
}

/** Services that select common pods: what all of their selectors have, and what tells them apart. */
function commonSelection({ evidence }: Pictured, words: PictureWords): Picture | null {
  const services = readObjects(evidence["services"]);
  if (services.length < 2 || evidence["commonPods"] === undefined || !services.every((each) => isPlain(each["selector"]))) return null;
  const widest = readTexts(evidence["widest"]);
  const isWide = (service: Readonly<Record<string, unknown>>): boolean => widest.includes(readText(service["name"]) ?? "");
  // The one that is too wide is shown whatever else has room.
  const shown = [...services.filter(isWide), ...services.filter((service) => !isWide(service))].slice(0, serviceHues.length);
  const rest = services.length - shown.length;
  const pods = readTexts(evidence["commonPods"]);
  const none = pods.length === 0;
  const keyCount = new Map<string, number>();
  for (const service of services)
    for (const text of selectorLabels(service["selector"]).map((label) => label.text)) keyCount.set(text, (keyCount.get(text) ?? 0) + 1);
  return {
    heading: "selects",
    rows: [
      ...shown.map((service) =>
        row("Service", readText(service["name"]) ?? "", {
          labels: selectorLabels(service["selector"]).map((label): PictureLabel => ({
            ...label,
            state: keyCount.get(label.text) === services.length ? "equal" : "separates",
          })),
        }),
      ),
      ...(rest > 0 ? [row("", words.moreServices(formatCount(rest)))] : []),
      none
        ? row("", words.noCommonPod, { isMissing: true })
        : row(pods.length === 1 ? "Pod" : words.pods(formatCount(pods.length)), fewNames(pods), {
            note: services.length === 2 ? words.selectedByBoth : words.selectedBySeveral,
          }),
    ],
    edges: shown.map((_, from) =>
      edge(from, shown.length + (rest > 0 ? 1 : 0), { hue: serviceHues[from] ?? null, end: none ? "fails" : "arrives" }),
    ),
    shown: ["services", "widest", "commonPods", "potential"],
  };
}

/** A Service that selects the pods of a Job beside those that it is meant for. */
function jobsBeside({ evidence, ports }: Pictured, words: PictureWords): Picture | null {
  const services = readTexts(evidence["services"]);
  const jobs = readObjects(evidence["jobs"]);
  if (services.length === 0 || jobs.length === 0) return null;
  const lasting = readTexts(evidence["lasting"]);
  const isEndpoint = (job: Readonly<Record<string, unknown>>): boolean => readObjects(job["pods"]).some(({ part }) => part === "endpoint");
  const shown = jobs.slice(0, ownersMax);
  return {
    heading: "selects",
    rows: [
      row("Service", fewNames(services), { note: portsNote(ports) }),
      ...lasting.map((name) => row("", name, { note: words.lasting })),
      ...shown.map((job) => row(readText(job["kind"]) ?? "Job", readText(job["name"]) ?? "", { note: words.job })),
    ],
    edges: [
      ...lasting.map((_, place) => edge(0, place + 1, { hue: 1, weight: 0.5 })),
      ...shown.map((job, place) =>
        edge(0, lasting.length + place + 1, { hue: 2, weight: 0.5, end: isEndpoint(job) ? "arrives" : "fails" }),
      ),
    ],
    shown: ["services", "jobs", "lasting"],
  };
}

/** Selected pods that get nothing: no slice holds them, or they lack the port. */
function leftOut({ evidence, ports }: Pictured, words: PictureWords): Picture | null {
  const service = readText(evidence["service"]);
  if (service === null) return null;
  const absent = readTexts(evidence["absent"]);
  const lacking = readTexts(evidence["lacking"]);
  const targets = Array.isArray(evidence["targetPorts"]) ? evidence["targetPorts"].map(String) : [];
  const strange = readObjects(evidence["strange"]);
  const left = absent.length > 0 ? absent : lacking;
  if (left.length === 0 && strange.length === 0) return null;
  const note = absent.length > 0 ? words.absentFromSlices : words.lacksPort(targets.join(", "));
  const rows = [
    ...(left.length === 0
      ? []
      : [{ row: row(left.length === 1 ? "Pod" : words.pods(formatCount(left.length)), fewNames(left), { note }), end: "fails" as const }]),
    ...(strange.length === 0
      ? []
      : [
          {
            row: row("EndpointSlice", fewNames([...new Set(strange.flatMap(({ slice }) => readText(slice) ?? []))]), {
              note: fewNames(strange.flatMap(({ address }) => readText(address) ?? [])),
            }),
            end: "arrives" as const,
          },
        ]),
  ];
  return {
    heading: "selects",
    rows: [row("Service", service, { note: portsNote(ports) }), ...rows.map((each) => each.row)],
    edges: rows.map(({ end }, place) => edge(0, place + 1, { end })),
    shown: ["service", "absent", "lacking", "targetPorts", "strange"],
  };
}

/** A session that tells its user a port which no Service has. */
function announced({ evidence }: Pictured, words: PictureWords): Picture | null {
  const sessions = readObjects(evidence["sessions"]).slice(0, ownersMax);
  if (sessions.length === 0) return null;
  return {
    heading: "selects",
    rows: [
      row("", words.noService, { isMissing: true }),
      ...sessions.map((session) =>
        row("Pod", readText(session["pod"]) ?? "", {
          note: words.announces(String(session["port"])),
          labels: [{ text: readText(session["serial"]) ?? "", state: "plain" }],
        }),
      ),
    ],
    edges: sessions.map((_, place) => edge(0, place + 1, { end: "fails" })),
    shown: ["sessions"],
  };
}

function portsNote(ports: Pictured["ports"]): string | null {
  const { text, rest } = formatPorts(ports, 2);
  return text === "" ? null : rest > 0 ? `${text} +${String(rest)}` : text;
}
