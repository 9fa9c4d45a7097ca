import type { Writer } from './inspected-user.ts';

/** Who wrote, and when: the readable time first, the exact stamp below it. */
export function Stamp({ writer }: { readonly writer: Writer | null }) {
  if (writer === null) return <span className="quiet">–</span>;
  return (
    <span className="stamp">
      <strong>{writer.deviceId}</strong>
      <time dateTime={writer.at}>{timeOf(writer.at)}</time>
      <code>{writer.timestamp}</code>
      {writer.claim === undefined ? null : (
        <span className="quiet">
          continues <code>{writer.claim}</code>
        </span>
      )}
    </span>
  );
}

/** @param instant RFC 3339, shown to the millisecond in the time zone of the reader. */
export function timeOf(instant: string | number): string {
  const date = new Date(instant);
  const pad = (value: number, length = 2): string => String(value).padStart(length, '0');
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  return `${day} ${time}.${pad(date.getMilliseconds(), 3)}`;
}
