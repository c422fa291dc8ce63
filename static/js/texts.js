// Texts in the person's language: every word that a script shows goes through one of these.
// gettext("saved"), gettext("{name} is out", { name }), ngettext("{count} edit", "{count} edits", count)
const catalog = window.django;
const language = document.documentElement.lang || "en";

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

export const gettext = (text, values = {}) => fill(catalog?.gettext(text) ?? text, values);

export function ngettext(one, many, count, values = {}) {
  const text = catalog?.ngettext(one, many, count) ?? (count === 1 ? one : many);
  return fill(text, { count: writeNumber(count), ...values });
}

// For tables of texts that are translated when they are shown: gettext(TABLE[name]).
export const noop = (text) => text;

export const writeNumber = (value, digits = 0) => value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
export const writeShare = (share) => `${writeNumber(Math.round(share * 100))}\u00a0%`;
