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
  /** More than the FETCHes that are asked ahead can bring. */
  drainResponses: 400,
  drainBytes: 256 * 1024,
  folders: 20_000,
  commandBytes: 7_000,
  /** Commands with short answers that are sent before their predecessors have answered. */
  smallCommandsAhead: 64,
  /** FETCHes that are asked for before their predecessor has answered. */
  commandsAhead: 4,
  /** Written and not yet taken by the socket: enough for it to be never idle, little enough to be no memory. */
  unsentBytes: 256 * 1024,
  appendsInFlight: 64,
  appendBytesInFlight: 64 * 1024 * 1024,
  /** MULTIAPPEND: few enough that answers keep coming, many enough that the server's transactions are few. */
  appendsTogether: 256,
  appendBytesTogether: 16 * 1024 * 1024,
  /** A command is ended when no further message follows for so long. */
  appendTogetherMs: 10,
} as const;

/** When a server asks for a pause but names no length. */
export const defaultPauseSeconds = 60;
