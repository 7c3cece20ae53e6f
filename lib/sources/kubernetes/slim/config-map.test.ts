import { afterEach, expect, test } from "vitest";
import { slimObject } from "./slim-object";

const warned: string[] = [];
const note = ({ message }: Error): void => void warned.push(message);
process.on("warning", note);
afterEach(() => {
  warned.length = 0;
});

test.for([
  { name: "kube-proxy", key: "config.conf" },
  { name: "antrea-config", key: "antrea-agent.conf" },
])("the text of ConfigMap $name is read without a word on standard error, whatever it holds", async ({ name, key }) => {
  const configMap = (text: string): object => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { namespace: "kube-system", name },
    data: { [key]: text },
  });
  // The YAML reader warns of a directive that it does not know, and prints the line as it is.
  expect(slimObject(configMap("%owned \u001b[2J\n---\na: 1\n")).warnings).toEqual([]);
  expect(slimObject(configMap("a: [")).warnings).toHaveLength(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(warned).toEqual([]);
});
