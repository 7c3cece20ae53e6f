// Names that an API server would draw at random, the same in every run.

const letters = "bcdfghjklmnpqrstvwxz2456789";

/** Five letters as the API server draws them, but the same for a name in every run. */
export function suffixFor(name: string): string {
  // The sessions' slices are named in tests and pictures.
  if (name.startsWith("clearml-session-")) return "7x2kp";
  let hash = 7;
  for (const letter of name) hash = (hash * 31 + letter.charCodeAt(0)) % 14_348_907;
  return Array.from({ length: 5 }, (_, place) => letters[Math.floor(hash / letters.length ** place) % letters.length] ?? "b").join("");
}

/** The hash that a Deployment's ReplicaSet and pods carry. */
export function templateHashOf(deployment: string): string {
  return `${suffixFor(`${deployment}/set`)}${suffixFor(`${deployment}/template`)}`.slice(0, 9);
}
