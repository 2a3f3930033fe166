import v8 from 'node:v8';

/**
 * Node 20 hands a function to TurboFan after some hundred calls. With an isolate for each environment, most of which
 * live for seconds, that took a fifth of all CPU for code that was hardly used (1.8 of 8.3 s; 5,000 messages, 4
 * workers, 2 cores). Later versions of Node have the quicker Maglev before it and ask for more calls.
 */
export function optimizeLate(): void {
  if (process.versions.node.startsWith('20.')) v8.setFlagsFromString('--interrupt-budget=1000000');
}
