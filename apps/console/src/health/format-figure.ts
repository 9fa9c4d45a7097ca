/** A figure as it is read at a glance: at most three digits behind the leading one. */
export function formatFigure(value: number | null, unit: string): string {
  if (value === null || !Number.isFinite(value)) return '–';
  const digits = value !== 0 && Math.abs(value) < 10 && !Number.isInteger(value) ? 1 : 0;
  const text = value.toLocaleString('en', {
    minimumFractionDigits: 0,
    maximumFractionDigits: Math.abs(value) < 1 ? 2 : digits,
  });
  if (unit === '') return text;
  return unit === '/s' ? `${text}/s` : `${text} ${unit}`;
}

/** What a line did, in words, for whoever does not see it. */
export function describeLine(values: readonly (number | null)[], unit: string): string {
  const known = values.filter((value): value is number => value !== null);
  if (known.length === 0) return 'nothing known yet';
  const least = formatFigure(Math.min(...known), unit);
  const most = formatFigure(Math.max(...known), unit);
  return least === most ? `steady at ${most}` : `between ${least} and ${most}`;
}
