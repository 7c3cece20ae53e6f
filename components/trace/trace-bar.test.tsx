// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, expect, test } from "vitest";
import { TraceBar } from "./trace-bar";

afterEach(cleanup);

/** `podName` null: no pod answers the route, so that there is none to start from. */
function Bar({ asked, podName = null }: { readonly asked: string[]; readonly podName?: string | null }) {
  const [choosesPod, setChoosesPod] = useState(false);
  return (
    <TraceBar
      asked="10.0.0.1:30080"
      target={null}
      from=""
      map={undefined}
      nodeName="n1"
      podName={podName}
      choosesPod={choosesPod}
      onChoosePod={setChoosesPod}
      onTo={() => undefined}
      onFrom={(from) => asked.push(from)}
      ticket={() => ""}
      link={() => ""}
      canCopy
    />
  );
}

test("in a pod, where none is known: the pod is asked for, and nothing until it is named", () => {
  const asked: string[] = [];
  render(<Bar asked={asked} />);
  fireEvent.click(screen.getByRole("radio", { name: "In a pod" }));
  const field = screen.getByRole("textbox", { name: "namespace/pod" });
  expect(asked).toEqual([]);
  fireEvent.change(field, { target: { value: "default/client" } });
  fireEvent.submit(field);
  expect(asked).toEqual(["pod/default/client"]);
});

test("a pod that becomes known after the first look is the one to start from", () => {
  const asked: string[] = [];
  const { rerender } = render(<Bar asked={asked} />);
  rerender(<Bar asked={asked} podName="default/a1" />);
  fireEvent.click(screen.getByRole("radio", { name: "In a pod" }));
  expect(asked).toEqual(["pod/default/a1"]);
});
