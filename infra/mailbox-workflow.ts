/** One mailbox: the child execution of EachMailbox. Its input is the MailboxRequest. */
import { aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Functions } from './functions.ts';
import { byName } from './retry-policy.ts';
import { caughtFailure, nothing, requested, stepTask } from './step-task.ts';

/** Bounds the planning loop's share of the child's 25,000 events: 200 x 9. */
const planningRounds = 200;

const mailbox = {
  batch: requested('batch'),
  pass: requested('pass'),
  passId: requested('passId'),
  mailboxId: requested('mailboxId'),
};

export function mailboxWorkflow(scope: Construct, functions: Functions): sfn.IChainable {
  const settle = settleMailbox(scope, functions);
  const chunks = eachChunk(scope, functions);
  chunks.addCatch(settle, { errors: ['States.ALL'], assign: { failure: caughtFailure } });
  chunks.next(settle);
  return planMailbox(scope, functions, { chunks, settle });
}

function planMailbox(scope: Construct, functions: Functions, next: { chunks: sfn.Map; settle: sfn.State }) {
  const plan = stepTask(scope, functions, 'plan-mailbox', {
    comment: 'List both sides, decide what is missing, cut it into chunks',
    payload: sfn.TaskInput.fromObject(mailbox),
    retries: byName,
    // Whatever SettleMailbox reads must exist, also when no chunk was ever started.
    assign: { rounds: '{% $exists($rounds) ? $rounds + 1 : 1 %}', failure: nothing, failedChunks: '{% [] %}' },
  });
  plan.addCatch(next.settle, {
    errors: ['States.ALL'],
    assign: { failure: caughtFailure, failedChunks: '{% [] %}' },
  });
  const wait = pause(scope, 'Wait before planning goes on').next(plan);
  const stuck = { error: 'STUCK', cause: `The plan was not finished after ${planningRounds} invocations.` };
  return plan.next(
    sfn.Choice.jsonata(scope, 'Mailbox planned?')
      .when(status('ended'), sfn.Succeed.jsonata(scope, 'Nothing to copy'))
      .when(
        sfn.Condition.jsonata("{% $states.input.status = 'planned' and $states.input.chunkCount = 0 %}"),
        next.settle,
      )
      .when(status('planned'), next.chunks)
      .when(sfn.Condition.jsonata(`{% $rounds >= ${planningRounds} %}`), next.settle, { assign: { failure: stuck } })
      .when(status('wait'), wait)
      .otherwise(plan),
  );
}

/** Inline, so that chunks need no execution of their own; the planner bounds their number and loops. */
function eachChunk(scope: Construct, functions: Functions): sfn.Map {
  const map = sfn.Map.jsonata(scope, 'EachChunk', {
    comment: 'All chunks of the mailbox, as many at once as it may have connections',
    items: sfn.ProvideItems.jsonata('{% [0..$states.input.chunkCount - 1] %}'),
    jsonataMaxConcurrency: '{% $states.input.chunkConcurrency %}',
    // What the loop carries from slice to slice; `observed` is the lease a would-be successor saw.
    itemSelector: { chunk: '{% $states.context.Map.Item.Value %}', loop: 0, observed: nothing },
    assign: { failedChunks: '{% [$states.result[error != null]] %}' },
    outputs: '{% {} %}',
  });
  return map.itemProcessor(syncLoop(scope, functions), { mode: sfn.ProcessorMode.INLINE });
}

/** Per round at most 9 events: Task 5, Choice 2, Wait or the end 2. */
function syncLoop(scope: Construct, functions: Functions): sfn.IChainable {
  const sync = stepTask(scope, functions, 'sync-slice', {
    comment: 'Copy what fits into one invocation',
    payload: sfn.TaskInput.fromObject({
      ...mailbox,
      chunk: '{% $states.input.chunk %}',
      loop: '{% $states.input.loop %}',
      observed: '{% $states.input.observed %}',
    }),
    retries: byName,
    outputs: {
      chunk: '{% $states.input.chunk %}',
      loop: '{% $states.input.loop + 1 %}',
      observed: '{% $states.result.Payload.observed %}',
      status: '{% $states.result.Payload.status %}',
      waitSeconds: '{% $states.result.Payload.waitSeconds %}',
    },
  });
  const failed = sfn.Pass.jsonata(scope, 'Chunk failed', { comment: 'The other chunks go on; settling reports it' });
  sync.addCatch(failed, {
    errors: ['States.ALL'],
    // Cut, because all of a mailbox's chunks together must stay below 262,144 bytes.
    outputs: { chunk: '{% $states.input.chunk %}', error: '{% $substring($states.errorOutput.Error, 0, 60) %}' },
  });
  const ended = sfn.Succeed.jsonata(scope, 'Chunk ended', {
    outputs: { chunk: '{% $states.input.chunk %}', error: nothing },
  });
  return sync.next(
    sfn.Choice.jsonata(scope, 'More of this chunk?')
      .when(status('more'), sync)
      .when(status('wait'), pause(scope, 'Wait before the next slice').next(sync))
      .otherwise(ended),
  );
}

function settleMailbox(scope: Construct, functions: Functions): sfn.State {
  const settle = stepTask(scope, functions, 'settle-mailbox', {
    comment: 'Count, compare with the target, advance the watermark; also after a failure',
    payload: sfn.TaskInput.fromObject({
      ...mailbox,
      failure: '{% $failure %}',
      failedChunks: '{% $failedChunks %}',
    }),
    retries: byName,
  });
  settle.addCatch(
    sfn.Pass.jsonata(scope, 'Mailbox not settled', {
      comment: 'The watermark stands where it stood: the next pass starts from there',
      outputs: { status: 'ended', mailboxId: mailbox.mailboxId, verdict: 'incomplete' },
    }),
    { errors: ['States.ALL'] },
  );
  return settle;
}

const status = (name: string): sfn.Condition => sfn.Condition.jsonata(`{% $states.input.status = '${name}' %}`);

function pause(scope: Construct, id: string): sfn.Wait {
  return sfn.Wait.jsonata(scope, id, { time: sfn.WaitTime.seconds('{% $states.input.waitSeconds %}') });
}
