/** How a wrong configuration is told: which key, what stands there, why it is wrong, what to do. */

export interface ConfigProblem {
  readonly key: string;
  /** As it stands; `***` for a secret, empty when nothing stands there. */
  readonly value: string;
  readonly reason: string;
  readonly fix: string;
}

export const problemText = ({ key, value, reason, fix }: ConfigProblem): string =>
  `  ${key}${value === '' ? '' : ` (${value})`}: ${reason}; ${fix}`;

const MOST_SHOWN = 80;

export function shown(value: unknown, isSecret: boolean): string {
  if (value === undefined) return '';
  if (isSecret) return '***';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}

/** The known word that is fewest changes away, if it is near enough to have been meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const most = Math.max(2, Math.floor(word.length / 3));
  const scored = known.map((candidate) => ({
    candidate,
    changes: changesBetween(word.toLowerCase(), candidate.toLowerCase()),
  }));
  const [best] = scored.sort((a, b) => a.changes - b.changes);
  return best && best.changes <= most ? best.candidate : undefined;
}

/** Levenshtein's distance. */
function changesBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [y, letter] of [...from].entries()) {
    const next = [y + 1];
    for (const [x, other] of [...to].entries()) {
      const kept = (row[x] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(kept, (row[x + 1] ?? 0) + 1, (next[x] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
