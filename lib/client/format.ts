// Numbers, ages and times as people read them. lib/client holds browser helpers without React; it must not know Node, the server or sources.

// The thin space at which no line ends.
const thin = "\u202F";

export type AgeUnits = {
  readonly seconds: string;
  readonly minutes: string;
  readonly hours: string;
  readonly days: string;
  readonly years: string;
};

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const yearMs = 365 * dayMs;

/** `41 min`, `3 h`, `203 d`, `5 y`: one unit, rounded down, with a thin space. */
export function formatAge(ms: number, units: AgeUnits): string {
  const age = Math.max(0, ms);
  if (age < minuteMs) return `${String(Math.floor(age / secondMs))}${thin}${units.seconds}`;
  if (age < hourMs) return `${String(Math.floor(age / minuteMs))}${thin}${units.minutes}`;
  if (age < 2 * dayMs) return `${String(Math.floor(age / hourMs))}${thin}${units.hours}`;
  if (age < 2 * yearMs) return `${String(Math.floor(age / dayMs))}${thin}${units.days}`;
  return `${formatCount(Math.floor(age / yearMs))}${thin}${units.years}`;
}

/** `2,768`: digits in groups of three. */
export function formatCount(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** `48 211`: groups divided by a thin space, for numbers that only identify something. */
export function formatRevision(value: number): string {
  return value.toString().replace(/\B(?=(\d{3})+(?!\d))/g, thin);
}

/** `50 %` of a share between 0 and 1; what would round to nothing is `<1 %`. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 1) return `<1${thin}%`;
  return `${String(Math.round(percent))}${thin}%`;
}

/** `30001–30020`, or the one number. */
export function formatRange(first: number, last: number): string {
  return first === last ? String(first) : `${String(first)}–${String(last)}`;
}

/** `30001`, `30001/UDP`: the protocol only where it is not TCP. */
export function formatPort(port: number, protocol: string): string {
  return protocol === "TCP" ? String(port) : `${String(port)}/${protocol}`;
}

/**
 * Ports as short as they can be said: `30001, 30004–30006/UDP and 3 more`.
 *
 * Input: sorted by port. Returns: at most `most` pieces; `rest` says how many ports are not in `text`.
 */
export function formatPorts(
  ports: readonly { readonly port: number; readonly protocol: string }[],
  most = 4,
): { text: string; rest: number } {
  const runs: { first: number; last: number; protocol: string; count: number }[] = [];
  for (const { port, protocol } of ports) {
    const run = runs.at(-1);
    if (run?.protocol === protocol && port === run.last + 1) {
      run.last = port;
      run.count += 1;
    } else runs.push({ first: port, last: port, protocol, count: 1 });
  }
  const shown = runs.slice(0, most);
  const rest = runs.slice(most).reduce((sum, run) => sum + run.count, 0);
  return {
    text: shown.map((run) => `${formatRange(run.first, run.last)}${run.protocol === "TCP" ? "" : `/${run.protocol}`}`).join(", "),
    rest,
  };
}

/** `[2001:db8::1]:30001`, `10.190.1.2:30001/udp`: an address as the search takes it. */
export function formatAddress(address: string, port: number, protocol = "TCP"): string {
  const host = address.includes(":") ? `[${address}]` : address;
  return `${host}:${String(port)}${protocol === "TCP" ? "" : `/${protocol.toLowerCase()}`}`;
}

/** `14:02` of today, else `12 May, 09:14`, with the year where it is another one than now; in one time zone. */
export function formatTime(
  timeMs: number,
  nowMs: number,
  { language, timeZone }: { readonly language: string; readonly timeZone: string },
): string {
  const locale = language === "zh" ? "zh-CN" : "en-GB";
  const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone }).format(timeMs);
  const yearOf = (ms: number): string => new Intl.DateTimeFormat("en-GB", { year: "numeric", timeZone }).format(ms);
  const isOtherYear = yearOf(timeMs) !== yearOf(nowMs);
  const dayOf = (ms: number): string =>
    new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", ...(isOtherYear ? { year: "numeric" } : {}), timeZone }).format(ms);
  return dayOf(timeMs) === dayOf(nowMs) ? clock : `${dayOf(timeMs)}, ${clock}`;
}

/** `30 Jun` of `2026-06-30`, with the year where it is another one than now. */
export function formatDay(day: string, nowMs: number, language: string): string {
  const timeMs = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(timeMs)) return day;
  const isOtherYear = new Date(timeMs).getUTCFullYear() !== new Date(nowMs).getUTCFullYear();
  return new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", {
    day: "numeric",
    month: "short",
    timeZone: "UTC",
    ...(isOtherYear ? { year: "numeric" as const } : {}),
  }).format(timeMs);
}

/** `20260512-1443`, UTC: the time in the name of a file. */
export function formatFileTime(timeMs: number): string {
  const text = new Date(timeMs).toISOString();
  return `${text.slice(0, 10).replaceAll("-", "")}-${text.slice(11, 16).replace(":", "")}`;
}
