import { describe, expect, it } from 'vitest';
import { parseMetrics, sumOf } from './parse-metrics.ts';

const TEXT = `# HELP cuepoint_ops_total Ops by kind and by what became of them.
# TYPE cuepoint_ops_total counter
cuepoint_ops_total{kind="progress.set",result="applied"} 12
cuepoint_ops_total{kind="progress.set",result="superseded"} 3
cuepoint_ops_total{kind="watchlist.add",result="applied"} 4

cuepoint_sockets 15000
cuepoint_feed_connected 1 1395066363000
odd{text="a \\"quoted\\" \\\\ } , b=\\n"} 1.5e-3
bucket{le="+Inf"} +Inf
least -Inf
unknown NaN
not a metric line at all!
broken{a="b" 1
empty
`;

describe('the text of /metrics', () => {
  const metrics = parseMetrics(TEXT);

  it('is read by name and labels', () => {
    expect(metrics.get('cuepoint_sockets')).toEqual([{ labels: {}, value: 15_000 }]);
    expect(metrics.get('cuepoint_ops_total')?.[1]).toEqual({
      labels: { kind: 'progress.set', result: 'superseded' },
      value: 3,
    });
  });

  it('may carry times, escapes, exponents and what is no number', () => {
    expect(sumOf(metrics, 'cuepoint_feed_connected')).toBe(1);
    expect(metrics.get('odd')).toEqual([
      { labels: { text: 'a "quoted" \\ } , b=\n' }, value: 0.0015 },
    ]);
    expect(metrics.get('bucket')?.[0]?.value).toBe(Number.POSITIVE_INFINITY);
    expect(metrics.get('least')?.[0]?.value).toBe(Number.NEGATIVE_INFINITY);
    expect(metrics.get('unknown')?.[0]?.value).toBeNaN();
  });

  it('loses a line that is none of it, and no other', () => {
    expect([...metrics.keys()]).toEqual([
      'cuepoint_ops_total',
      'cuepoint_sockets',
      'cuepoint_feed_connected',
      'odd',
      'bucket',
      'least',
      'unknown',
    ]);
  });

  it('is summed over the labels that are not asked for', () => {
    expect(sumOf(metrics, 'cuepoint_ops_total')).toBe(19);
    expect(sumOf(metrics, 'cuepoint_ops_total', { kind: 'progress.set' })).toBe(15);
    expect(sumOf(metrics, 'cuepoint_ops_total', { kind: 'other' })).toBe(0);
    expect(sumOf(metrics, 'nothing')).toBe(0);
  });
});
