/** What is to be reached, and whether it was. */
import { manyConnections } from '../plan.ts';
import type { ToolName } from '../tools/tool.ts';
import * as figures from './figures.ts';
import type { Place } from './figures.ts';
import type { CopyRow, Results } from './rows.ts';
import { numberText } from './text.ts';

export interface Goal {
  work: string;
  goal: string;
  /** What was measured; null without a measurement. */
  figure: string | null;
  reached: boolean | null;
}

export function evaluateGoals(results: Results): Goal[] {
  return [
    ...ratioGoals(results),
    ...results.copies.filter((row) => row.tool === 'mailferry').map((row) => limitGoal(results, row)),
    memoryGoal(results),
    ...quietGoals(results),
  ];
}

interface RatioGoal {
  work: string;
  place: Place;
  connections?: number;
  over: ToolName;
  atLeast: number;
}

const waitingConnections = 4;

function ratioGoals(results: Results): Goal[] {
  const usual = figures.yardstick(results);
  const at = (kind: Place['kind'], roundTripMs: number): Place => ({ kind, roundTripMs, variant: 'everything' });
  const small = (variant: Place['variant']): Place => ({ kind: 'S', roundTripMs: 80, variant });
  const goals: RatioGoal[] = [
    { work: 'S, 80 ms, MULTIAPPEND', place: at('S', 80), over: usual, atLeast: 250 },
    { work: 'S, 80 ms, MULTIAPPEND', place: at('S', 80), over: 'mbsync', atLeast: 2 },
    { work: 'S, 80 ms, LITERAL+ only', place: small('literal+'), over: usual, atLeast: 75 },
    ...[
      { connections: waitingConnections, atLeast: 8 },
      { connections: manyConnections, atLeast: 25 },
    ].map(({ connections, atLeast }) => ({
      work: `S, 80 ms, synchronizing literals, ${connections} connections`,
      place: small('synchronizing'),
      connections,
      over: usual,
      atLeast,
    })),
    { work: 'M, 80 ms', place: at('M', 80), over: usual, atLeast: 150 },
    { work: 'M, 80 ms', place: at('M', 80), over: 'mbsync', atLeast: 8 },
    ...(['S', 'M'] as const).flatMap((kind) => [
      { work: `${kind}, 0 ms`, place: at(kind, 0), over: usual, atLeast: 4 },
      { work: `${kind}, 0 ms`, place: at(kind, 0), over: 'mbsync' as const, atLeast: 2 },
    ]),
    ...[0, 80].map((ms) => ({ work: `L, ${ms} ms`, place: at('L', ms), over: 'mbsync' as const, atLeast: 1.2 })),
  ];
  return goals.map((goal) => ratioGoal(results, goal));
}

function ratioGoal(results: Results, { work, place, connections, over, atLeast }: RatioGoal): Goal {
  const own = figures.findCopy(results, 'mailferry', place, connections);
  // The other tool was measured at the target that offers everything, which is no handicap for it.
  const other = figures.findCopy(results, over, { ...place, variant: 'everything' });
  const times = figures.timesAsFast(own, other);
  const name = over === 'naive' ? 'the plain loop (for imapsync)' : over;
  return {
    work,
    goal: `>= ${atLeast} x ${name}`,
    figure: times === null ? null : `${numberText(times)} x`,
    reached: times === null ? null : times >= atLeast,
  };
}

const mostDistance = 1.3;

function limitGoal(results: Results, row: CopyRow): Goal {
  const distance = figures.distanceToLimit(results, row);
  const beyond = figures.secondsBeyondEmpty(results, row);
  const limit = figures.findLimit(results, row);
  const net =
    beyond === null || !limit ? '' : `, ${numberText(beyond / limit.appendSeconds)} x beyond an empty mailbox`;
  return {
    work: `distance to APPEND from memory: ${row.corpus.kind}, ${row.roundTripMs} ms, ${row.variant}, ${row.connections} connections`,
    goal: `<= ${mostDistance} x`,
    figure: distance === null ? null : `${numberText(distance)} x${net}`,
    reached: distance === null ? null : distance <= mostDistance,
  };
}

const mostWorkerMegabytes = 200;

function memoryGoal({ memory }: Results): Goal {
  const megabytes = memory && memory.wrong === null ? memory.peakRssBytes / 1e6 : null;
  return {
    work: 'peak RSS of one worker, messages of 150 MB',
    goal: `<= ${mostWorkerMegabytes} MB`,
    figure: megabytes === null ? null : `${numberText(megabytes)} MB`,
    reached: megabytes === null ? null : megabytes <= mostWorkerMegabytes,
  };
}

const quiet = { seconds: 0.8, commands: 6 } as const;

function quietGoals(results: Results): Goal[] {
  const mail = figures.findQuiet(results, 'mailferry', { kind: 'M', roundTripMs: 80, variant: 'everything' })?.mail;
  const seconds = mail ? figures.mailSeconds(mail) : null;
  const commands = mail ? [mail.source.commands.total, mail.target.commands.total] : null;
  return [
    {
      work: 'quiet pass of M, 80 ms: IMAP time',
      goal: `<= ${quiet.seconds} s`,
      figure: seconds === null ? null : `${numberText(seconds)} s`,
      reached: seconds === null ? null : seconds <= quiet.seconds,
    },
    {
      work: 'quiet pass of M, 80 ms: commands at source and target',
      goal: `<= ${quiet.commands} each`,
      figure: commands && commands.join(' and '),
      reached: commands && commands.every((count) => count <= quiet.commands),
    },
  ];
}
