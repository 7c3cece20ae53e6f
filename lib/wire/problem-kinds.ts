/** Why a source of cluster data cannot do its work. */
export type TroubleKind =
  | "no-cluster"
  | "bad-kubeconfig"
  | "unreachable"
  | "untrusted-certificate"
  | "unauthorized"
  | "forbidden"
  | "bad-response"
  | "unreadable-file"
  | "foreign-format"
  | "too-large"
  | "bad-policy";

/** What an answer can be that is not data: the ends of `type` in problem details. `no-answer` is the browser's own: the server was not reached. */
export type ProblemKind =
  | "bad-query"
  | "foreign-origin"
  | "not-found"
  | "method-not-allowed"
  | "not-synced"
  | "no-room"
  | "too-large"
  | "foreign-host"
  | "unreadable-snapshot"
  | "too-many-requests"
  | "internal"
  | "unreachable"
  | "no-answer";
