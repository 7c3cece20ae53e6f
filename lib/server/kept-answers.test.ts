import { describe, expect, test } from "vitest";
import { createKeptAnswers } from "./kept-answers";
import { problem } from "./problem";

type State = { readonly name: string };

/** Answers that are the state's name once `finish` lets the one that is being made end; the clock goes on by what is slept. */
function keep(questionsMax = 8) {
  const clock = { ms: 0 };
  const made: string[] = [];
  const ends: (() => void)[] = [];
  const answers = createKeptAnswers<string>(questionsMax, {
    now: () => clock.ms,
    sleep: (ms) => {
      clock.ms += ms;
      return Promise.resolve();
    },
  });
  const cluster: { state: State } = { state: { name: "a" } };
  const make = async ({ name }: State): Promise<string> => {
    made.push(name);
    await new Promise<void>((resolve) => ends.push(resolve));
    return name;
  };
  const ask = (question = "map") => answers.get(question, () => cluster.state, make);
  /** Ends what is being made, after so long. */
  const finish = async (ms = 0): Promise<void> => {
    await expect.poll(() => ends.length).toBe(1);
    clock.ms += ms;
    ends.splice(0).forEach((end) => {
      end();
    });
  };
  return { clock, made, cluster, answers, ask, finish };
}

describe("answers that are kept", () => {
  test("are made once for all who ask while nothing changes", async () => {
    const { made, ask, finish } = keep();
    const both = Promise.all([ask(), ask()]);
    await finish();
    expect(await both).toEqual(["a", "a"]);
    expect(await ask()).toBe("a");
    expect(made).toEqual(["a"]);
  });

  test("of a state that changed meanwhile are made once more, for all who came since", async () => {
    const { made, cluster, ask, finish } = keep();
    const first = ask();
    await expect.poll(() => made).toEqual(["a"]);
    cluster.state = { name: "b" };
    const second = ask();
    cluster.state = { name: "c" };
    const third = ask();
    await finish();
    expect(await first).toBe("a");
    await finish();
    expect(await Promise.all([second, third])).toEqual(["c", "c"]);
    expect(made).toEqual(["a", "c"]);
  });

  test("beside a state that never rests are made a quarter of the time", async () => {
    const { clock, cluster, ask, finish } = keep();
    const first = ask();
    await finish(100);
    await first;
    cluster.state = { name: "b" };
    const second = ask();
    await finish();
    await second;
    expect(clock.ms).toBe(400);
  });

  test("wait for nobody who asks something else", async () => {
    const { clock, ask, finish } = keep();
    const first = ask();
    await finish(100);
    await first;
    const other = ask("other");
    await finish();
    await other;
    expect(clock.ms).toBe(100);
  });

  test("are forgotten when others were asked for since", async () => {
    const { made, ask, finish } = keep(2);
    for (const question of ["x", "y", "z", "x"]) {
      const answer = ask(question);
      await finish();
      await answer;
    }
    expect(made.length).toBe(4);
    await ask("z");
    expect(made.length).toBe(4);
  });

  test("that failed are tried anew; a problem is nothing to keep", async () => {
    const { cluster, answers } = keep();
    const ask = (make: () => Promise<string>) => answers.get("map", () => cluster.state, make);
    await expect(ask(() => Promise.reject(new Error("fault")))).rejects.toThrow("fault");
    expect(await ask(() => Promise.resolve("well"))).toBe("well");
    const gone = problem("not-found", "there is no such cluster");
    expect(
      await answers.get(
        "map",
        () => gone,
        () => Promise.resolve("made"),
      ),
    ).toBe(gone);
  });
});
