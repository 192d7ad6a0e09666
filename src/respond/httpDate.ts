/** Dates of HTTP headers (RFC 9110 5.6.7). Only whole seconds can be said. */

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MONTH = `(?<month>${MONTHS.join("|")})`;
const TIME = "(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})";
const DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
const LONG_DAY = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day";

/** The form that is sent today, and the two that must still be read. */
const FORMS = [
  new RegExp(`^${DAY}, (?<day>\\d{2}) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`),
  new RegExp(`^${LONG_DAY}, (?<day>\\d{2})-${MONTH}-(?<year>\\d{2}) ${TIME} GMT$`),
  new RegExp(`^${DAY} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`),
];

/** Unix ms -> `Sun, 06 Nov 1994 08:49:37 GMT`. Parts of a second are cut off. */
export function httpDate(ms: number): string {
  return new Date(ms).toUTCString();
}

/**
 * A date in one of the three forms -> unix ms, or null when the text is none or names no real day. A year of two digits
 * that would lie more than 50 years after `now` (unix ms) belongs to the century before.
 */
export function parseHttpDate(text: string, now: number): number | null {
  const groups = FORMS.map((form) => form.exec(text.trim())?.groups).find((found) => found !== undefined);
  if (groups === undefined) return null;
  const [day, hour, minute, second] = [groups.day, groups.hour, groups.minute, groups.second].map(Number);
  const month = MONTHS.indexOf(groups.month ?? "");
  const year = fullYear(groups.year ?? "", now);
  if (day === undefined || hour === undefined || minute === undefined || second === undefined) return null;
  // 60 is a leap second.
  if (hour > 23 || minute > 59 || second > 60) return null;
  const date = new Date(Date.UTC(year, month, day));
  const isReal = date.getUTCMonth() === month && date.getUTCDate() === day;
  return isReal ? date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 : null;
}

function fullYear(text: string, now: number): number {
  if (text.length === 4) return Number(text);
  const present = new Date(now).getUTCFullYear();
  const year = present - (present % 100) + Number(text);
  return year > present + 50 ? year - 100 : year;
}
