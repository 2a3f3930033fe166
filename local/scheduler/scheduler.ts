import { randomUUID } from 'node:crypto';
import { type Json, parseJson } from '../json.ts';
import type { ScheduleModel } from '../template/triggers.ts';
import { compileSchedule, type DueAt } from './expression.ts';

export interface SchedulerOptions {
  schedules: readonly ScheduleModel[];
  fire: (schedule: ScheduleModel, input: Json) => void;
}

const minuteMs = 60_000;
/** After a laptop's sleep the last due minute is made up for; AWS would never have missed one. */
const lookBackMinutes = 24 * 60;

/** The template's static schedules, to the minute as EventBridge Scheduler's precision is 60 s. */
export class Scheduler {
  readonly #schedules: { model: ScheduleModel; dueAt: DueAt }[];
  readonly #fire: SchedulerOptions['fire'];
  #timer: NodeJS.Timeout | undefined;

  constructor({ schedules, fire }: SchedulerOptions) {
    this.#fire = fire;
    this.#schedules = schedules.map((model) => ({ model, dueAt: compileSchedule(model.expression, model.timezone) }));
  }

  /** Fires every schedule now. The scheduled time is a whole minute, as it would be by timer. */
  tick(scheduledMs: number): void {
    for (const { model } of this.#schedules) this.#start(model, scheduledMs - (scheduledMs % minuteMs));
  }

  /** A rate fires at once when its schedule is created, which here is each start. */
  run(): void {
    const rates = this.#schedules.filter(({ model }) => model.expression.startsWith('rate('));
    const now = Date.now();
    for (const { model } of rates) this.#start(model, now - (now % minuteMs));
    this.#waitFrom(now - (now % minuteMs));
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #waitFrom(doneMs: number): void {
    const toNextMs = minuteMs - (Date.now() % minuteMs);
    this.#timer = setTimeout(() => {
      const now = Date.now();
      const minute = now - (now % minuteMs);
      for (const schedule of this.#schedules) this.#catchUp(schedule, doneMs, minute);
      this.#waitFrom(Math.max(doneMs, minute));
    }, toNextMs);
    this.#timer.unref();
  }

  #catchUp({ model, dueAt }: { model: ScheduleModel; dueAt: DueAt }, doneMs: number, minute: number): void {
    const first = Math.max(doneMs + minuteMs, minute - lookBackMinutes * minuteMs);
    for (let candidate = minute; candidate >= first; candidate -= minuteMs)
      if (dueAt(candidate)) return this.#start(model, candidate);
  }

  #start(model: ScheduleModel, scheduledMs: number): void {
    const keywords: Readonly<Record<string, string>> = {
      'scheduled-time': `${new Date(scheduledMs).toISOString().slice(0, 19)}Z`,
      'execution-id': randomUUID(),
      'attempt-number': '1',
      'schedule-arn': model.name,
    };
    const input = model.input.replaceAll(
      /<aws\.scheduler\.([a-z-]+)>/g,
      (whole, key: string) => keywords[key] ?? whole,
    );
    this.#fire(model, parseJson(input));
  }
}
