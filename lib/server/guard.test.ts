import { expect, test } from "vitest";
import { guardRequest } from "./guard";

// Which names are ours, by where the server listens and what --allow-host says. front-door.test.ts has the rest.
test.for([
  { name: "the bound address", host: "10.0.0.5", allow: [], asked: "10.0.0.5:3000", says: "ok" },
  { name: "the bound address of IPv6", host: "fd00::5", allow: [], asked: "[fd00::5]:3000", says: "ok" },
  { name: "the bound address of IPv6, spelled otherwise", host: "fd00:0::5", allow: [], asked: "[FD00::0:5]:3000", says: "ok" },
  { name: "another address than the bound one", host: "10.0.0.5", allow: [], asked: "10.0.0.6", says: "foreign-host" },
  { name: "an address of the machine, bound to all (a kubelet's probe)", host: "0.0.0.0", allow: [], asked: "10.8.0.7:3000", says: "ok" },
  { name: "an IPv6 address of the machine, bound to all", host: "::", allow: [], asked: "[fd00::7]:3000", says: "ok" },
  { name: "a name, bound to all", host: "0.0.0.0", allow: [], asked: "evil.example", says: "foreign-host" },
  { name: "a name of numbers, bound to all", host: "0.0.0.0", allow: [], asked: "10.8.0.7.evil.example", says: "foreign-host" },
  { name: "an allowed name", host: "127.0.0.1", allow: ["Portolan.corp"], asked: "portolan.corp:8443", says: "ok" },
  { name: "a name under an allowed one", host: "127.0.0.1", allow: ["portolan.corp"], asked: "x.portolan.corp", says: "foreign-host" },
  { name: "an allowed IPv6 address", host: "127.0.0.1", allow: ["fd00::9"], asked: "[fd00::9]", says: "ok" },
  {
    name: "the page of an allowed name, asked under it",
    host: "127.0.0.1",
    allow: ["portolan.corp"],
    asked: "portolan.corp",
    origin: "https://portolan.corp",
    says: "ok",
  },
  {
    name: "the page of an allowed name, asked by a proxy under another",
    host: "127.0.0.1",
    allow: ["portolan.corp"],
    asked: "127.0.0.1:3000",
    origin: "https://portolan.corp",
    says: "ok",
  },
  { name: "the usual port written out", host: "127.0.0.1", allow: [], asked: "127.0.0.1:80", origin: "http://127.0.0.1", says: "ok" },
  {
    name: "the page of a foreign name",
    host: "127.0.0.1",
    allow: ["portolan.corp"],
    asked: "portolan.corp",
    origin: "https://evil.example",
    says: "foreign-origin",
  },
])("$name: $says", ({ host, allow, asked, origin, says }) => {
  const headers = new Headers({ host: asked, ...(origin === undefined ? {} : { origin }) });
  const refused = guardRequest({ pathname: "/", header: (name) => headers.get(name) }, { host, allowHosts: allow });
  expect(refused?.problem ?? "ok").toBe(says);
});
