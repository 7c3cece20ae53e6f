// Archives by strangers: each limit has a name that the error says; nothing is followed, nothing leads out.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { createClusterIndex } from "@/lib/core";
import { tarOf, zipOf } from "./archives.testkit";
import { defaultLimits, type SnapshotLimits } from "./limits";
import { readSnapshot, readSnapshotStream } from "./read-snapshot";

const folder = mkdtempSync(join(tmpdir(), "portolan-limits-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const service = (name: string): string =>
  JSON.stringify({ apiVersion: "v1", kind: "Service", metadata: { namespace: "a", name }, spec: { ports: [{ port: 80 }] } });
const files = Array.from({ length: 30 }, (_, at) => ({ name: `s/${String(at)}.json`, text: service(`s${String(at)}`) }));

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function read(
  path: string,
  limits: Partial<SnapshotLimits> = {},
): Promise<{ readonly services: readonly string[]; readonly warnings: readonly string[] }> {
  const result = await readSnapshot([path], { limits: { ...defaultLimits, ...limits } });
  if (!result.ok) throw new Error(`${result.error.kind}: ${result.error.what}: ${result.error.where}`);
  const index = createClusterIndex("x");
  index.apply(result.value.deltas);
  const { services, warnings } = index.snapshot();
  return { services: [...services.values()].map(({ name }) => name), warnings: warnings.map(({ message }) => message) };
}

describe("each limit is an error that names it", () => {
  test.for([
    {
      name: "files in a tar archive",
      make: async () => write("m.tar", await tarOf(files)),
      limits: { filesMax: 20 },
      says: /more than 20 files \(the limit on their count\)/,
    },
    {
      name: "files in a zip archive",
      make: () => Promise.resolve(write("m.zip", zipOf(files))),
      limits: { filesMax: 20 },
      says: /more than 20 files/,
    },
    {
      name: "size when unpacked",
      make: async () => write("s.tgz", gzipSync(await tarOf(files))),
      limits: { unpackedBytesMax: 1 << 12 },
      says: /more than .* when unpacked \(the limit on size\)/,
    },
    {
      name: "ratio of a packed file",
      make: () => Promise.resolve(write("r.json.gz", gzipSync(service("a") + " ".repeat(4 << 20)))),
      limits: { ratioMax: 100, ratioFromBytes: 1 << 20 },
      says: /more than 100 times its size \(the limit on the ratio\)/,
    },
    {
      name: "ratio in a zip archive",
      make: () => Promise.resolve(write("r.zip", zipOf([{ name: "a.json", text: service("a") + " ".repeat(4 << 20) }]))),
      limits: { ratioMax: 100, ratioFromBytes: 1 << 20 },
      says: /the limit on the ratio/,
    },
    {
      name: "ratio of a packed file within an archive",
      make: async () => write("n.tar", await tarOf([{ name: "a.json.gz", text: gzipSync(service("a") + " ".repeat(8 << 20)) }])),
      limits: { ratioMax: 100, ratioFromBytes: 1 << 20 },
      says: /the limit on the ratio/,
    },
    {
      name: "size of one object",
      make: () => Promise.resolve(write("o.json", `{"kind":"Service","metadata":{"name":"${"x".repeat(2 << 20)}"}}`)),
      limits: { objectBytesMax: 1 << 20 },
      says: /one object in it is larger than 1 MiB \(the limit on an object\)/,
    },
    {
      name: "objects that are kept",
      make: async () => write("k.tar", await tarOf(files)),
      limits: { recordsMax: 10 },
      says: /more than 10 objects that would be kept \(the limit on objects\)/,
    },
  ])("$name", async ({ make, limits, says }) => {
    await expect(read(await make(), limits)).rejects.toThrow(says);
  });
});

test("a zip archive that says of itself that it holds too many files is refused before one is opened", async () => {
  let bytes = 0;
  const result = await readSnapshot([write("many.zip", zipOf(files))], {
    limits: { ...defaultLimits, filesMax: 20 },
    progress: (each) => (bytes = each.bytes),
  });
  expect([result.ok, bytes]).toEqual([false, 0]);
});

test("names that lead out of a tar archive and links are passed over, the rest is read", async () => {
  const archive = await tarOf(
    [
      { name: "../../etc/cron.d/x.json", text: service("outside") },
      { name: "/abs.json", text: service("absolute") },
      { name: "./in.json", text: service("inside") },
    ],
    [
      { name: "link.json", type: "symlink", linkname: "/etc/passwd" },
      { name: "hard.json", type: "link", linkname: "in.json" },
      { name: "pipe.json", type: "fifo" },
    ],
  );
  const { services, warnings } = await read(write("out.tar", archive));
  expect(services).toEqual(["inside"]);
  expect(warnings).toEqual(["2 links not followed", "2 names leading out of the archive: not read"]);
});

test("links of a zip archive are not followed; one whose names lead out is refused", async () => {
  const linked = await read(
    write(
      "l.zip",
      zipOf([
        { name: "a.json", text: service("a") },
        { name: "b.json", text: "/etc/passwd", link: true },
      ]),
    ),
  );
  expect(linked).toEqual({ services: ["a"], warnings: ["1 link not followed"] });
  await expect(read(write("o.zip", zipOf([{ name: "../a.json", text: service("a") }])))).rejects.toThrow(
    /unreadable-file: .*\.\.\/a\.json/,
  );
  await expect(read(write("e.zip", zipOf([{ name: "a.json", text: service("a"), encrypted: true }])))).rejects.toThrow(/encrypted/);
});

test("links of a folder are not followed", async () => {
  const root = join(folder, "linked");
  mkdirSync(root);
  writeFileSync(join(root, "a.json"), service("a"));
  symlinkSync(folder, join(root, "up"));
  symlinkSync(write("elsewhere.json", service("b")), join(root, "b.json"));
  expect(await read(root)).toEqual({ services: ["a"], warnings: ["2 links not followed"] });
});

test("an archive that breaks off: what came before is read, with a warning", async () => {
  const whole = gzipSync(await tarOf(files), { level: 0 });
  const { services, warnings } = await read(write("half.tgz", whole.subarray(0, whole.length / 2)));
  expect(services.length).toBeGreaterThan(5);
  expect(services.length).toBeLessThan(30);
  expect(warnings).toEqual([expect.stringMatching(/what follows is missing/)]);
});

test.for([
  ["bytes before it", (zip: Buffer) => Buffer.concat([Buffer.from("#!/bin/sh\n"), zip]), /other bytes stand before the zip archive/],
  ["bytes after it", (zip: Buffer) => Buffer.concat([zip, Buffer.from("mail footer")]), /other bytes follow the end of the zip archive/],
  ["half of it", (zip: Buffer) => zip.subarray(0, zip.length / 2), /the zip archive breaks off/],
  [
    "another table of contents",
    (zip: Buffer) => Buffer.from(zip.toString("latin1").replace("PK\u0001\u0002", "XXXX"), "latin1"),
    /the table of contents of the zip archive does not fit/,
  ],
] as const)("a zip archive with %s is refused in words that name the file and the cause", async ([name, bend, says]) => {
  const path = write(`${name}.zip`, bend(zipOf(files)));
  const opened = await readSnapshot([path]);
  expect(opened.ok ? null : opened.error).toMatchObject({
    kind: "unreadable-file",
    where: path,
    what: expect.stringMatching(says) as string,
  });
  await expect(read(path)).rejects.toThrow(says);
});

test("bytes behind a gzipped file are told apart from damage", async () => {
  const list = JSON.stringify({ kind: "List", apiVersion: "v1", items: files.map(({ text }) => JSON.parse(text) as unknown) });
  const { warnings } = await read(write("tail.json.gz", Buffer.concat([gzipSync(list.padEnd(40_000)), Buffer.from("mail footer")])));
  expect(warnings).toEqual([expect.stringMatching(/other bytes follow the packed ones/)]);
});

test("a file of a zip archive that is damaged costs itself alone", async () => {
  const zip = zipOf([
    { name: "a.json", text: service("a") },
    { name: "b.json", text: service("b") },
  ]);
  zip.fill(0xff, 40, 60);
  expect(await read(write("damaged.zip", zip))).toEqual({ services: ["b"], warnings: ["cannot be read: its packed bytes are damaged"] });
});

describe("what an ordinary packer would not write", () => {
  test("a zip archive whose files share their bytes is read as far as it has bytes of its own", async () => {
    const text = service("a") + " ".repeat(1 << 20);
    const overlapping = zipOf(Array.from({ length: 40 }, () => ({ name: "a.json", text, shared: true })));
    const says = "cannot be read: its files share their bytes, as no packer writes them: what follows is missing";
    expect(await read(write("overlap.zip", overlapping))).toEqual({ services: ["a"], warnings: [says] });
    const stream = (async function* () {
      yield await Promise.resolve(overlapping);
    })();
    const uploaded = await readSnapshotStream(stream, "overlap.zip");
    expect(uploaded.ok ? uploaded.value.deltas.find(({ type }) => type === "warnings") : uploaded.error).toMatchObject({
      warnings: [{ message: says }],
    });
  });

  test.for([
    { name: "names more than there is", sizes: { compressed: 2 ** 31 }, says: /share their bytes.*what follows is missing/ },
    { name: "names less than comes out", sizes: { uncompressed: 10 }, says: /longer or shorter than its table of contents says$/ },
    { name: "names more than comes out", sizes: { uncompressed: 2 ** 31 }, says: /longer or shorter than its table of contents says$/ },
    {
      name: "keeps its sizes in a zip64 field that is not there",
      sizes: { compressed: 2 ** 32 - 1, uncompressed: 2 ** 32 - 1 },
      says: /share their bytes.*what follows is missing/,
    },
  ])("a zip entry that $name costs what is left, nothing else", async ({ sizes, says }) => {
    const entries = [
      { name: "a.json", text: service("a") },
      { name: "b.json", text: service("b"), sizes },
    ];
    const { services, warnings } = await read(write("lies.zip", zipOf(entries)));
    expect(services).toEqual(["a"]);
    expect(warnings).toEqual([expect.stringMatching(says)]);
  });

  test("archives in archives are not opened, gzip in gzip is no text", async () => {
    const inner = gzipSync(await tarOf(files));
    const { services, warnings } = await read(
      write(
        "nested.tar",
        await tarOf([
          { name: "a.json", text: service("a") },
          { name: "b.tar.gz", text: inner },
          { name: "c.zip", text: zipOf(files) },
          { name: "d.json.gz", text: gzipSync(gzipSync(service("d"))) },
        ]),
      ),
    );
    expect([services, warnings]).toEqual([["a"], ["2 archives inside: not opened"]]);
    await expect(read(write("wrapped.zip", zipOf([{ name: "bundle.tar.gz", text: inner }])))).rejects.toThrow(/unpack the one inside/);
    await expect(read(write("twice.json.gz", gzipSync(gzipSync(service("a")))))).rejects.toThrow(/foreign-format: this is a binary file/);
  });

  test("a tar archive with attributes without end, sparse files and sizes that cannot be", async () => {
    const attribute = (length: number): string => `${String(length + 20)} comment=${"x".repeat(length)}\n`;
    const endless = await tarOf([
      { name: "p", text: attribute(5 << 20) },
      { name: "b.json", text: service("b") },
    ]);
    endless.write("x", 156);
    await expect(read(write("endless.tar", withSums(endless)))).rejects.toThrow(/unreadable-file/);
    const sparse = await tarOf([
      { name: "s.json", text: service("s") },
      { name: "c.json", text: service("c") },
    ]);
    sparse.write("S", 156);
    expect((await read(write("sparse.tar", withSums(sparse)))).services).toEqual(["c"]);
    const impossible = await tarOf([
      { name: "i.json", text: service("i") },
      { name: "d.json", text: service("d") },
    ]);
    impossible.write("77777777777", 124);
    await expect(read(write("impossible.tar", withSums(impossible)))).rejects.toThrow(/unreadable-file|too-large/);
  });

  test("folders and links of an archive count, too", async () => {
    const links = Array.from({ length: 30 }, (_, at) => ({ name: `l${String(at)}`, type: "symlink" as const, linkname: "/" }));
    await expect(read(write("links.tar", await tarOf([], links)), { filesMax: 20 })).rejects.toThrow(/more than 20 files/);
    await expect(
      read(write("folders.zip", zipOf(Array.from({ length: 30 }, (_, at) => ({ name: `f${String(at)}/`, text: "" })))), { filesMax: 20 }),
    ).rejects.toThrow(/more than 20 files/);
  });
});

/** The checksum of a header whose bytes were changed, of the first file. */
function withSums(archive: Buffer): Buffer {
  archive.fill(" ", 148, 156);
  const sum = archive.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  archive.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return archive;
}
