import pino from "pino";

// Structured log of the server: constant messages, facts as fields. Never objects of the cluster, never credentials.

export const log = pino(
  {
    level: process.env["PORTOLAN_LOG_LEVEL"] ?? "warn",
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
  },
  pino.destination({ dest: 2, sync: true }),
);
