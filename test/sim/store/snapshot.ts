/** Which transactions a reader sees, as PostgreSQL's `pg_snapshot`: `xmin:xmax:in progress`. */
export interface Snapshot {
  readonly xmin: number;
  readonly xmax: number;
  readonly inProgress: ReadonlySet<number>;
}

export function snapshotToText({ xmin, xmax, inProgress }: Snapshot): string {
  return `${xmin}:${xmax}:${[...inProgress].sort((a, b) => a - b).join(',')}`;
}

export function textToSnapshot(text: string): Snapshot {
  const [xmin, xmax, list = ''] = text.split(':');
  const inProgress = list === '' ? [] : list.split(',').map(Number);
  return { xmin: Number(xmin), xmax: Number(xmax), inProgress: new Set(inProgress) };
}

export function isVisible(xid: number, { xmax, inProgress }: Snapshot): boolean {
  return xid < xmax && !inProgress.has(xid);
}
