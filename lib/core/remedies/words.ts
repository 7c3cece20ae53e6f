// The English of remedies: one template a fact. The page has the same codes in its own language.

import { fillTemplate, type NamesIn } from "../basics/template";

/** Values stand where their names stand in braces. */
export const remedyWords = {
  "service.title": "One Service for each owner",
  "service.title-jobs": "A selector that leaves out what runs to its end",
  "service.gain": "{port} reaches {owner} alone",
  "service.gain-inside": "{service} reaches {owner} alone",
  "service.separates": "the label {key} separates them: every pod of each owner carries it, with a value that no other pod has",
  "service.move": "clients of {owner} change from {before} to {after}",
  "service.move-inside": "clients of {owner} inside the cluster change from {before} to {after}",
  "service.own-address": "{service} is given a load balancer address of its own",
  "service.no-external-ip": "{service} has no external IP: {addresses} stay with {kept}, since one address and port has one holder",
  "service.leaves-out": "{owners}: no Service, since no pod of it is usable behind every port that it would need",
  "service.back": "delete {created} and give {kept} the selector {selector} again: {command}",
  "service.back-kept": "give {kept} the selector {selector} again: {command}",
  "service.no-label":
    "no label separates the owners for good: what differs is unlike for each pod or run, and a selector on it breaks with the next one. Where one ClearML agent serves them, its pod template and its --namespace disagree: correct the agent, not the selector",
  "service.there": "{service} leads to {owner} alone already: no new Service is needed for it",
  "service.no-selector": "the Service has no selector, or its slices are not made from it: who answers is decided elsewhere",
  "service.no-keeper": "no owner answers on every port of the Service, so none can keep it whole",
  "service.overlap": "{services} would select pods of several of the new Services: separate its selector first",
  "service.no-range":
    "the node-port range is not known, since numbers are held outside of the usual one: set nodePortRange in the policy file, and a free number can be named",
  "service.no-number": "no nodePort is free for it: {count} wanted, in a band where it may stand or where no band is",

  "local.title": "First aid: externalTrafficPolicy Local",
  "local.gain": "{nodes}: {port} reaches {owner} alone",
  "local.gain-source": "pods see the clients' own addresses",
  "local.drops": "{count} of {total} nodes drop {port} silently: {nodes}",
  "local.mixed": "{nodes}: pods of several owners answer there, mixed as before",
  "local.inside": "clients inside the cluster stay mixed: the policy is for traffic from outside",
  "local.health": "the Service is given a health-check port: one more number of the node-port range",
  "local.back": "the same with Cluster: {command}",
  "local.back-local": "the same with Local: {command}",
  "local.no-use": "no node holds pods of one owner alone, so that nothing would be kept apart",

  "local.title-back": "externalTrafficPolicy Cluster: every node answers again",
  "local.gain-back": "{port} answers on every node, the {count} that drop it now among them: {nodes}",
  "local.cost-source": "pods see a node's address instead of the client's, and a connection may take one more hop",

  "selector.title": "The selector that its pods carry",
  "selector.gain": "{service} selects {pods}",
  "selector.meant": "{was} becomes {will}: make sure that these are the pods that were meant, and not ones that only look like them",
  "selector.back": "put {was} back: {command}",
  "selector.elsewhere": "the pods are in another namespace, where a Service cannot reach: create it there, or move them",

  "selector.left-several": "{services}: left as before; there the right selector would answer with pods of several owners",
  "selector.left-address": "{services}: left as before; another Service has the address too, and would meet it there once it answers",
  "selector.left-no-port":
    "{services}: left as before; the pods that would answer there are not ready, or lack a port that the Service names",

  "number.title": "A number where the Service may stand",
  "number.gain": "{service}: {before} becomes {after}",
  "number.gain-band": "{service}: {before} becomes {after}, in the band {band}",
  "number.move": "clients of {service} change from {before} to {after}; the old number refuses them at once",
  "number.dynamic": "{numbers}: in the dynamic band, so somebody else may hold it by the time the Service is created again",
  "number.listener":
    "the listener stays inside the node-port range, where a Service may be given its number again: reserve it in the policy file",
  "number.part": "not all of its numbers can be moved: host ports and health-check ports are not a Service's to change",
  "number.no-static": "no number of the static band is free for it",
  "number.back": "give the old numbers back: {command}",

  "member.title": "The Service that the session announces",
  "member.gain": "{port} leads to {pod}",
  "member.taken": "{port} is taken, or kept for somebody else: the session's user has to be told another one",
  "member.several": "several owners run a session of that serial: one Service would mix them",
  "member.back": "delete it: {command}",

  "rollout.title": "A rollout that takes the old pod away first",
  "rollout.gain": "{workload}: the next rollout frees the host port before the new pod wants it",
  "rollout.cost": "one pod fewer answers while it is replaced",
  "rollout.back": "{command}",

  "host.title": "A host port for each owner: exact access per node",
  "host.title-daemon-set": "A host port for each DaemonSet: every node answers with its own pod",
  "host.gain": "{ports} reaches {owner} on the node of its pod, and is free on all {count} nodes that it may land on: {nodes}",
  "host.move": "clients of {owner} change from {before} on any node to {after} on the node of its pod",
  "host.node": "the address moves with the pod: another node is another address, and each node holds one such pod at most",
  "host.restart": "the pods are made anew, one after the other",
  "host.service": "{service} goes, with its name and address inside the cluster: as long as it stands it mixes the owners",
  "host.bare": "{pods}: made from a template that somebody else keeps (an agent, a launcher); a running pod cannot be given a host port",
  "host.cannot": "{owner} has no pod template that can be given a host port here",
  "host.room": "{owner} runs {pods} pods, and may use {nodes} nodes only: a host port needs a node for each",
  "host.container": "{owner}: which container listens is not declared, or it has a host port already",
  "host.no-number": "no host port is free on every node",
  "host.back":
    "keep the Service first ({command} > FILE); to go back, take the host ports out of the templates, then kubectl create -f FILE",

  "move.title": "Another host port",
  "move.gain": "{owner}: {before} becomes {after}, free on all {count} nodes that its pods may land on: {nodes}",
  "move.clients": "clients of {owner} change from {before} to {after} on the node of its pod",
  "move.listener":
    "{owner} listens on the node itself (hostNetwork): its port is set where its program reads it, and what its pods declare changes nothing",
  "move.balancer":
    "{owner}: pods of a load balancer hold the port for it; give the Service another port, or share the port through an Ingress",
  "move.leaving": "whoever holds the port is being deleted: the pod is placed once it is gone",
  "move.back-template": "put {ports} back into the template",

  "fit.title": "As many replicas as nodes that have the host port",
  "fit.gain": "{owner}: {count} pods, one on each node where the port is free: {nodes}",
  "fit.cost": "{fewer} of {before} replicas fewer: none of them has a place now, or would have one later",
  "fit.scaler": "an autoscaler of {owner} has to know that limit, or it takes this back",

  "daemon.title": "A DaemonSet: one pod on each node, and never more",
  "daemon.gain": "{owner}: one pod on each of {count} nodes: {nodes}",
  "daemon.selector": "the node label {label} leaves out the nodes on which others hold the port",
  "daemon.grows": "a new node is given its pod by itself; a rollout takes the old pod of a node away first",
  "daemon.gap": "nobody answers between the end of {owner} and the first pods of the DaemonSet",
  "daemon.name": "{owner} is gone: what scales it, watches it or rolls it out by that name has to be told",
  "daemon.cordoned": "cordoned nodes run one too, as the DaemonSet's controller has it",
  "daemon.owned": "{owner} is made by {controller}, which would make it again: the change belongs there",
  "daemon.fewer": "{owner} wants fewer pods than the {nodes} nodes that it may use: one on each would be more than was meant",
  "daemon.held": "{holders}: on {nodes} the port is held, and no node label leaves these nodes out",
  "daemon.save": "{command}",
  "daemon.make": "{command}: a JSON patch; all that it does not name is carried over, and nothing is changed in the cluster yet",
  "daemon.swap": "{command}; the pods of the two would be in each other's way",

  "layered.title": "One door in front: an Ingress with a name for each owner, ClusterIP Services inside",
  "layered.gain": "{host} reaches {owner} through {door}",
  "layered.frees": "nodePorts that come free: {ports}",
  "layered.names": "clients use names in place of numbers: {hosts}",
  "layered.http": "only HTTP passes, told apart by its host name",
  "layered.old": "{ports} refuse connections at once on every node",
  "layered.dns": "let {hosts} lead to the nodes, where {door} answers; or write names of your own",
  "layered.back":
    "keep what is there first ({save} > FILE); to go back, kubectl replace --force -f FILE (it makes the Services anew, with their old addresses), then {command}",
  "layered.not-http":
    "an Ingress tells owners apart by HTTP's host name, and no port of the Service is declared as HTTP: SSH and other TCP it cannot carry, a Gateway with a port for each owner or a host port can",
  "layered.no-door": "no Ingress controller with a nodePort for HTTP is seen in the cluster",

  "gateway.title": "One Gateway in front, with routes for what an Ingress cannot carry, and ClusterIP Services inside",
  "gateway.gain": "{host}:{port} reaches {owner} through the Gateway",
  "gateway.address":
    "the Gateway {gateway} has an address and numbers on nodes of its own, which its implementation makes; neither is known before it stands",
  "gateway.ports":
    "TCP and UDP say no name (SSH is one of them): each owner has a port of the Gateway, and a name that leads there is for people only",
  "gateway.tls": "TLS passes as it is, told apart by the name that clients ask for (SNI); who asks for none is refused",
  "gateway.version":
    "{route} is v1 since Gateway API {since}; before, it is v1alpha2 of the experimental channel, and not every implementation has it",
  "gateway.class": "see that kubectl get gatewayclass names {class} (classes are not read), or write the one that it names",
  "gateway.dns": "let {hosts} lead to the address that kubectl get gateway shows for {gateway}; or write names of your own",
  "gateway.no-door": "no implementation of the Gateway API is seen in the cluster",
  "gateway.protocol": "a Gateway has no routes for {protocol}",

  "policy.title": "A guard: the API server refuses numbers that are kept for others",
  "policy.title-kyverno": "A guard by Kyverno: numbers that are kept for others are refused",
  "policy.gain": "{ports} ({object}): only in namespace {namespaces} with label {labels}",
  "policy.gain-namespaces": "{ports} ({object}): only in namespace {namespaces}",
  "policy.gain-labels": "{ports} ({object}): only with label {labels}",
  "policy.gain-nobody": "{ports} ({object}): for nobody now",
  "policy.automatic":
    "a Service that names no number is given one before the guard is asked: {count} of the {total} numbers of the dynamic band are kept, and a Service that is given one of them is refused until it names a number or is created again",
  "policy.automatic-static":
    "a Service that names no number is given one before the guard is asked; none of the dynamic band is kept, so that it is refused only where that band is full",
  "policy.automatic-unknown":
    "a Service that names no number is given one before the guard is asked, and is refused where that one is kept: state nodePortRange in the policy file to know how often",
  "policy.present": "who holds such a number now keeps it: only numbers that are new to a Service are judged",
  "policy.labels": "labels are judged when a number is taken, not when they are changed later",
  "policy.until": "{object} ends after {until}: write the guard again then, since it knows no date",
  "policy.closed": "failurePolicy Fail: where the guard cannot be judged, Services are not created",
  "policy.kyverno": "Kyverno 1.13 or newer has to run, with its webhook in the way of every change of a Service",
  "policy.try": "to look first, set Warn and Audit (Kyverno: Audit) in place of Deny (Enforce), and read what would be refused",
  "policy.too-old": "{version} does not know ValidatingAdmissionPolicy as stable: 1.30 does",
  "policy.back": "{command}",

  "service.title-left": "A selector for the owner that answers on every port",
  "local.keeps-apart":
    "the policy Local keeps several owners apart: with Cluster every node would mix them. Give each owner a Service of its own first",
  "address.title": "Without the address that somebody else has",
  "address.gain": "{addresses}: no longer taken by {service}",
  "address.move": "clients of {service} change from {before} to {after}",
  "address.balancer":
    "{services}: a load balancer's controller gave it the address, and would give it again; ask that controller for another one, or take another port",
  "address.back": "give the addresses back: {command}",
  "target.title": "The target port that all of its pods declare",
  "target.gain": "targetPort {was} becomes {will}, which all {count} selected pods declare",
  "target.meant": "declared is not proven: make sure that the pods listen there, and that it is what clients of this port expect",
  "target.back": "put the old target back: {command}",
  "target.none":
    "no port that all selected pods declare can be told to be what {was} means: declare it in the template of those that lack it, whose program alone knows where it listens",
  "alone.several": "it would then answer with pods of several owners",
  "alone.address": "another Service has its address too, and would meet it there once it answers",
  "alone.no-port": "the pods that would then answer are not ready, or lack a port that the Service names",
  "ignored.title": "Without the label that kube-proxy passes over",
  "ignored.gain": "{port} answers on every node",
  "ignored.other": "a proxy of another name that serves it now no longer does; where one is meant, give up the nodePort instead: {command}",
  "ignored.back": "put the label back: {command}",
  "release.title": "Load balancers without nodePorts",
  "release.gain": "{count} numbers of {band} come free: {used} of {size} are left in use",
  "release.direct":
    "{services}: only for load balancers that send to pods by themselves (MetalLB, Cilium and most in-cluster ones do); one that sends to nodePorts, as most clouds' do, reaches nothing any more",
  "release.closed": "{services}: no address of a load balancer is known, so that nobody outside reaches them until one is given",
  "release.old": "{ports} refuse connections on every node",
  "release.none":
    "no LoadBalancer Service holds a number of {band} that it could do without: widen the band in the policy file (or the range of the API server), or delete Services that nobody uses",
  "release.few":
    "LoadBalancer Services could give back {count} numbers of {band}, and it would still be nearly full: widen the band, or delete Services that nobody uses",
  "slices.title": "Slices that lead nowhere, emptied",
  "slices.gain": "{service} no longer leads to {addresses}",
  "slices.meant": "{addresses}: made by hand or by a tool; make sure that nobody means them",
  "slices.save": "{command}",
  "slices.delete": "when nobody misses them: {command}",
  "slices.back": "kubectl replace --force -f slices.yaml",
  "slices.controller":
    "the EndpointSlice controller writes these slices, and nothing that is applied makes it work: look at the log, quota and permissions of kube-controller-manager",
  "slices.partly": "the slices hold endpoints of selected pods as well: whoever writes them has to take {addresses} out",
  "slices.only": "nothing but {addresses} answers: without them the Service has no endpoint",
  "none.listener":
    "a program on the node's own network chooses its port by its own settings, which are not read: change it there, or reserve the number in the policy file so that it is not given to a Service by hand",
  "none.ephemeral":
    "the two ranges are settings, not objects: move net.ipv4.ip_local_port_range on the nodes, keep the node-port range in net.ipv4.ip_local_reserved_ports, or start the API server with another --service-node-port-range",
  "none.endpoints":
    "no pod that could be meant is selected by one slip alone, or the selected ones are not ready: whether to start pods, mend them or delete the Service is not for a manifest to decide",
  "none.reservation": "a line of the policy file is what has to change, not the cluster: prolong its `until`, or take it out",
  "none.overlap":
    "no pods of several owners are selected, so that none shows a label which tells them apart: add to each selector one that only its own pods carry",
  "none.sidecar":
    "the port has to move to a main container, and what the containers of the template are besides is not read: declare it there by hand",

  "flows.stay": "connections that are open now stay where they lead until they close; UDP flows until they are quiet",
  "managed.elsewhere": "{object} is kept by {tool}: make the change there too, or its next run takes this one back",
  "apply.annotations":
    "kubectl apply takes annotations away that an earlier apply gave {object}, since Portolan reads none; the command in the steps changes nothing else",

  "apply.annotations-plain": "kubectl apply takes annotations away that an earlier apply gave {object}, since Portolan reads none",

  "step.apply": "kubectl apply -f FILE",
  "step.apply-or": "kubectl apply -f FILE; to keep the annotations of what is there, apply only what is new in it, and then: {command}",
  "step.patch-file": "{command}; FILE holds this document alone. It is a patch: what it does not name stays as it is",
  "step.patch-or": "{command}; kubectl apply -f FILE does the same only where an earlier apply wrote what is taken away",
  "step.template": "put the lines of each Pod document into the template that makes it, and let the pods be made anew",
  "step.then": "when nobody uses the old number any more: {command}",
  "step.tell": "tell the users: portolan remedy {fingerprint} --kind {kind} -o markdown",
} as const;

export type RemedyCode = keyof typeof remedyWords;

/** One fact about a remedy: its code and the values for its words, which mean the same in every language. */
export type Saying = { readonly code: RemedyCode; readonly values: Readonly<Record<string, string>> };

export function say<C extends RemedyCode>(
  code: C,
  ...[values]: [NamesIn<(typeof remedyWords)[C]>] extends [never] ? [] : [Readonly<Record<NamesIn<(typeof remedyWords)[C]>, string>>]
): Saying {
  return { code, values: values ?? {} };
}

/** The fact as a sentence, by these words. */
export function describeSaying({ code, values }: Saying, words: Readonly<Record<RemedyCode, string>> = remedyWords): string {
  return fillTemplate(words[code], values);
}
