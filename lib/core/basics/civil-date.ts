// Days of the calendar (UTC) by arithmetic: core has no Date. A day is a count since 1970-01-01.

const dayMs = 86_400_000;

/** The UTC day in which a moment lies. */
export function dayOf(ms: number): number {
  return Math.floor(ms / dayMs);
}

/** The day that `YYYY-MM-DD` names; undefined when the text is no date of the calendar. */
export function parseDay(text: string): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0] = match.slice(1).map(Number);
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  return daysBeforeYear(year) + daysBeforeMonth(year, month) + day - 1 - daysBeforeYear(1970);
}

/** The day as `YYYY-MM-DD`; years from 0 to 9999. */
export function formatDay(day: number): string {
  const count = day + daysBeforeYear(1970);
  // 146,097 days are 400 years; the guess is at most one year early or late.
  let year = Math.floor((count * 400) / 146_097);
  while (daysBeforeYear(year) > count) year -= 1;
  while (daysBeforeYear(year + 1) <= count) year += 1;
  let rest = count - daysBeforeYear(year);
  let month = 1;
  while (rest >= daysInMonth(year, month)) {
    rest -= daysInMonth(year, month);
    month += 1;
  }
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(rest + 1, 2)}`;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function daysBeforeMonth(year: number, month: number): number {
  let days = 0;
  for (let each = 1; each < month; each += 1) days += daysInMonth(year, each);
  return days;
}

/** Days of the proleptic Gregorian calendar from year 0 up to the start of this one. */
function daysBeforeYear(year: number): number {
  const past = year - 1;
  return year * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400) + 1;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
