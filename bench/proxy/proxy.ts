/** Starts the delay proxy and asks it. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ProxyAnswer, type ProxyRequest, type Traffic } from './messages.ts';

export class DelayProxy {
  /** One for each port it leads to. */
  readonly ports: readonly number[];
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, ports: readonly number[]) {
    this.child = child;
    this.ports = ports;
  }

  static async start(roundTripMs: number, targetPorts: number[]): Promise<DelayProxy> {
    const child = fork(fileURLToPath(new URL('./process.ts', import.meta.url)), {
      execArgv: ['--import', import.meta.resolve('tsx')],
    });
    const answer = await ask(child, { type: 'listen', delayMs: roundTripMs, targetPorts });
    return new DelayProxy(child, answer.type === 'ports' ? answer.ports : []);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** What went through since the last question, in the order of the ports. */
  async take(): Promise<Traffic[]> {
    const answer = await ask(this.child, { type: 'take' });
    return answer.type === 'traffic' ? answer.traffic : [];
  }

  stop(): void {
    this.child.disconnect();
  }
}

function ask(child: ChildProcess, request: ProxyRequest): Promise<ProxyAnswer> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error('the delay proxy has ended'));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(ProxyAnswer.parse(message));
    });
    child.send(request);
  });
}
