/** Every bound on what a server may cost us, in one place. */
export const limits = {
  connectMs: 20_000,
  greetingMs: 20_000,
  /** The whole of opening a session: TCP, TLS, login. */
  openMs: 60_000,
  /** Silence while we wait for the server; time in which our own consumer is slow does not count. */
  silenceMs: 120_000,
  lineBytes: 1024 * 1024,
  /** Literals outside a message body: folder names, texts. */
  smallLiteralBytes: 256 * 1024,
  bodyBytes: 512 * 1024 * 1024,
  /** A body that must wait for data behind it (UID after BODY[]) is held in memory. */
  heldBodyBytes: 64 * 1024 * 1024,
  drainResponses: 100,
  drainBytes: 256 * 1024,
  folders: 20_000,
  commandBytes: 7_000,
  appendsInFlight: 64,
  appendBytesInFlight: 8 * 1024 * 1024,
} as const;

/** When a server asks for a pause but names no length. */
export const defaultPauseSeconds = 60;
