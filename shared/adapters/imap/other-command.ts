import { lost } from './classify.ts';
import type { Response, Status } from './wire/response.ts';

/** A command on its way behind APPENDs. */
export class OtherCommand {
  readonly tag: string;
  /** No octets of messages. */
  readonly bytes = 0;
  readonly answer: Promise<Status>;
  readonly tell: (response: Response) => void;
  private resolve: (status: Status) => void = () => {};
  private reject: (error: Error) => void = () => {};

  constructor(tag: string, onUntagged: (response: Response) => void) {
    this.tag = tag;
    this.tell = onUntagged;
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  settle(status: Status): void {
    this.resolve(status);
  }

  lose(): void {
    this.reject(lost({ farewell: '' }));
  }
}
