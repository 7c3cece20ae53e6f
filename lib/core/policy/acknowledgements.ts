// When an acknowledgement of the policy file holds: for exactly its rule, subject and owner set, until its last day is over.

import { formatObjectRef, type ObjectRef } from "../model/meta";
import type { Acknowledgement, Context } from "./policy";
import { isExpired } from "./reservations";

/** The acknowledgement of the policy that holds for a finding now; undefined when none does. */
export function findAcknowledgement(rule: string, subjects: readonly ObjectRef[], { policy, nowMs }: Context): Acknowledgement | undefined {
  return policy.acknowledgements.find((each) => {
    const subject = subjects.find((ref) => formatObjectRef(ref) === each.subject);
    if (each.rule !== rule || subject === undefined || isExpired(each.until, nowMs)) return false;
    if (each.owners === null) return true;
    const others = othersOf(subjects, subject);
    const written = new Set(each.owners.map((owner) => (others.includes(owner) ? owner : inFull(owner, subject))));
    return written.size === others.length && others.every((other) => written.has(other));
  });
}

/**
 * What `owners` of an acknowledgement has to name, so that it ends when anybody else joins the finding.
 *
 * Returns: everything that the finding is about but the subject: `Kind/name`, with the namespace where it is not the subject's; sorted.
 *          Entries of the policy itself (bands, reservations, settings) are no owners.
 */
export function listAcknowledgedOwners(subjects: readonly ObjectRef[], subject: ObjectRef): readonly string[] {
  return othersOf(subjects, subject).map((full) => {
    const parts = full.split("/");
    return parts.length === 3 && parts[1] === subject.namespace ? `${parts[0] ?? ""}/${parts[2] ?? ""}` : full;
  });
}

const ofThePolicy: ReadonlySet<string> = new Set(["Band", "Reservation", "Setting"]);

function othersOf(subjects: readonly ObjectRef[], subject: ObjectRef): readonly string[] {
  const self = formatObjectRef(subject);
  const names = subjects.filter(({ kind }) => !ofThePolicy.has(kind)).map(formatObjectRef);
  return [...new Set(names)].filter((name) => name !== self).sort();
}

/** People leave the namespace out where it is the subject's. */
function inFull(owner: string, subject: ObjectRef): string {
  const parts = owner.split("/");
  return parts.length === 2 && subject.namespace !== "" ? [parts[0], subject.namespace, parts[1]].join("/") : owner;
}
