import type { ObjectCreated } from '../s3/object-store.ts';
import type { StackModel } from '../template/stack-model.ts';
import type { Dispatcher } from './dispatcher.ts';
import { compilePattern } from './pattern.ts';
import { objectCreatedEvent } from './s3-event.ts';

/** From a bucket through the template's rules to their targets; durable when it returns. */
export function routeObjectEvents(model: StackModel, dispatcher: Dispatcher): (created: ObjectCreated) => void {
  const rules = model.rules.map((rule) => ({ rule, matches: compilePattern(rule.pattern) }));
  return (created) => {
    const event = objectCreatedEvent(created, model);
    for (const { rule, matches } of rules)
      if (matches(event))
        for (const { functionArn, deadLetterArn } of rule.targets)
          dispatcher.accept(functionArn, event, { source: 'event', deadLetterArn });
  };
}
