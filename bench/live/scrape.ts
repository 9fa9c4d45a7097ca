/** The gauges and counters of one service, by name; of a metric with labels the last one counts. */
export async function scrape(address: string): Promise<ReadonlyMap<string, number>> {
  const answer = await fetch(`${address}/metrics`);
  if (!answer.ok) throw new Error(`/metrics answered ${answer.status}`);
  const lines = (await answer.text()).split('\n').filter((line) => !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end).replace(/\{.*/, ''), Number(line.slice(end + 1))];
    }),
  );
}

/** Sum of one metric over services. */
export async function scrapeSum(addresses: readonly string[], name: string): Promise<number> {
  const scrapes = await Promise.all(addresses.map(scrape));
  return scrapes.reduce((sum, metrics) => sum + (metrics.get(name) ?? Number.NaN), 0);
}
