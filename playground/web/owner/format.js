// Money, times and ids as the owner reads them.

const CENTS = new Intl.NumberFormat("en", { style: "currency", currency: "USD" });
const FINE = new Intl.NumberFormat("en", { style: "currency", currency: "USD", minimumFractionDigits: 4, maximumFractionDigits: 4 });
const COUNT = new Intl.NumberFormat("en");
const STEPS = [
  [60, 1, "second"],
  [3600, 60, "minute"],
  [86400, 3600, "hour"],
  [Infinity, 86400, "day"],
];
const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "narrow" });

/** US dollars; small amounts to a hundredth of a cent. */
export function money(usd) {
  if (usd === null || usd === undefined) return "–";
  return usd !== 0 && Math.abs(usd) < 0.1 ? (usd < 0.0001 ? "< $0.0001" : FINE.format(usd)) : CENTS.format(usd);
}

export function count(number) {
  return COUNT.format(number);
}

/** "1 visitor", "3 visitors". */
export function counted(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** Seconds as 42 s, 3 min 5 s, 2 h 4 min. */
export function lasting(seconds) {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** How far a time is from `now`: "5 min. ago", "in 2 days". */
export function distance(iso, now) {
  const seconds = (Date.parse(iso) - Date.parse(now)) / 1000;
  if (Math.abs(seconds) < 5) return "just now";
  const [, unit, name] = STEPS.find(([below]) => Math.abs(seconds) < below);
  return RELATIVE.format(Math.round(seconds / unit), name);
}

/** A time in full, in the owner's own zone. */
export function moment(iso) {
  return new Date(iso).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
}

/** The beginning of an id: enough to tell two apart. */
export function short(id) {
  return id.length > 14 ? `${id.slice(0, 12)}…` : id;
}
