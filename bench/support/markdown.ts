import type { Table } from '../workload.ts';
import type { Environment } from './environment.ts';

export function tableToMarkdown({ title, columns, rows }: Table): string {
  const lines = [columns, columns.map(() => '---'), ...rows].map(
    (cells) => `| ${cells.join(' | ')} |`,
  );
  return [`### ${title}`, '', ...lines, ''].join('\n');
}

export function environmentToMarkdown(environment: Environment): string {
  const items = Object.entries(environment).map(([name, value]) => `${name} ${value}`);
  return `${items.join(' · ')}\n`;
}
