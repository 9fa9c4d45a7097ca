import { describe, expect, it } from 'vitest';
import { newMark, readFlushOrder } from './flush-order.ts';
import { parseTrace } from './trace.ts';

const MARK = newMark('0123456789ab');
const LOG = '/data/pg_wal/000000010000000000000001';
const CLIENT = 'TCP:[127.0.0.1:8083->127.0.0.1:40000]';

const write = `10 1.0 pwrite64(8<${LOG}>, "\\0\\f${MARK}\\0", 8192, 0) = 8192`;
const flush = `10 1.1 fdatasync(8<${LOG}>) = 0`;
const ack = `20 1.2 writev(22<${CLIENT}>, [{iov_base="\\201~", iov_len=4}, {iov_base="{\\"type\\":\\"ack\\",\\"id\\":\\"${MARK}\\",\\"results\\":[{\\"result\\":\\"applied\\"}]}", iov_len=90}], 2) = 94`;
const answer = `20 1.2 writev(22<${CLIENT}>, [{iov_base="HTTP/1.1 200 OK\\r\\n\\r\\n{\\"contentId\\":\\"${MARK}\\"}", iov_len=99}], 1) = 99`;

const read = (...lines: string[]) => readFlushOrder(parseTrace(lines.join('\n')));
const UNLOGGED = [`${MARK} was acknowledged before it was in the log`];
const UNFLUSHED = [`${MARK} was acknowledged before the log was flushed`];

describe('the order of writes, flushes and acks in a trace', () => {
  it('is good where a flush of the log comes between', () => {
    expect(read(write, flush, ack)).toEqual({ acked: [MARK], flushes: 1, violations: [] });
    expect(read(write, flush, answer)).toEqual({ acked: [MARK], flushes: 1, violations: [] });
  });

  it.each([
    ['there is no flush', [write, ack]],
    ['the flush comes after the ack', [write, ack, flush]],
    ['the flush was before the write', [flush, write, ack]],
    ['the flush failed', [write, flush.replace('= 0', '= -1 EIO (Input/output error)'), ack]],
    ['the flush was only pretended', [write, flush.replace('= 0', '= 0 (INJECTED)'), ack]],
    ['another file was flushed', [write, flush.replace('0001>', '0002>'), ack]],
    ['a file that is no log was flushed', [write, flush.replace('pg_wal', 'base'), ack]],
    ['the answer over HTTP comes before the flush', [write, answer, flush]],
    [
      'the flush had begun before the write ended',
      [
        `10 1.0 pwrite64(8<${LOG}>, "${MARK}", 8192, 0 <unfinished ...>`,
        `11 1.0 fdatasync(9<${LOG}> <unfinished ...>`,
        '10 1.1 <... pwrite64 resumed>) = 8192',
        '11 1.2 <... fdatasync resumed>) = 0',
        ack,
      ],
    ],
    [
      'the flush had not ended when the ack left',
      [
        write,
        `10 1.1 fdatasync(8<${LOG}> <unfinished ...>`,
        ack,
        '10 1.3 <... fdatasync resumed>) = 0',
      ],
    ],
    ['the flush never ended', [write, `10 1.1 fdatasync(8<${LOG}> <unfinished ...>`, ack]],
  ])('is wrong where %s', (_what, lines) => {
    expect(read(...lines).violations).toEqual(UNFLUSHED);
  });

  it.each([
    ['nothing was written', [flush, ack]],
    ['it was written after the ack', [ack, write, flush]],
    ['the write failed', [write.replace(/= 8192$/, '= -1 ENOSPC (No space left)'), flush, ack]],
    ['it was written to another file', [write.replace('pg_wal', 'base'), flush, ack]],
    ['another change was written', [write.replace(MARK, newMark('ffffffffffff')), flush, ack]],
  ])('is wrong where %s', (_what, lines) => {
    expect(read(...lines).violations).toEqual(UNLOGGED);
  });

  it('is that of calls which other threads interrupt', () => {
    const interrupted = read(
      `10 1.0 pwrite64(8<${LOG}>, "${MARK}", 8192, 0 <unfinished ...>`,
      '20 1.0 write(17<anon_inode:[eventfd]>, "\\1\\0\\0\\0", 8) = 8',
      '10 1.1 <... pwrite64 resumed>) = 8192',
      `10 1.2 fdatasync(8<${LOG}> <unfinished ...>`,
      '20 1.2 --- SIGURG {si_signo=SIGURG, si_code=SI_USER} ---',
      '10 1.3 <... fdatasync resumed>)   = 0',
      '11 1.3 <... fdatasync resumed>) = 0',
      ack.replace(/ = 94$/, ' <unfinished ...>').replace(') <', ' <'),
      '30 1.4 +++ exited with 0 +++',
      '20 1.4 <... writev resumed>) = 94',
    );
    expect(interrupted).toEqual({ acked: [MARK], flushes: 1, violations: [] });
  });

  it('counts no ack that did not go to a client, and none that is no ack', () => {
    expect(read(ack.replace(CLIENT, '/dev/null')).acked).toEqual([]);
    expect(read(ack.replace('\\"ack\\"', '\\"changes\\"')).acked).toEqual([]);
    expect(read(answer.replace('200 OK', '503 Service Unavailable')).acked).toEqual([]);
  });
});
