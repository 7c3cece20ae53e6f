/** Long work in short steps: whoever runs it may do something else after each `yield`. What it reads must stay as it is meanwhile. */
export type Steps<T> = Generator<void, T>;

/** What becomes of each item, one a step. */
export function* mapInSteps<A, B>(items: Iterable<A>, make: (item: A) => B): Steps<B[]> {
  const made: B[] = [];
  for (const item of items) {
    yield;
    made.push(make(item));
  }
  return made;
}

/** All steps at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}
