// A proof by name: it holds, or says why not.

export type Proof = { readonly name: string; readonly passed: boolean; readonly seconds: number; readonly detail: string };

/** Runs every proof in turn; one that fails does not keep the others from running. `say` gets one line for each. */
export async function runProofs<Lab>(
  provers: Readonly<Record<string, (lab: Lab) => Promise<void>>>,
  lab: Lab,
  say: (line: string) => void,
): Promise<readonly Proof[]> {
  const proofs: Proof[] = [];
  for (const [name, prove] of Object.entries(provers)) {
    const began = Date.now();
    const detail = await prove(lab).then(
      () => "",
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    const proof = { name, passed: detail === "", seconds: Math.round((Date.now() - began) / 100) / 10, detail };
    proofs.push(proof);
    say(`${proof.passed ? "ok  " : "FAIL"} ${name} (${String(proof.seconds)} s)${detail === "" ? "" : `: ${detail}`}`);
  }
  return proofs;
}
