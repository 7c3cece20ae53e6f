"use client";

import Link from "next/link";
import { Fragment } from "react";
import { useCluster } from "@/components/live/cluster";
import { useFormatTime } from "@/components/live/clock";
import { useHref } from "@/components/live/use-href";
import { useWords } from "@/components/words/words";
import { formatCount, formatPort, formatPorts, formatRevision } from "@/lib/client/format";
import type { WireCluster, WireEnvelope, WireFinding } from "@/lib/wire/schemas";
import { Block, Fact, Facts } from "./block";
import { describeEvidence, describeValue, readOwners } from "./evidence";
import { withFacet } from "./facets";
import { LabelTable } from "./label-table";
import { readLabels } from "./labels";
import { EvidencePicture } from "./picture/evidence-picture";
import { buildPicture } from "./picture/build-picture";
import { ShareBar } from "./share-bar";
import { traceOf } from "./trace-of";

type FactsProps = {
  readonly finding: WireFinding;
  readonly envelope: Pick<WireEnvelope, "revision" | "asOf">;
  /** Whether everything was read that the rules need, and is heard of still. */
  readonly complete: boolean;
  readonly nodeCount: number | null;
};

const portsMax = 8;
const namesMax = 12;

/** What is: who answers, who selects whom, what is affected, on what it rests. */
export function FindingFacts({ finding, envelope, complete, nodeCount }: FactsProps) {
  const { findings: words, freshness } = useWords();
  const formatTime = useFormatTime();
  const owners = readOwners(finding);
  const labels = readLabels(finding.evidence);
  const isMixed = owners.length > 1;
  const picture = buildPicture(finding, words.picture);
  const shown = [...(picture?.shown ?? []), ...(isMixed ? ["owners", "labels", "separatingLabels"] : [])];
  const asOf = envelope.asOf === null ? freshness.asOfUnknown : freshness.asOf(formatTime(Date.parse(envelope.asOf)));
  return (
    <>
      {isMixed && (
        <Block heading={words.whoAnswers}>
          <ShareBar owners={owners} />
        </Block>
      )}
      {picture !== null && <EvidencePicture picture={picture} severity={finding.severity} />}
      {labels.length > 0 && isMixed && (
        <Block heading={words.labelsCompared} note={words.labelsNote}>
          <LabelTable owners={owners} labels={labels} />
        </Block>
      )}
      <Affected finding={finding} nodeCount={nodeCount} />
      <Block heading={words.evidence}>
        <Facts>
          {describeEvidence(finding.evidence, shown).map(({ key, text }) => (
            <Fact key={key} name={key} mono>
              {text}
            </Fact>
          ))}
          <Fact name={words.readAt}>
            {words.readAtText(formatRevision(envelope.revision), asOf, complete ? words.complete : words.notComplete)}
          </Fact>
        </Facts>
      </Block>
    </>
  );
}

const link = "underline decoration-line-strong underline-offset-2 hover:decoration-ink";

function Affected({ finding, nodeCount }: Pick<FactsProps, "finding" | "nodeCount">) {
  const { findings: words, say } = useWords();
  const href = useHref();
  const { cluster } = useCluster();
  const { ports, nodes, subjects, groups } = finding;
  const { symptoms } = say.finding(finding);
  const { text, rest } = formatPorts(ports.slice(portsMax));
  const bands = bandsOf(ports, cluster);
  return (
    <Block heading={words.affected}>
      <Facts>
        {ports.length > 0 && (
          <Fact name={words.ports} mono>
            {ports.slice(0, portsMax).map((port, place) => {
              const number = formatPort(port.port, port.protocol);
              return (
                <span key={number}>
                  {place > 0 && ", "}
                  <Link
                    href={href("/trace", traceOf({ ports: [port], nodes }) ?? {})}
                    prefetch={false}
                    title={words.tracePort(number)}
                    className={link}
                  >
                    {number}
                  </Link>
                </span>
              );
            })}
            {text !== "" && `, ${text}`}
            {rest > 0 && ` ${words.more(formatCount(rest))}`}
          </Fact>
        )}
        {bands.length > 0 && <Fact name={words.band}>{bands.map(({ name, owner }) => words.bandOf(name, owner)).join("; ")}</Fact>}
        {ports.length > 0 && (
          <Fact name={words.nodes}>
            {nodes.length > 0 ? <Names names={nodes} /> : nodeCount === null ? "" : words.everyNode(formatCount(nodeCount))}
          </Fact>
        )}
        {subjects.length > 0 && (
          <Fact name={words.subjects} mono>
            {subjects.map((subject) => {
              const name = describeValue(subject);
              return (
                <Link
                  key={name}
                  href={href("/conflicts", { q: withFacet("", "owner", name) })}
                  prefetch={false}
                  title={words.onlyObject(name)}
                  className={`block w-fit max-w-full break-all ${link}`}
                >
                  {name}
                </Link>
              );
            })}
          </Fact>
        )}
        {groups.length > 0 && <Fact name={words.groupsOf}>{groups.map(({ name }) => name).join(", ")}</Fact>}
        {symptoms.length > 0 && <Fact name={words.symptoms}>{say.list(symptoms)}</Fact>}
      </Facts>
    </Block>
  );
}

/** The bands that hold the ports: whom to ask besides the owners. */
function bandsOf(ports: WireFinding["ports"], cluster: WireCluster | null): WireCluster["bands"] {
  return (cluster?.bands ?? []).filter(({ first, last }) => ports.some(({ port }) => port >= first && port <= last));
}

/** Names of which none is torn apart; the rest is counted. */
function Names({ names }: { readonly names: readonly string[] }) {
  const words = useWords().findings;
  return (
    <>
      {names.slice(0, namesMax).map((name, place) => (
        <Fragment key={name}>
          {place > 0 && ", "}
          <span className="inline-block max-w-full break-all">{name}</span>
        </Fragment>
      ))}
      {names.length > namesMax && ` ${words.more(formatCount(names.length - namesMax))}`}
    </>
  );
}
