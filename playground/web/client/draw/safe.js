// What comes from a model or an agent is not trusted. These functions let through what is harmless, and nothing else.

const MAX_TEXT = 60_000; // characters of one text
const MAX_URL = 4_000;
const MAX_IMAGE = 12_000_000; // characters of an image that is written into its address
const LINKS = new Set(["http:", "https:", "mailto:"]);
const INLINE_IMAGE =
  /^data:image\/(?:(?:png|jpe?g|gif|webp|avif|bmp|svg\+xml)(?:;charset=[\w-]+)?;base64,[A-Za-z0-9+/]+={0,2}$|svg\+xml(?:;charset=[\w-]+)?,)/i;
const HOME = new URL(import.meta.url).origin; // our own server: attachments and pictures that it keeps

/** A text: strings as they are, numbers and truth values written out, anything else is empty. */
export function text(value, most = MAX_TEXT) {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string") return "";
  return value.length > most ? `${value.slice(0, most)}…` : value;
}

/** A list, of at most `most` entries; anything else is an empty one. */
export const list = (value, most = 500) => (Array.isArray(value) ? value.slice(0, most) : []);

/** An object; anything else is an empty one. */
export const record = (value) => (value && typeof value === "object" && !Array.isArray(value) ? value : {});

/** `value` if it is one of `choices`, else `otherwise`. */
export const among = (value, choices, otherwise) => (choices.includes(value) ? value : otherwise);

/** A finite number between `low` and `high`, or undefined. */
export function number(value, low = -Infinity, high = Infinity) {
  return typeof value === "number" && Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : undefined;
}

function parsed(url, base) {
  try {
    return new URL(url, base);
  } catch {
    return undefined;
  }
}

/** The address of a link: absolute, http, https or mailto. Else undefined. */
export function link(url) {
  const target = typeof url === "string" && url.length <= MAX_URL ? parsed(url.trim()) : undefined;
  return target && LINKS.has(target.protocol) ? target.href : undefined;
}

/** What a link to a checked address carries: it leads outside, and tells nothing about where it was clicked. */
export const outward = (href) => ({
  href,
  target: "_blank",
  rel: "noopener noreferrer nofollow",
  referrerpolicy: "no-referrer",
});

/** The host of an address, without "www."; an empty text if it has none. */
export const host = (url) => (parsed(url)?.hostname ?? "").replace(/^www\./, "");

/**
 * What may be done with the address of a picture: `{src}` if it can be shown at once (written into the address, our own
 * server, or a host that the thread allows), `{ask, host}` if it may be fetched when the visitor says so, or undefined.
 */
export function picture(url, domains = []) {
  if (typeof url !== "string" || url.length > MAX_IMAGE) return undefined;
  if (INLINE_IMAGE.test(url)) return { src: url };
  const target = url.length <= MAX_URL ? parsed(url.trim(), url.startsWith("/") ? HOME : undefined) : undefined;
  if (!target) return undefined;
  if (target.protocol === "blob:" && target.origin === location.origin) return { src: target.href };
  if (target.protocol !== "http:" && target.protocol !== "https:") return undefined;
  if (target.username || target.password) return undefined;
  if (target.origin === HOME) return { src: target.href };
  if (target.protocol !== "https:") return undefined;
  return isAllowed(target.hostname, domains) ? { src: target.href } : { ask: target.href, host: target.hostname };
}

const isAllowed = (name, domains) =>
  list(domains).some((domain) => typeof domain === "string" && (name === domain || name.endsWith(`.${domain}`)));
