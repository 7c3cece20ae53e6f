// Large answers that many ask for at once: made once for each state of the cluster, kept, and not made all the time beside a cluster that never rests.

import { isProblem, type Problem } from "./problem";

export type KeptAnswers<T> = {
  /**
   * The answer to a question as of now, or of a later moment that its `revision` tells.
   *
   * Input:   `current`: what the answer is made of at that moment; `make` makes it.
   * Returns: the same value for everybody who asks while `current` is the same object, and what `current` says when that is a problem. Rejects with what `make` throws.
   */
  get<S extends object>(question: string, current: () => S | Problem, make: (of: S) => Promise<T>): Promise<T | Problem>;
};

/** `of`: what the answer is made of, which is not kept for its sake. `turn`: waits until it may be made anew, and is made of what is there then. */
type Question<T> = {
  made: { readonly of: WeakRef<object>; readonly value: Promise<T> } | null;
  turn: Promise<T | Problem> | null;
  freeAtMs: number;
};

type Clock = { readonly now: () => number; readonly sleep: (ms: number) => Promise<void> };

const pauseShare = 3;
const pauseMaxMs = 3000;

/**
 * Keeps the answers to the questions that were asked last.
 *
 * A question is worked on once at a time, and for at most a quarter of the time (or every three seconds): where it is asked again and again while the cluster
 * changes, all who ask wait for the same next answer.
 */
export function createKeptAnswers<T>(questionsMax: number, { now, sleep }: Clock): KeptAnswers<T> {
  const questions = new Map<string, Question<T>>();
  const find = (name: string): Question<T> => {
    const question = questions.get(name) ?? { made: null, turn: null, freeAtMs: 0 };
    questions.delete(name);
    questions.set(name, question);
    const [oldest] = questions.keys();
    if (questions.size > questionsMax && oldest !== undefined) questions.delete(oldest);
    return question;
  };
  return {
    async get(name, current, make) {
      const asked = current();
      if (isProblem(asked)) return asked;
      const question = find(name);
      if (question.made?.of.deref() === asked) return question.made.value;
      const takeTurn = async (): Promise<T | Problem> => {
        await question.made?.value.catch(() => undefined);
        const waitMs = question.freeAtMs - now();
        if (waitMs > 0) await sleep(waitMs);
        question.turn = null;
        const of = current();
        if (isProblem(of)) return of;
        const beganMs = now();
        const value = make(of);
        question.made = { of: new WeakRef(of), value };
        try {
          return await value;
        } catch (cause) {
          question.made = null;
          throw cause;
        } finally {
          question.freeAtMs = now() + Math.min(pauseMaxMs, (now() - beganMs) * pauseShare);
        }
      };
      return (question.turn ??= takeTurn());
    },
  };
}
